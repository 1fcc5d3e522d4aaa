package header_test

import (
	"fmt"

	"github.com/sipwire/sipwire/header"
)

// A client is challenged twice, answers the stronger challenge, and the server
// checks the answer.
func ExampleDigester() {
	fields := []string{
		`Digest realm="atlanta.example", nonce="84a4cc6f3082121f32b42a2187831a9e", qop="auth", algorithm=MD5`,
		`Digest realm="atlanta.example", nonce="84a4cc6f3082121f32b42a2187831a9e", qop="auth", algorithm=SHA-256`,
	}
	var best header.AuthChallenge
	for _, field := range fields {
		var c header.AuthChallenge
		if _, err := c.Parse([]byte(field)); err == nil && c.Beats(&best) {
			best = c
		}
	}
	fmt.Println("answering", best.Algorithm())

	var d header.Digester // one for each goroutine, kept
	value, err := d.AppendCredentials(nil, &best, &header.Answer{
		Secret: header.Secret{Username: []byte("bob"), Password: []byte("zanzibar")},
		Method: []byte("REGISTER"),
		URI:    []byte("sip:atlanta.example"),
		CNonce: []byte("0a4f113b"),
	})
	fmt.Printf("%s %v\n", value, err)

	var c header.AuthCredentials
	c.Parse(value)
	for _, password := range []string{"zanzibar", "guess"} {
		secret := header.Secret{Password: []byte(password)}
		fmt.Println(password, d.Verify(&c, &secret, []byte("REGISTER"), nil))
	}
	// Output:
	// answering SHA-256
	// Digest username="bob", realm="atlanta.example", nonce="84a4cc6f3082121f32b42a2187831a9e", uri="sip:atlanta.example", response="e3eb34c1bb050599b40263eb43d89b7e570333d70cfceb86aa96a67e9602c2bc", algorithm=SHA-256, cnonce="0a4f113b", qop=auth, nc=00000001 <nil>
	// zanzibar true
	// guess false
}

func ExampleOptionSet() {
	supported := header.OptionSet(0)
	supported.Insert(header.Option100rel)
	supported.Insert(header.OptionReplaces)

	field := []byte("100rel, precondition, x-unheard-of")
	var required header.OptionSet
	if _, err := required.Add(field); err != nil {
		fmt.Println(err)
	}
	if required.Without(supported) != 0 {
		// RFC 3261, 8.2.2.3: name what is not supported in a 420.
		for tag := range header.Values(header.IDRequire, field) {
			if o := header.LookupOption(tag); o == header.OptionOther || !supported.Has(o) {
				fmt.Printf("Unsupported: %s\n", tag)
			}
		}
	}
	// Output:
	// Unsupported: precondition
	// Unsupported: x-unheard-of
}

func ExampleMethodSet() {
	var s header.MethodSet
	s.Add([]byte("INVITE, ACK, CANCEL"))
	s.Add([]byte("BYE"))
	fmt.Println(s.Has(header.MethodBYE), s.Has(header.MethodUPDATE))
	fmt.Printf("Allow: %s\n", s.AppendTo(nil))
	// Output:
	// true false
	// Allow: ACK, BYE, CANCEL, INVITE
}

func ExampleContentType() {
	var v header.ContentType
	v.Parse([]byte(`multipart/mixed; boundary="a b"`))
	fmt.Println(v.IsMultipart(), v.Is("Multipart/Mixed"))
	fmt.Printf("%s\n", header.AppendUnquoted(nil, v.Boundary()))
	// Output:
	// true true
	// a b
}

func ExampleSubscriptionState() {
	var v header.SubscriptionState
	v.Parse([]byte("terminated;reason=timeout;retry-after=60"))
	seconds, ok := v.RetryAfter()
	fmt.Printf("%v %s %d %v\n", v.State() == header.SubTerminated, v.Reason(), seconds, ok)
	// Output:
	// true timeout 60 true
}

func ExampleReference() {
	for value := range header.Values(header.IDCallInfo, []byte("<http://a.example/a,b.jpg>;purpose=icon, <cid:1@a.example>")) {
		var v header.Reference
		if _, err := v.Parse(value); err != nil {
			fmt.Println(err)
		}
		fmt.Printf("%s icon=%v\n", v.URIBytes(), v.IsPurpose("icon"))
	}
	// Output:
	// http://a.example/a,b.jpg icon=true
	// cid:1@a.example icon=false
}

func ExampleItem() {
	var v header.Item
	n, err := v.Parse([]byte("manual;require, auto"))
	fmt.Println(n, err)
	v.Parse([]byte("manual;require"))
	fmt.Printf("%s %v\n", v.Value(), v.Params().Has("require"))
	// Output:
	// 14 sip: unexpected bytes after the value
	// manual true
}

func ExampleCheck() {
	field := []byte(`301 isi.edu "a, b", 30x isi.edu "c"`)
	offset, err := header.Check(header.IDWarning, field)
	fmt.Printf("%v at %q\n", err, field[offset:])
	// Output:
	// sip: number expected at "x isi.edu \"c\""
}

func ExampleID_Place() {
	fmt.Println(header.IDContact.Place(header.MethodINVITE, 0) == header.Mandatory)
	fmt.Println(header.IDContact.Place(header.MethodBYE, 0) == header.Forbidden)
	for id := range header.Required(header.MethodREGISTER, 423) {
		fmt.Println(id)
	}
	// Output:
	// true
	// true
	// Call-ID
	// CSeq
	// From
	// Min-Expires
	// To
	// Via
}
