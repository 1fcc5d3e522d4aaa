package header_test

import (
	"fmt"

	"github.com/sipwire/sipwire/header"
)

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
		for tag := range header.IDRequire.Values(field) {
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

func ExampleReference() {
	for value := range header.IDCallInfo.Values([]byte("<http://a.example/a,b.jpg>;purpose=icon, <cid:1@a.example>")) {
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

func ExampleID_Check() {
	field := []byte(`301 isi.edu "a, b", 30x isi.edu "c"`)
	offset, err := header.IDWarning.Check(field)
	fmt.Printf("%v at %q\n", err, field[offset:])
	// Output:
	// sip: number expected at "x isi.edu \"c\""
}

func ExampleID_Place() {
	fmt.Println(header.IDContact.Place(header.MethodINVITE, 0) == header.Mandatory)
	fmt.Println(header.IDContact.Place(header.MethodBYE, 0) == header.Forbidden)
	for id := range header.MethodREGISTER.Required(423) {
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
