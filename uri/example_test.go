package uri_test

import (
	"fmt"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/uri"
)

func ExampleParse() {
	u, err := uri.Parse([]byte("sip:alice:secret@[2001:db8::1]:5061;transport=tls;lr?Subject=hi"))
	if err != nil {
		fmt.Println(err)
		return
	}
	port, _ := u.Port()
	transport, _ := u.Transport()
	fmt.Printf("%s %s %d %s %v\n", u.User(), u.Host(), port, transport, u.LR())
	for name, value := range u.Headers() {
		fmt.Printf("%s is %q\n", name, value)
	}
	// Output:
	// alice [2001:db8::1] 5061 tls true
	// Subject is "hi"
}

func ExampleURI_Parse() {
	var u uri.URI
	n, err := u.Parse([]byte("sip:alice@atlanta.com; lr"))
	fmt.Println(n, err, err == sipwire.ErrParam)
	// Output: 22 sip: malformed parameter true
}

func ExampleURI_Params() {
	u := uri.MustParse("sip:a;x=y@h;lr;gr=urn:uuid:1")
	for name, value := range u.Params() {
		fmt.Printf("%s %q %v\n", name, value, value == nil)
	}
	// Output:
	// lr "" true
	// gr "urn:uuid:1" false
}

func ExampleEqual() {
	a := uri.MustParse("sip:%61lice@atlanta.com;transport=TCP")
	b := uri.MustParse("sip:alice@AtLanTa.CoM;Transport=tcp")
	c := uri.MustParse("sip:alice@atlanta.com:5060;transport=tcp")
	fmt.Println(uri.Equal(a, b), a.Hash() == b.Hash(), uri.Equal(b, c))
	// Output: true true false
}

func ExamplePhone() {
	u := uri.MustParse("sip:+1-212-555-1212;ext=7@gateway.com;user=phone")
	if p, ok := u.Phone(); ok {
		ext, _ := p.Ext()
		fmt.Printf("%s %s %v\n", p.AppendDigits(nil), ext, p.IsGlobal())
	}
	// Output: +12125551212 7 true
}

func ExampleAppendEscaped() {
	b := append([]byte("sip:"), uri.AppendEscaped(nil, "j@s0n", uri.PartUser)...)
	fmt.Printf("%s@example.com\n", b)
	// Output: sip:j%40s0n@example.com
}
