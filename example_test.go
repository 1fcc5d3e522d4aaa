package sipwire_test

import (
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/codec"
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
		fmt.Println(err) // a *codec.SyntaxError: code, header, byte offset
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
