package header_test

import (
	"fmt"

	"github.com/sipwire/sipwire/header"
)

func ExampleVia() {
	field := []byte("SIP / 2.0 / UDP first.example.com: 4000 ;received=192.0.2.1;rport\r\n ;branch=z9hG4bK776a, SIP/2.0/TCP [2001:db8::1]")
	for i := 0; i <= len(field); i++ {
		var v header.Via
		n, err := v.ParseFrom(field, i)
		if err != nil {
			fmt.Println(n, err)
			return
		}
		port, ok := v.Port()
		addr, _ := v.ReceivedAddr()
		fmt.Printf("%v %s %d %t %s %v\n", v.Transport(), v.Host(), port, ok, v.Branch(), addr)
		i = n
	}
	// Output:
	// UDP first.example.com 4000 true z9hG4bK776a 192.0.2.1
	// TCP [2001:db8::1] 0 false  invalid IP
}

func ExampleNameAddr() {
	var from header.NameAddr
	if _, err := from.Parse([]byte(`"A. G. \"Al\" Bell" <sip:agb@bell-telephone.com> ;tag = a48s`)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n%s\n", from.AppendDisplay(nil), from.Tag())
	u, err := from.URI()
	fmt.Printf("%s %s %v\n", u.User(), u.Host(), err)

	// Without "<>" a comma can not belong to the URI.
	n, err := from.Parse([]byte("sip:a,b@example.com"))
	fmt.Println(n, err)
	// Output:
	// A. G. "Al" Bell
	// a48s
	// agb bell-telephone.com <nil>
	// 5 sip: URI must be enclosed in <>
}

func ExampleContact() {
	for _, s := range []string{`<sip:a@192.0.2.4>;expires=60;q=0.7`, "sip:b@192.0.2.5;expires=soon", "*"} {
		var c header.Contact
		if _, err := c.Parse([]byte(s)); err != nil {
			fmt.Println(err)
			return
		}
		q, _ := c.Q()
		expires, ok := c.Expires()
		fmt.Println(q, expires, ok, c.IsWildcard())
	}
	// Output:
	// 700 60 true false
	// 1000 3600 true false
	// 1000 0 false true
}

func ExampleParamList() {
	var p header.ParamList
	if _, err := p.Parse([]byte(`icid-value="a;b" ; ORIG-IOI = home1.example;flag`)); err != nil {
		fmt.Println(err)
		return
	}
	for name, value := range p.All() {
		fmt.Printf("%s=%s\n", name, value)
	}
	value, ok := p.Get("orig-ioi")
	fmt.Printf("%s %t\n", value, ok)
	// Output:
	// icid-value="a;b"
	// ORIG-IOI=home1.example
	// flag=
	// home1.example true
}

func ExampleDeltaSeconds() {
	var r header.DeltaSeconds
	n, err := r.ParseComment([]byte("18000 (in a meeting);duration=3600"))
	d, _ := r.Duration()
	fmt.Printf("%d %v: %d %s %d\n", n, err, r.Seconds(), r.Comment(), d)
	// Output: 34 <nil>: 18000 (in a meeting) 3600
}

func ExampleCSeq() {
	var c header.CSeq
	_, err := c.Parse([]byte("4711   INVITE"))
	fmt.Println(c.Number(), c.Method(), err)
	n, err := c.Parse([]byte("4711INVITE"))
	fmt.Println(n, err)
	// Output:
	// 4711 INVITE <nil>
	// 4 sip: malformed method
}
