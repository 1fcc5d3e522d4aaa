package main

import (
	"fmt"
	"strings"
)

func Example() {
	a := newAnswerer()
	out, to := a.answer(nil, request("OPTIONS", ";rport"), src)
	tag := a.tag
	fmt.Println("to", to)
	fmt.Println(strings.ReplaceAll(strings.ReplaceAll(string(out), string(tag), "…"), "\r", ""))
	// Output:
	// to 192.0.2.4:6000
	// SIP/2.0 200 OK
	// Via: SIP/2.0/UDP pc33.atlanta.example.com;rport=6000;branch=z9hG4bKhjhs8ass877;received=192.0.2.4
	// From: Alice <sip:alice@atlanta.example.com>;tag=1928301774
	// To: <sip:carol@chicago.example.com>;tag=…
	// Call-ID: a84b4c76e66710
	// CSeq: 63104 OPTIONS
	// Allow: OPTIONS
	// Accept: application/sdp
	// Accept-Encoding: identity
	// Accept-Language: en
	// Content-Length: 0
}
