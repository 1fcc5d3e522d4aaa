package stamp_test

import (
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/stamp"
)

// A load generator stamps out requests. Compile the template once; each
// goroutine has a Stamp of its own.
func ExampleTemplate() {
	t, err := stamp.Compile([]byte(`
INVITE sip:{{user}}@{{host}} SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5060;branch={{branch}}
From: "{{name}}" <sip:load@192.0.2.1>;tag={{from:tag}}
To: <sip:{{user}}@{{host}}>
Call-ID: {{call-id}}@192.0.2.1
CSeq: {{cseq}} INVITE
Max-Forwards: 70
Contact: <sip:load@192.0.2.1>
Content-Type: text/plain

{{text}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	user, _ := t.Var("user")
	host, _ := t.Var("host")
	name, _ := t.Var("name")
	text, _ := t.Var("text")
	branch, _ := t.Var("branch")
	from, _ := t.Var("from")
	callID, _ := t.Var("call-id")

	var s stamp.Stamp
	s.Begin(t)
	s.Set(host, []byte("biloxi.example.com"))
	s.Set(name, []byte("Load"))
	// These three would be new in each message. They are set for the sake of
	// the output.
	s.Set(branch, []byte("z9hG4bK776asdhds"))
	s.Set(from, []byte("1928301774"))
	s.Set(callID, []byte("a84b4c76e66710"))

	var msg []byte
	for _, who := range []string{"bob", "carol"} {
		s.Set(user, []byte(who))
		s.Set(text, []byte("Hello "+who))
		if msg, err = s.AppendTo(msg[:0]); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(strings.ReplaceAll(string(msg), "\r", ""))
	}

	// A value cannot leave its place.
	s.Set(user, []byte("bob@evil.example.com;x"))
	fmt.Println(s.Fault())
	fmt.Println(s.Set(name, []byte(`Load" <sip:evil.example.com>, "`)))
	fmt.Println(s.Fault())

	// Output:
	// INVITE sip:bob@biloxi.example.com SIP/2.0
	// Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds
	// From: "Load" <sip:load@192.0.2.1>;tag=1928301774
	// To: <sip:bob@biloxi.example.com>
	// Call-ID: a84b4c76e66710@192.0.2.1
	// CSeq: 1 INVITE
	// Max-Forwards: 70
	// Contact: <sip:load@192.0.2.1>
	// Content-Type: text/plain
	// Content-Length: 9
	//
	// Hello bob
	// INVITE sip:carol@biloxi.example.com SIP/2.0
	// Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds
	// From: "Load" <sip:load@192.0.2.1>;tag=1928301774
	// To: <sip:carol@biloxi.example.com>
	// Call-ID: a84b4c76e66710@192.0.2.1
	// CSeq: 2 INVITE
	// Max-Forwards: 70
	// Contact: <sip:load@192.0.2.1>
	// Content-Type: text/plain
	// Content-Length: 11
	//
	// Hello carol
	// sip: malformed user part at offset 12
	// sip: unterminated quoted string
	// sip: unterminated quoted string in From at offset 95
}
