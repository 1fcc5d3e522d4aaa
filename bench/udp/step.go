//go:build linux

package main

import (
	"bytes"
	"fmt"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A proxy's step between receiving and sending: parse the request, put its own
// Via on top and count Max-Forwards down (RFC 3261, 16.6). All ways of
// forwarding use the same one.
type step struct {
	m codec.Message
}

var ownVia = []byte("Via: SIP/2.0/UDP proxy.example.com:5060;branch=z9hG4bK87asdks7.1\r\n")

// forward appends to dst the request in as it is to be sent on.
func (s *step) forward(dst, in []byte) ([]byte, error) {
	if err := s.m.Parse(in); err != nil {
		return dst, err
	}
	// Everything up to the end of the start line, the Via, then the rest with
	// one number changed.
	line := bytes.IndexByte(in, '\n') + 1
	mf := s.m.Value(header.IDMaxForwards)
	if len(mf) == 0 {
		return dst, fmt.Errorf("no Max-Forwards")
	}
	n := 0
	for _, c := range mf {
		n = 10*n + int(c-'0')
	}
	at := line + bytes.Index(in[line:], maxForwards) + len(maxForwards)
	dst = append(dst, in[:line]...)
	dst = append(dst, ownVia...)
	dst = append(dst, in[line:at]...)
	n--
	if n >= 10 {
		dst = append(dst, byte('0'+n/10%10))
	}
	dst = append(dst, byte('0'+n%10))
	return append(dst, in[at+len(mf):]...), nil
}

var maxForwards = []byte("Max-Forwards: ")

// request returns a request of about the given size, the n-th of its kind.
func request(size, n int) []byte {
	b := fmt.Appendf(nil, "INVITE sip:bob%04d@biloxi.example.com SIP/2.0\r\n"+
		"Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK776as%06d\r\n"+
		"Max-Forwards: 70\r\n"+
		"To: <sip:bob%04d@biloxi.example.com>\r\n"+
		"From: <sip:a@atlanta.example.com>;tag=19283%05d\r\n"+
		"Call-ID: a84b4c76e667%05d\r\n"+
		"CSeq: 314159 INVITE\r\n", n%10000, n, n%10000, n%100000, n)
	for i := 0; len(b) < size-60; i++ {
		b = fmt.Appendf(b, "X-Extension-%02d: %030d\r\n", i, i)
	}
	return append(b, "Content-Length: 0\r\n\r\n"...)
}
