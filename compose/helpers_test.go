package compose

import (
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

var (
	bobVia = &codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("p.example"), Port: 5070, Branch: []byte("z9hG4bKp"), RPort: true}
	source = netip.MustParseAddrPort("192.0.2.3:5062")
)

// reliableMsg is the response of RFC 3262, 3.
const reliableMsg = "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK74b74\r\n" +
	"From: <sip:alice@atlanta.example.com>;tag=1\r\nTo: <sip:bob@biloxi.example.com>;tag=314159\r\nCall-ID: a84b4c76e66710\r\n" +
	"CSeq: 1 INVITE\r\nRequire: 100rel\r\nRSeq: 776656\r\nContent-Length: 0\r\n\r\n"

// whole parses a message that has no error.
func whole(t testing.TB, s string) *codec.Message {
	t.Helper()
	m := new(codec.Message)
	if err := m.Parse([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return m
}

// edited applies the changes to a message and returns what is written.
func edited(t testing.TB, s string, change func(e *codec.Edit)) string {
	t.Helper()
	e := new(codec.Edit)
	if err := e.Begin(whole(t, s)); err != nil {
		t.Fatal(err)
	}
	change(e)
	out, err := e.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
