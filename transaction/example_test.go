package transaction_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// printer is a Transport that prints the first line of what it sends.
type printer struct{}

func (printer) Send(_ transaction.Handle, to transaction.Addr, b []byte) {
	line, _, _ := bytes.Cut(b, []byte("\r\n"))
	fmt.Printf("to %v: %s\n", to.IP, line)
}

var options = []byte("OPTIONS sip:bob@example.com SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77\r\nMax-Forwards: 70\r\n" +
	"From: <sip:alice@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\n" +
	"Call-ID: 1@192.0.2.1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")

// A server: the request comes, is answered, and comes again.
func ExampleLayer_Reply() {
	layer := transaction.New(printer{}, transaction.Config{})
	from := transaction.Addr{IP: netip.MustParseAddrPort("192.0.2.1:5060"), Transport: header.TransportUDP}
	now := time.Duration(0)

	var m codec.Message
	for range 2 {
		if err := m.Parse(options); err != nil {
			fmt.Println(err)
		}
		ev := layer.Receive(&m, from, now)
		fmt.Println(ev.Kind)
		if ev.Kind == transaction.Request {
			if err := layer.Reply(ev.Tx, &m, &compose.Reply{Status: 200}, now); err != nil {
				fmt.Println(err)
			}
		}
		now += 500 * time.Millisecond
	}
	// Output:
	// Request
	// to 192.0.2.1:5060: SIP/2.0 200 OK
	// to 192.0.2.1:5060: SIP/2.0 200 OK
	// None
}

// A client: the request is sent until there is a response, or until 64*T1.
func ExampleLayer_Request() {
	layer := transaction.New(printer{}, transaction.Config{T1: time.Second, T2: 16 * time.Second})
	to := transaction.Addr{IP: netip.MustParseAddrPort("192.0.2.4:5060"), Transport: header.TransportUDP}
	if _, err := layer.Request(options, to, 42, 0); err != nil {
		fmt.Println(err)
	}
	for at, ok := layer.Next(); ok; at, ok = layer.Next() {
		for ev, ok := layer.Advance(at); ok; ev, ok = layer.Advance(at) {
			fmt.Println(at, ev.Kind, ev.Timer, ev.User)
		}
	}
	// Output:
	// to 192.0.2.4:5060: OPTIONS sip:bob@example.com SIP/2.0
	// to 192.0.2.4:5060: OPTIONS sip:bob@example.com SIP/2.0
	// to 192.0.2.4:5060: OPTIONS sip:bob@example.com SIP/2.0
	// to 192.0.2.4:5060: OPTIONS sip:bob@example.com SIP/2.0
	// to 192.0.2.4:5060: OPTIONS sip:bob@example.com SIP/2.0
	// to 192.0.2.4:5060: OPTIONS sip:bob@example.com SIP/2.0
	// to 192.0.2.4:5060: OPTIONS sip:bob@example.com SIP/2.0
	// to 192.0.2.4:5060: OPTIONS sip:bob@example.com SIP/2.0
	// 1m4s Timeout F 42
}
