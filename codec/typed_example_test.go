package codec_test

import (
	"errors"
	"fmt"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/uri"
)

var subscribe = []byte("SUBSCRIBE sip:bob@biloxi.example.com SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK776, SIP/2.0/TCP gw.example.com:5070\r\n" +
	"Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\r\n" +
	"From: \"Alice, A.\" <sip:alice@atlanta.example.com>;tag=1928\r\n" +
	"To: <sip:bob@biloxi.example.com>\r\nCall-ID: a84b4c76e66710\r\nCSeq: 7  SUBSCRIBE\r\n" +
	"Event: presence;id=3\r\nMax-Forwards: many\r\nContent-Length: 0\r\n\r\n")

// The typed accessors read a value when it is asked for. One that does not
// parse has an error of its own and spoils nothing else.
func ExampleMessage_TopVia() {
	m := codec.Acquire()
	defer codec.Release(m)
	if err := m.Parse(subscribe); err != nil {
		fmt.Println(err)
		return
	}
	u, _ := m.RequestURI()
	via, _ := m.TopVia()
	from, _ := m.From()
	cseq, _ := m.CSeq()
	fmt.Printf("%s %s %s %s %d\n", u.Host(), via.Host(), via.Branch(), from.Tag(), cseq.Number())
	_, err := m.MaxForwards()
	fmt.Println(err, errors.Is(err, sipwire.ErrNumber))
	fmt.Println(m.Fault())
	// Output:
	// biloxi.example.com pc33.atlanta.example.com z9hG4bK776 1928 7
	// sip: number expected true
	// sip: number expected in Max-Forwards at offset 372
}

// Every other header is read with the typed value of package header.
func ExampleMessage_Read() {
	var m codec.Message
	m.Parse(subscribe)
	var event ext.Event
	if err := m.Read(header.IDEvent, event.Parse); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s\n", event.Value())
	var expires ext.SessionExpires
	if err := m.Read(header.IDSessionExpires, expires.Parse); err != nil {
		fmt.Println(m.Fault())
	}
	// Output:
	// presence
	// sip: header missing in Session-Expires at offset 399
}

func ExampleMessage_Vias() {
	var m codec.Message
	m.Parse(subscribe)
	for via, err := range m.Vias() {
		fmt.Printf("%s %v\n", via.SentBy(), err)
	}
	// Output:
	// pc33.atlanta.example.com <nil>
	// gw.example.com:5070 <nil>
}

// A proxy finds where a request goes, and shards its transactions by hash.
func ExampleMessage_NextHop() {
	var m, again codec.Message
	m.Parse(subscribe)
	hop, err := m.NextHop(func(u *uri.URI) bool { return string(u.Host()) == "p1.example.com" })
	fmt.Println(&hop.Next, hop.DropFirst, hop.Strict, err)
	again.Parse(subscribe)
	a, _ := m.TransactionHash(42)
	b, _ := again.TransactionHash(42)
	fmt.Println(a == b)
	// Output:
	// sip:p2.example.com;lr true false <nil>
	// true
}
