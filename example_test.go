package sipwire_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// The example of README.md.
func Example() {
	datagram := []byte(strings.ReplaceAll(`INVITE sip:dave@east.example.org SIP/2.0
Via: SIP/2.0/UDP core.example.net;branch=z9hG4bK2, SIP/2.0/UDP 192.0.2.17;branch=z9hG4bK1
From: Carol <sip:carol@west.example.net>;tag=8f2a
To: <sip:dave@east.example.org>
Call-ID: 7f000001-2b3c@192.0.2.17
CSeq: 4711 INVITE
Content-Length: 0

`, "\n", "\r\n"))

	m := codec.Acquire()
	defer codec.Release(m)
	if err := m.Parse(datagram); err != nil {
		fmt.Println(err) // a sipwire.Code; m.Fault() says where
		return
	}
	fmt.Printf("%s %s\n", m.MethodBytes(), m.RequestURIBytes())
	fmt.Printf("Call-ID %s\n", m.Value(header.IDCallID))
	if from, err := m.From(); err == nil {
		fmt.Printf("From tag %s\n", from.Tag())
	}
	for via, err := range m.Vias() {
		fmt.Printf("Via %s, branch %s, %v\n", via.Host(), via.Branch(), err)
	}

	// Output:
	// INVITE sip:dave@east.example.org
	// Call-ID 7f000001-2b3c@192.0.2.17
	// From tag 8f2a
	// Via core.example.net, branch z9hG4bK2, <nil>
	// Via 192.0.2.17, branch z9hG4bK1, <nil>
}

// The second example of README.md: a request on its way through a proxy, and
// the response to it.
func Example_forward() {
	datagram := []byte(strings.ReplaceAll(`OPTIONS sip:dave@east.example.org SIP/2.0
Via: SIP/2.0/UDP client.example.com;branch=z9hG4bK1
Max-Forwards: 70
From: Carol <sip:carol@west.example.net>;tag=8f2a
To: <sip:dave@east.example.org>
Call-ID: 7f000001-2b3c@192.0.2.17
CSeq: 4711 OPTIONS
Content-Length: 0

`, "\n", "\r\n"))
	source := netip.MustParseAddrPort("192.0.2.17:5060")
	branch := []byte("z9hG4bK2") // compose.AppendBranch makes one
	tag := []byte("77")          // compose.AppendTag
	buffer := make([]byte, 0, 2048)

	m := codec.Acquire()
	defer codec.Release(m)
	if err := m.Parse(datagram); err != nil {
		fmt.Println(err)
		return
	}
	var e codec.Edit // keep one for each goroutine
	_ = e.Begin(m)   // errors stay in e until AppendTo
	_ = e.SetReceived(source)
	_ = e.DecrementMaxForwards()
	_ = e.PushVia(&codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("proxy.example.net"), Branch: branch})
	out, err := e.AppendTo(buffer[:0])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(string(out[:strings.Index(string(out), "From")]), "\r", ""))

	out, err = compose.AppendReply(buffer[:0], m, &compose.Reply{Status: 180, Tag: tag, Source: source})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(string(out), "\r", ""))

	// Output:
	// OPTIONS sip:dave@east.example.org SIP/2.0
	// Via: SIP/2.0/UDP proxy.example.net;branch=z9hG4bK2
	// Via: SIP/2.0/UDP client.example.com;branch=z9hG4bK1;received=192.0.2.17
	// Max-Forwards: 69
	// SIP/2.0 180 Ringing
	// Via: SIP/2.0/UDP client.example.com;branch=z9hG4bK1;received=192.0.2.17
	// From: Carol <sip:carol@west.example.net>;tag=8f2a
	// To: <sip:dave@east.example.org>;tag=77
	// Call-ID: 7f000001-2b3c@192.0.2.17
	// CSeq: 4711 OPTIONS
	// Content-Length: 0
}
