package codec_test

import (
	"errors"
	"fmt"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// callOf is the function of the package comment.
func callOf(datagram []byte) (string, error) {
	m := codec.Acquire()
	defer codec.Release(m)
	if err := m.Parse(datagram); err != nil {
		return "", err
	}
	via, err := m.TopVia()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s from %s", m.Value(header.IDCallID), via.Host()), nil
}

func Example() {
	fmt.Println(callOf(subscribe))
	_, err := callOf([]byte("SUBSCRIBE sip:bob@biloxi.example.com SIP/2.0\r\nVia: SIP/2.0/UDP [::1\r\n\r\n"))
	fmt.Println(err, errors.Is(err, sipwire.ErrHost))
	// Output:
	// a84b4c76e66710 from pc33.atlanta.example.com <nil>
	// sip: malformed host true
}

// A header that the table does not know is found by its name, and a message
// prints without what people say to each other.
func ExampleMessage_FieldsByName() {
	var m codec.Message
	if err := m.Parse([]byte("OPTIONS sip:a SIP/2.0\r\nX-Trunk: 7\r\nCall-ID: x@y\r\nx-trunk: 8\r\nCSeq: 1 OPTIONS\r\n\r\n")); err != nil {
		fmt.Println(m.Fault())
		return
	}
	for f := range m.FieldsByName("X-Trunk") {
		fmt.Printf("%s at %d\n", f.Value, f.Offset)
	}
	fmt.Println(&m)
	// Output:
	// 7 at 23
	// 8 at 49
	// OPTIONS sip:a SIP/2.0; Call-ID: x@y; CSeq: 1 OPTIONS
}
