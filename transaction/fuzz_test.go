package transaction

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/compose"
)

// FuzzLayer plays a script of hostile events on a Layer with narrow limits. The
// first byte of each step says what happens, the rest of the input is the text
// that is received or sent. Whatever comes, the tables agree with each other,
// stay within the limits, and are empty in the end.
func FuzzLayer(f *testing.F) {
	for _, s := range []string{req("OPTIONS"), req("INVITE"), req("ACK"), req("CANCEL"), resp(200, "INVITE"), resp(486, "INVITE"),
		resp(183, "INVITE", "Require: 100rel", "RSeq: 7"), msg("PRACK sip:b SIP/2.0", "z9hG4bKp", "2 PRACK", "RAck: 7 1 INVITE")} {
		f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, s, req("INVITE"))
		f.Add([]byte{2, 0, 9, 0, 5, 1, 7, 0}, s, s)
		f.Add([]byte{1, 5, 0, 7, 3, 9, 9}, s, req("CANCEL"))
	}
	f.Fuzz(func(t *testing.T, steps []byte, a, b string) {
		if len(steps) > 64 {
			steps = steps[:64]
		}
		w := newWorld(t, Config{MaxTransactions: 4, MaxSource: 3, MaxBytes: 8 << 16, Ends: true, TimerC: time.Minute})
		var handles []Handle
		open := map[Handle]bool{}
		note := func(ev Event) {
			if ev.Kind == Request {
				handles = append(handles, ev.Tx)
				open[ev.Tx] = true
			}
			if ev.Kind == Ended {
				if !open[ev.Tx] {
					t.Fatalf("%+v ends twice or never began", ev)
				}
				delete(open, ev.Tx)
			}
		}
		drain := func(d time.Duration) {
			w.at += d
			for n := 0; ; n++ {
				ev, ok := w.Advance(w.at)
				if !ok {
					break
				}
				note(ev)
				if n > 1000 {
					t.Fatal("Advance does not end")
				}
			}
		}
		last := func() Handle {
			if len(handles) == 0 {
				return 0
			}
			return handles[len(handles)-1]
		}
		for _, step := range steps {
			text, peer := a, udpPeer
			if step&16 != 0 {
				text = b
			}
			if step&32 != 0 {
				peer = tcpPeer
			}
			h := last()
			if step&64 != 0 && len(handles) > 0 {
				h = handles[0]
			}
			switch step % 16 % 10 {
			case 0, 1:
				note(w.receive(text, peer))
			case 2:
				if h, err := w.Request([]byte(text), peer, 1, w.at); err == nil {
					handles = append(handles, h)
					open[h] = true
				}
			case 3:
				_ = w.Reply(h, nil, &compose.Reply{Status: 100 + int(step)*2}, w.at)
			case 4:
				_ = w.ReplyReliably(h, nil, &compose.Reply{Status: 183}, w.at)
			case 5:
				_ = w.Respond(h, []byte(text), w.at)
			case 6:
				_ = w.Cancel(h, w.at)
			case 7:
				drain(time.Duration(step) * 97 * ms)
			case 8:
				note(w.TransportError(h, w.at))
			case 9:
				_ = w.Repeat(h, w.at)
			}
			if err := invariants(w.Layer); err != nil {
				t.Fatal(err)
			}
		}
		// All but unanswered INVITEs ends by itself, and those when they are
		// answered or cancelled.
		for range 3 {
			for h := range open {
				_ = w.Respond(h, []byte("SIP/2.0 500 X\r\n\r\n"), w.at)
				_ = w.Cancel(h, w.at)
			}
			drain(10 * time.Minute)
			drain(10 * time.Minute)
		}
		if n := w.Stats().Transactions; n != 0 || len(open) != 0 || w.bySource.Len() != 0 {
			t.Fatalf("%d transactions and %d handles are left", n, len(open))
		}
	})
}
