package dialog_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/dialog"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// A wire carries what one Layer sends to the other one.
type wire struct {
	queue [][]byte
}

func (w *wire) Send(_ transaction.Handle, _ transaction.Addr, b []byte) {
	line, _, _ := bytes.Cut(b, []byte("\r\n"))
	fmt.Printf("%s\n", line)
	w.queue = append(w.queue, bytes.Clone(b))
}

// A call: alice invites bob, who answers at once; alice hangs up.
func Example() {
	var toBob, toAlice wire
	config := func(host string) dialog.Config {
		return dialog.Config{Via: codec.ViaSpec{Host: []byte(host)}, Contact: []byte("<sip:" + host + ">")}
	}
	alice := dialog.New(&toBob, config("192.0.2.1"))
	bob := dialog.New(&toAlice, config("192.0.2.2"))
	addr := transaction.Addr{IP: netip.MustParseAddrPort("192.0.2.2:5060"), Transport: header.TransportUDP}
	now := time.Duration(0)

	invite := []byte("INVITE sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n" +
		"Max-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>\r\nCall-ID: 1\r\n" +
		"CSeq: 1 INVITE\r\nContact: <sip:192.0.2.1>\r\nContent-Length: 0\r\n\r\n")
	if _, err := alice.Send(invite, addr, 0, now); err != nil {
		fmt.Println(err)
	}
	var m codec.Message
	var call dialog.Handle // alice's
	for len(toBob.queue)+len(toAlice.queue) > 0 {
		layer, w := bob, &toBob
		if len(w.queue) == 0 {
			layer, w = alice, &toAlice
		}
		b := w.queue[0]
		w.queue = w.queue[1:]
		if err := m.Parse(b); err != nil {
			fmt.Println(err)
		}
		ev := layer.Receive(&m, addr, now)
		var err error
		switch {
		case ev.Kind == transaction.Request && ev.Method == header.MethodINVITE:
			_, err = layer.Reply(ev.Tx, &m, &compose.Reply{Status: 200}, now)
		case ev.Task == dialog.TaskACK:
			call = ev.Dialog
			err = layer.Ack(ev.Dialog, nil, addr, now)
		case ev.Kind == transaction.Ack:
			fmt.Println("the call is set up")
			_, err = alice.Request(call, &compose.Request{Method: []byte("BYE")}, addr, now)
		case ev.Ended:
			fmt.Println("the call has ended")
		}
		if err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// INVITE sip:bob@192.0.2.2 SIP/2.0
	// SIP/2.0 200 OK
	// ACK sip:192.0.2.2 SIP/2.0
	// the call is set up
	// BYE sip:192.0.2.2 SIP/2.0
	// SIP/2.0 200 OK
	// the call has ended
	// the call has ended
}
