package main

import (
	"bytes"
	"net/netip"
	"slices"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A forwarder does what a proxy does between receiving and sending.
type forwarder struct {
	edit codec.Edit
	dst  []byte
}

// demoVia is what the demo's proxy puts on top of requests.
var demoVia = codec.ViaSpec{
	Transport: header.TransportUDP,
	Host:      []byte("proxy.harbour.example"),
	Branch:    []byte("z9hG4bK5d41402a"),
}

// forward returns the message as a proxy sends it on (RFC 3261, 16.6 and
// 16.7). It is valid until the next call.
func (f *forwarder) forward(m *codec.Message) ([]byte, error) {
	e := &f.edit
	if err := e.Begin(m); err != nil {
		return nil, err
	}
	// What goes wrong stays in e until AppendTo.
	if m.IsResponse() {
		_ = e.PopVia()
	} else {
		_ = e.SetReceived(demoSource)
		_ = e.PushVia(&demoVia)
		_ = e.DecrementMaxForwards()
		if m.Has(header.IDRoute) {
			_ = e.PopRoute()
		}
	}
	out, err := e.AppendTo(f.dst[:0])
	f.dst = out[:0]
	return out, err
}

var demoSource = netip.MustParseAddrPort("192.0.2.9:5061")

// changes returns the lines that are in one of two messages alone, as a patch
// shows them. Lines must be in the same order in both.
func changes(before, after []byte) (patch []string) {
	old, now := bytes.Split(before, []byte("\r\n")), bytes.Split(after, []byte("\r\n"))
	gone := func(line []byte) bool {
		return !slices.ContainsFunc(now, func(l []byte) bool { return bytes.Equal(l, line) })
	}
	for len(old) > 0 || len(now) > 0 {
		switch {
		case len(old) > 0 && len(now) > 0 && bytes.Equal(old[0], now[0]):
			old, now = old[1:], now[1:]
		case len(old) > 0 && gone(old[0]):
			patch = append(patch, "- "+string(old[0]))
			old = old[1:]
		default:
			patch = append(patch, "+ "+string(now[0]))
			now = now[1:]
		}
	}
	return patch
}
