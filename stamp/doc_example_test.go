package stamp_test

import (
	"errors"
	"fmt"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/stamp"
)

// first is the function of the package comment.
func first(text, dst []byte) ([]byte, error) {
	t, err := stamp.Compile(text)
	if err != nil {
		return dst, err // t.Fault() says where
	}
	user, _ := t.Var("user")
	var s stamp.Stamp
	s.Begin(t)
	if err := s.Set(user, []byte("bob")); err != nil {
		return dst, err
	}
	return s.AppendTo(dst)
}

func Example() {
	const rest = "From: <sip:a@a.example.com>;tag=1\r\nTo: <sip:{{user}}@b.example.com>\r\nCall-ID: i\r\nCSeq: {{cseq}} OPTIONS\r\nMax-Forwards: 70\r\n\r\n"
	text := "OPTIONS sip:{{user}}@b.example.com SIP/2.0\r\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\r\n" + rest
	out, err := first([]byte(text), nil)
	fmt.Printf("%.37s, %v\n", out, err)
	_, err = first([]byte("OPTIONS sip:{{user}}@b.example.com SIP/2.0\r\n"+rest), nil)
	fmt.Println(err, errors.Is(err, sipwire.ErrMissing))
	t, _ := stamp.Compile([]byte("OPTIONS sip:{{user} SIP/2.0\r\n" + rest))
	fmt.Println(t.Fault())
	// Output:
	// OPTIONS sip:bob@b.example.com SIP/2.0, <nil>
	// sip: header missing true
	// sip: malformed value at offset 12
}
