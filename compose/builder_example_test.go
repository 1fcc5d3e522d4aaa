package compose_test

import (
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// A user agent builds an INVITE. The setters may be called in any order.
func ExampleBuilder() {
	var b compose.Builder // keep one for each goroutine
	var supported header.OptionSet
	supported.Insert(header.Option100rel)
	supported.Insert(header.OptionTimer)

	b.Request([]byte("INVITE"), []byte("sip:bob@biloxi.example.com"))
	b.Body([]byte("application/sdp"), []byte("v=0\r\n"))
	b.Addr(header.IDFrom, &compose.Address{
		Display: []byte(`Alice "Al" A.`), URI: []byte("sip:alice@atlanta.example.com"), Tag: []byte("1928301774"),
	})
	b.Addr(header.IDTo, &compose.Address{URI: []byte("sip:bob@biloxi.example.com")})
	b.Addr(header.IDContact, &compose.Address{URI: []byte("sip:alice@192.0.2.4")})
	b.Options(header.IDSupported, supported)
	b.Number(header.IDSessionExpires, 1800, compose.Param{Name: []byte("refresher"), Value: []byte("uac")})
	b.Field(header.IDUserAgent, []byte("phone/1.0 (demo)"))
	b.CSeq(314159, nil)
	b.Value(header.IDCallID, []byte("a84b4c76e66710@pc33.atlanta.example.com"))
	b.Number(header.IDMaxForwards, codec.DefaultMaxForwards)
	b.Via(&codec.ViaSpec{ // compose.AppendBranch makes a branch
		Transport: header.TransportUDP, Host: []byte("pc33.atlanta.example.com"), Branch: []byte("z9hG4bK776asdhds"), RPort: true,
	})

	msg, err := b.AppendTo(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(string(msg), "\r", ""))

	// What could end a header field is an error, and the message stays in.
	b.Field(header.IDSubject, []byte("hello\r\nRoute: <sip:evil.example.com;lr>"))
	_, err = b.AppendTo(nil)
	fmt.Println(err)
	fmt.Println(b.Fault())

	// Output:
	// INVITE sip:bob@biloxi.example.com SIP/2.0
	// Via: SIP/2.0/UDP pc33.atlanta.example.com;rport;branch=z9hG4bK776asdhds
	// Max-Forwards: 70
	// From: "Alice \"Al\" A." <sip:alice@atlanta.example.com>;tag=1928301774
	// To: <sip:bob@biloxi.example.com>
	// Call-ID: a84b4c76e66710@pc33.atlanta.example.com
	// CSeq: 314159 INVITE
	// Contact: <sip:alice@192.0.2.4>
	// Supported: timer, 100rel
	// Session-Expires: 1800;refresher=uac
	// User-Agent: phone/1.0 (demo)
	// Content-Type: application/sdp
	// Content-Length: 5
	//
	// v=0
	// sip: CR, LF or NUL in an inserted value
	// sip: CR, LF or NUL in an inserted value in Subject at offset 0
}
