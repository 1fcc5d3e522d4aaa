package compose_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// show prints a message with LF line ends.
func show(b []byte) { fmt.Println(strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))) }

// An OPTIONS is answered with what the server can do (RFC 3261, 11.2).
func ExampleAppendReply() {
	datagram := []byte("OPTIONS sip:carol@chicago.example.com SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bKhjhs8ass877\r\n" +
		"Max-Forwards: 70\r\nTo: <sip:carol@chicago.example.com>\r\n" +
		"From: Alice <sip:alice@atlanta.example.com>;tag=1928301774\r\n" +
		"Call-ID: a84b4c76e66710\r\nCSeq: 63104 OPTIONS\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n")

	m := codec.Acquire()
	defer codec.Release(m)
	if err := m.Parse(datagram); err != nil {
		fmt.Println(err)
		return
	}
	out, err := compose.AppendReply(nil, m, &compose.Reply{
		Status: 200,
		Tag:    []byte("93810874"), // compose.AppendTag makes one
		Source: netip.MustParseAddrPort("192.0.2.4:5060"),
		Fields: []compose.HeaderField{
			{ID: header.IDAllow, Value: []byte("INVITE, ACK, CANCEL, OPTIONS, BYE")},
			{ID: header.IDAccept, Value: []byte("application/sdp")},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	show(out)
	// Output:
	// SIP/2.0 200 OK
	// Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bKhjhs8ass877;received=192.0.2.4
	// From: Alice <sip:alice@atlanta.example.com>;tag=1928301774
	// To: <sip:carol@chicago.example.com>;tag=93810874
	// Call-ID: a84b4c76e66710
	// CSeq: 63104 OPTIONS
	// Allow: INVITE, ACK, CANCEL, OPTIONS, BYE
	// Accept: application/sdp
	// Content-Length: 0
}

// The BYE of the caller, once the 200 has come: loose routers stay in Route,
// a strict one would become the Request-URI.
func ExampleAppendRequest() {
	ok := []byte("SIP/2.0 200 OK\r\nRecord-Route: <sip:p2.example.com;lr>, <sip:p1.example.com;lr>\r\n" +
		"To: Bob <sip:bob@biloxi.example.com>;tag=a6c85cf\r\nFrom: Alice <sip:alice@atlanta.example.com>;tag=1928301774\r\n" +
		"Call-ID: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\nContact: <sip:bob@192.0.2.4>\r\nContent-Length: 0\r\n\r\n")

	m := codec.Acquire()
	defer codec.Release(m)
	if err := m.Parse(ok); err != nil {
		fmt.Println(err)
		return
	}
	var d compose.Dialog
	if err := d.Begin(m, nil); err != nil {
		fmt.Println(err)
		return
	}
	bye, err := compose.AppendRequest(nil, &d, &compose.Request{
		Method: []byte("BYE"),
		CSeq:   314160,
		Via:    &codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("pc33.atlanta.example.com"), Branch: []byte("z9hG4bKnashds9")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	next, _ := d.Destination()
	fmt.Printf("to %s\n", &next)
	show(bye)
	// Output:
	// to sip:p1.example.com;lr
	// BYE sip:bob@192.0.2.4 SIP/2.0
	// Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bKnashds9
	// Route: <sip:p1.example.com;lr>
	// Route: <sip:p2.example.com;lr>
	// Max-Forwards: 70
	// From: Alice <sip:alice@atlanta.example.com>;tag=1928301774
	// To: Bob <sip:bob@biloxi.example.com>;tag=a6c85cf
	// Call-ID: a84b4c76e66710
	// CSeq: 314160 BYE
	// Content-Length: 0
}
