package compact_test

import (
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compact"
)

// crlf ends the lines of a message as they have to.
func crlf(text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r\n")) }

// printLines prints a message with a mark at the end of each line.
func printLines(b []byte) { fmt.Print(strings.ReplaceAll(string(b), "\r\n", "|\n")) }

func ExampleAppend() {
	m := codec.Acquire()
	defer codec.Release(m)
	err := m.Parse(crlf(`BYE sip:carol@west.example.net SIP/2.0
Via: SIP/2.0/UDP core.example.net;branch=z9hG4bK2
Via: SIP/2.0/UDP 192.0.2.17;branch=z9hG4bK1
From: Dave <sip:dave@east.example.org>;tag=77
To: Carol <sip:carol@west.example.net>;tag=8f2a
Call-ID: 7f000001-2b3c@192.0.2.17
CSeq: 4712 BYE
X-Reason: lunch, then rest

`))
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := compact.Append(nil, m, compact.Options{Form: compact.Compact, Lists: compact.Join})
	if err != nil {
		fmt.Println(err)
		return
	}
	printLines(b)

	// Output:
	// BYE sip:carol@west.example.net SIP/2.0|
	// v: SIP/2.0/UDP core.example.net;branch=z9hG4bK2, SIP/2.0/UDP 192.0.2.17;branch=z9hG4bK1|
	// f: Dave <sip:dave@east.example.org>;tag=77|
	// t: Carol <sip:carol@west.example.net>;tag=8f2a|
	// i: 7f000001-2b3c@192.0.2.17|
	// CSeq: 4712 BYE|
	// X-Reason: lunch, then rest|
	// |
}

func ExampleFit() {
	m := codec.Acquire()
	defer codec.Release(m)
	err := m.Parse(crlf(`OPTIONS sip:carol@west.example.net SIP/2.0
Via: SIP/2.0/UDP core.example.net;branch=z9hG4bK2
Via: SIP/2.0/UDP 192.0.2.17;branch=z9hG4bK1
Call-ID: 7f000001-2b3c@192.0.2.17
CSeq: 4713 OPTIONS
Content-Length: 0

`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, limit := range []int{compact.MaxDatagram, 200, 187, 100} {
		b, report, err := compact.Fit(nil, m, limit)
		fmt.Printf("limit %d: %d bytes made %d, %v, %v\n", limit, report.Before, report.After, report.Steps, err)
		if limit == 187 {
			printLines(b)
		}
	}

	// Output:
	// limit 1300: 216 bytes made 216, nothing, <nil>
	// limit 200: 216 bytes made 193, compact names, <nil>
	// limit 187: 216 bytes made 185, compact names, spaces trimmed, lists joined, <nil>
	// OPTIONS sip:carol@west.example.net SIP/2.0|
	// v:SIP/2.0/UDP core.example.net;branch=z9hG4bK2,SIP/2.0/UDP 192.0.2.17;branch=z9hG4bK1|
	// i:7f000001-2b3c@192.0.2.17|
	// CSeq:4713 OPTIONS|
	// l:0|
	// |
	// limit 100: 216 bytes made 185, compact names, spaces trimmed, lists joined, sip: message cannot be made to fit
}
