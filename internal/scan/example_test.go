package scan_test

import (
	"fmt"

	"github.com/sipwire/sipwire/internal/scan"
)

func ExampleLines() {
	msg := []byte("OPTIONS sip:carol@chicago.com SIP/2.0\r\nCall-ID : 1\r\nSubject: far\r\n away\r\n\r\nbody")
	var lines [8]scan.Line
	n, body, clean := scan.Lines(msg, 0, lines[:])
	start := 0
	for _, l := range lines[:n] {
		fmt.Printf("%q %q\n", msg[start:l.NameEnd], msg[l.NameEnd:l.LF])
		start = int(l.LF) + 1
	}
	fmt.Printf("%s %v\n", msg[body:], clean)
	// Output:
	// "OPTIONS" " sip:carol@chicago.com SIP/2.0\r"
	// "Call-ID" " : 1\r"
	// "Subject" ": far\r"
	// "" " away\r"
	// body true
}

func ExampleHeaderEnd() {
	stream := []byte("ACK sip:a@b SIP/2.0\r\nCSeq: 1 ACK\r\n\r")
	fmt.Println(scan.HeaderEnd(stream, 0))
	searched := len(stream)
	stream = append(stream, "\nnext"...)
	fmt.Println(scan.HeaderEnd(stream, searched))
	// Output:
	// 0
	// 36
}
