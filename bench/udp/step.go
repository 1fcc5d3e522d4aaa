//go:build linux

package main

import (
	"fmt"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A proxy's step between receiving and sending: parse the request, put its own
// Via on top and count Max-Forwards down (RFC 3261, 16.6). All ways of
// forwarding use the same one.
type step struct {
	m codec.Message
	e codec.Edit
}

var ownVia = codec.ViaSpec{
	Transport: header.TransportUDP,
	Host:      []byte("proxy.example.com"),
	Port:      5060,
	Branch:    []byte("z9hG4bK87asdks7.1"),
}

// forward appends to dst the request in as it is to be sent on.
func (s *step) forward(dst, in []byte) ([]byte, error) {
	if err := s.m.Parse(in); err != nil {
		return dst, err
	}
	// The Edit keeps the first error and AppendTo returns it.
	s.e.Begin(&s.m)
	s.e.PushVia(&ownVia)
	s.e.DecrementMaxForwards()
	return s.e.AppendTo(dst)
}

// request returns a request of about the given size, the n-th of its kind.
func request(size, n int) []byte {
	b := fmt.Appendf(nil, "INVITE sip:bob%04d@biloxi.example.com SIP/2.0\r\n"+
		"Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK776as%06d\r\n"+
		"Max-Forwards: 70\r\n"+
		"To: <sip:bob%04d@biloxi.example.com>\r\n"+
		"From: <sip:a@atlanta.example.com>;tag=19283%05d\r\n"+
		"Call-ID: a84b4c76e667%05d\r\n"+
		"CSeq: 314159 INVITE\r\n", n%10000, n, n%10000, n%100000, n)
	return filled(b, size)
}

// filled ends a header section with as many more fields as make it about as
// long as size.
func filled(b []byte, size int) []byte {
	for i := 0; len(b) < size-60; i++ {
		b = fmt.Appendf(b, "X-Extension-%02d: %030d\r\n", i, i)
	}
	return append(b, "Content-Length: 0\r\n\r\n"...)
}
