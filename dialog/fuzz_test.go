package dialog

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

type nowhere struct{}

func (nowhere) Send(transaction.Handle, transaction.Addr, []byte) {}

// FuzzLayer plays hostile messages on a Layer with narrow limits: the tables
// agree with each other whatever comes, and are empty when all dialogs were
// ended and all timers are over.
func FuzzLayer(f *testing.F) {
	a := &agent{name: "alice", addr: loopAddr}
	b := &agent{name: "bob"}
	invite := string(a.out("INVITE", "q", b, "Supported: timer, 100rel", "Session-Expires: 100"))
	sub := string(a.out("SUBSCRIBE", "q", b, "Event: presence", "Expires: 60"))
	answer := "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKq\r\nFrom: <sip:a@b>;tag=aliceq\r\nTo: <sip:b@b>;tag=b\r\nCall-ID: q@alice\r\nCSeq: 1 INVITE\r\nContact: <sip:b@c>\r\nRecord-Route: <sip:p;lr>\r\n\r\n"
	for _, s := range []string{invite, sub, answer} {
		f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8}, s, answer)
		f.Add([]byte{2, 16, 5, 6, 7, 4, 16}, s, answer)
	}
	f.Fuzz(func(t *testing.T, steps []byte, x, y string) {
		if len(steps) > 48 {
			steps = steps[:48]
		}
		l := New(nowhere{}, Config{MaxDialogs: 3, MaxBytes: 6 << 16, MaxUsages: 2, SessionExpires: 100 * time.Second,
			Via: codec.ViaSpec{Host: []byte("h")}, Contact: []byte("<sip:x@h>"), Transaction: transaction.Config{MaxTransactions: 6}})
		now := time.Second
		var m codec.Message
		var tx transaction.Handle
		var d Handle
		open := map[transaction.Handle]bool{}
		note := func(ev Event) {
			if ev.Kind == transaction.Request && ev.Tx != 0 {
				tx = ev.Tx
				open[tx] = true
			}
			if ev.Dialog != 0 {
				d = ev.Dialog
			}
			if ev.Ended && l.State(ev.Dialog) != Terminated {
				t.Fatalf("%+v has not ended", ev)
			}
			if ev.New && l.State(ev.Dialog) == Terminated {
				t.Fatalf("%+v has not begun", ev)
			}
		}
		drain := func(by time.Duration) {
			now += by
			for n := 0; ; n++ {
				ev, ok := l.Advance(now)
				if !ok {
					return
				}
				if note(ev); n > 100000 {
					t.Fatal("Advance does not end")
				}
			}
		}
		to := transaction.Addr{IP: loopAddr, Transport: header.TransportUDP}
		methods := []string{"INVITE", "BYE", "NOTIFY", "UPDATE", "REFER", "INFO", "SUBSCRIBE", "ACK"}
		for _, step := range steps {
			text := x
			if step&16 != 0 {
				text = y
			}
			switch step % 16 % 9 {
			case 0, 1:
				_ = m.Parse([]byte(text)) // the Layer sees the error
				note(l.Receive(&m, to, now))
			case 2:
				_, _ = l.Send([]byte(text), to, 1, now)
			case 3:
				if h, err := l.Reply(tx, nil, &compose.Reply{Status: 180 + int(step&32)}, now); err == nil && h != 0 {
					d = h
				}
			case 4:
				if h, err := l.Reply(tx, nil, &compose.Reply{Status: 200}, now); err == nil && h != 0 {
					d = h
				}
			case 5:
				_ = l.Ack(d, nil, transaction.Addr{}, now)
			case 6:
				_, _ = l.Request(d, &compose.Request{Method: []byte(methods[step>>5])}, to, now)
			case 7:
				drain(time.Duration(step) * 331 * ms)
			case 8:
				_, _ = l.ReplyReliably(tx, nil, &compose.Reply{Status: 183}, now)
			}
			if err := invariants(l); err != nil {
				t.Fatal(err)
			}
		}
		for i := range l.dialogs.Cap() {
			for range 3 {
				if l.dialogs.InUse(i) {
					_, _ = l.Request(l.handle(i), &compose.Request{Method: []byte("BYE")}, to, now)
				}
			}
		}
		for h := range open {
			_, _ = l.Reply(h, nil, &compose.Reply{Status: 500}, now)
		}
		drain(time.Hour)
		drain(12 * 365 * 24 * time.Hour) // the longest subscription
		if err := invariants(l); err != nil {
			t.Fatal(err)
		}
		for i := range l.dialogs.Cap() {
			if l.dialogs.InUse(i) {
				d := l.dialogs.At(i)
				if _, timed := l.wheel.At(i); d.state == Ending && !timed && l.tx.Stats().Transactions == 0 || d.state == Early && !timed && l.tx.State(d.invite) == transaction.Terminated {
					t.Fatalf("a dialog in %d hangs", d.state)
				}
			}
		}
	})
}
