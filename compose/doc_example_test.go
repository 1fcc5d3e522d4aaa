package compose_test

import (
	"errors"
	"fmt"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
)

// trying is the function of the package comment.
func trying(dst, datagram []byte) ([]byte, error) {
	m := codec.Acquire()
	defer codec.Release(m)
	if err := m.Parse(datagram); err != nil {
		return dst, err
	}
	return compose.AppendReply(dst, m, &compose.Reply{Status: 100})
}

func Example() {
	const head = "INVITE sip:bob@biloxi.example.com SIP/2.0\r\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\r\n" +
		"From: <sip:alice@a.example.com>;tag=1\r\nTo: <sip:bob@biloxi.example.com>\r\nCall-ID: a84b4c76e66710\r\n"
	out, err := trying(nil, []byte(head+"CSeq: 1 INVITE\r\n\r\n"))
	show(out)
	fmt.Println(err)
	out, err = trying(nil, []byte(head+"\r\n"))
	fmt.Println(len(out), err, errors.Is(err, sipwire.ErrMissing))
	// Output:
	// SIP/2.0 100 Trying
	// Via: SIP/2.0/UDP a.example.com;branch=z9hG4bK1
	// From: <sip:alice@a.example.com>;tag=1
	// To: <sip:bob@biloxi.example.com>
	// Call-ID: a84b4c76e66710
	// CSeq: 1 INVITE
	// Content-Length: 0
	// <nil>
	// 0 sip: header missing true
}
