package codec_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// show prints a message with LF line ends.
func show(b []byte) { fmt.Println(strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))) }

// A request that has come over UDP is sent on without keeping state: the next
// hop is found, the changes of RFC 3261, 16.6 are made, and all other bytes
// leave as received.
func ExampleEdit_forwardRequest() {
	datagram := []byte("INVITE sip:bob@biloxi.example.com SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP pc33.atlanta.example.com;rport;branch=z9hG4bKnashds8\r\n" +
		"Max-Forwards: 70\r\n" +
		"Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\r\n" +
		"To: Bob <sip:bob@biloxi.example.com>\r\n" +
		"From: Alice <sip:alice@atlanta.example.com>;tag=1928301774\r\n" +
		"Call-ID: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\nX-Odd :  kept\r\n as it is\r\nContent-Length: 0\r\n\r\n")
	source := netip.MustParseAddrPort("192.0.2.1:5060")

	m := codec.Acquire()
	defer codec.Release(m)
	if err := m.Parse(datagram); err != nil {
		fmt.Println(err)
		return
	}
	hop, err := m.NextHop(func(u *uri.URI) bool { return string(u.Host()) == "p1.example.com" })
	if err != nil {
		fmt.Println(err)
		return
	}
	var e codec.Edit
	_ = e.Begin(m) // its errors stay in e until AppendTo
	_ = e.SetReceived(source)
	_ = e.ApplyHop(&hop)
	_ = e.DecrementMaxForwards()
	_ = e.PushRecordRoute([]byte("sip:p1.example.com;lr"))
	_ = e.PushVia(&codec.ViaSpec{
		Transport: header.TransportUDP,
		Host:      []byte("p1.example.com"),
		Branch:    []byte("z9hG4bK0000000000005eed"), // compose.Key makes one from the request
	})
	out, err := e.AppendTo(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("to %s\n", &hop.Next)
	show(out)
	// Output:
	// to sip:p2.example.com;lr
	// INVITE sip:bob@biloxi.example.com SIP/2.0
	// Via: SIP/2.0/UDP p1.example.com;branch=z9hG4bK0000000000005eed
	// Via: SIP/2.0/UDP pc33.atlanta.example.com;rport=5060;branch=z9hG4bKnashds8;received=192.0.2.1
	// Record-Route: <sip:p1.example.com;lr>
	// Max-Forwards: 69
	// Route: <sip:p2.example.com;lr>
	// To: Bob <sip:bob@biloxi.example.com>
	// From: Alice <sip:alice@atlanta.example.com>;tag=1928301774
	// Call-ID: a84b4c76e66710
	// CSeq: 314159 INVITE
	// X-Odd :  kept
	//  as it is
	// Content-Length: 0
}

// A response goes back the way its request came: the proxy takes its own Via
// off, and sends it to the one below (RFC 3261, 16.7).
func ExampleEdit_forwardResponse() {
	datagram := []byte("SIP/2.0 200 OK\r\n" +
		"v: SIP/2.0/UDP p1.example.com;branch=z9hG4bK1,\r\n" +
		" SIP/2.0/UDP pc33.atlanta.example.com;rport=5062;received=192.0.2.1;branch=z9hG4bKnashds8\r\n" +
		"t: Bob <sip:bob@biloxi.example.com>;tag=a6c85cf\r\nf: Alice <sip:alice@atlanta.example.com>;tag=1928301774\r\n" +
		"i: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\nl: 0\r\n\r\n")

	m := codec.Acquire()
	defer codec.Release(m)
	if err := m.Parse(datagram); err != nil {
		fmt.Println(err)
		return
	}
	if !m.IsSentBy("p1.example.com", 0) {
		fmt.Println("not ours") // to be dropped (RFC 3261, 18.1.2)
		return
	}
	var e codec.Edit
	_ = e.Begin(m)
	_ = e.PopVia()
	out, err := e.AppendTo(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(out)
	// Output:
	// SIP/2.0 200 OK
	// v: SIP/2.0/UDP pc33.atlanta.example.com;rport=5062;received=192.0.2.1;branch=z9hG4bKnashds8
	// t: Bob <sip:bob@biloxi.example.com>;tag=a6c85cf
	// f: Alice <sip:alice@atlanta.example.com>;tag=1928301774
	// i: a84b4c76e66710
	// CSeq: 314159 INVITE
	// l: 0
}
