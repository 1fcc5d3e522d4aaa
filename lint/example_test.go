package lint_test

import (
	"fmt"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/lint"
)

// A datagram with three faults: a branch of RFC 2543, a CSeq for another
// method, and no Max-Forwards.
var datagram = []byte("OPTIONS sip:b.example SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP a.example;branch=7\r\n" +
	"From: <sip:a@a.example>;tag=1\r\nTo: <sip:b.example>\r\n" +
	"Call-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n")

func ExampleCheck() {
	m := codec.Acquire()
	defer codec.Release(m)
	_ = m.Parse(datagram) // Check reports this error too
	for _, f := range lint.Check(m) {
		fmt.Println(f)
	}

	// Output:
	// warning: Max-Forwards, byte 0: no Max-Forwards; a proxy adds one [missing; RFC 3261, 8.1.1.6]
	// warning: Via, byte 58: the branch does not begin with z9hG4bK, so it is not taken to be unique [branch-cookie; RFC 3261, 8.1.1.7]
	// error: CSeq, byte 140: CSeq has the method "INVITE", the request "OPTIONS" [cseq-method; RFC 3261, 8.1.1.5]
}

// A border element that refuses what is wrong, and keeps one slice for its
// findings.
func ExampleWorst() {
	m := codec.Acquire()
	defer codec.Release(m)
	var found []lint.Finding
	_ = m.Parse(datagram)
	found = lint.Append(found[:0], m)
	if lint.Worst(found) >= lint.Error {
		fmt.Println("refuse it")
	}

	// Output:
	// refuse it
}

func ExampleRules() {
	for r := range lint.Rules() {
		fmt.Printf("%s: %s\n", r, r.About())
		break
	}

	// Output:
	// answer-direction: an answer sends or takes media that the offer does not leave open
}
