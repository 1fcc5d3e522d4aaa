package transaction

import (
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
)

// An INVITE that its user forgets is answered with a 480 at the end of
// Config.Answer, whatever provisional responses there were.
func TestAnswerTime(t *testing.T) {
	c := testTimes
	c.Answer = 60 * time.Second
	w := newWorld(t, c)
	h := w.receive(req("INVITE"), udpPeer).Tx
	for range 5 {
		w.run(11 * time.Second)
		_ = w.reply(h, 180)
	}
	w.take()
	if ev := w.run(4900 * ms); len(ev) != 0 || w.State(h) != Proceeding {
		t.Fatalf("too early: %+v", ev)
	}
	ev := w.run(100 * ms)
	if len(ev) != 1 || ev[0].Kind != Timeout || ev[0].Timer != TimerAnswer || ev[0].Tx != h || w.State(h) != Completed || w.take() != "480" {
		t.Fatalf("%+v in %v", ev, w.State(h))
	}
	if w.receive(req("ACK"), udpPeer); w.State(h) != Confirmed {
		t.Error("its ACK")
	}
	if w.run(time.Minute); w.Stats().Transactions != 0 {
		t.Error("it is left")
	}
	// A final response and a CANCEL come before it.
	for _, end := range []func(h Handle){
		func(h Handle) { _ = w.reply(h, 200) },
		func(h Handle) { _ = w.reply(h, 486) },
		func(Handle) { w.receive(req("CANCEL"), udpPeer) },
	} {
		w = newWorld(t, c)
		end(w.receive(req("INVITE"), udpPeer).Tx)
		for _, ev := range w.run(61 * time.Second) {
			if ev.Timer == TimerAnswer {
				t.Errorf("%+v", ev)
			}
		}
	}
	// Without it an INVITE waits.
	w = newWorld(t, testTimes)
	h = w.receive(req("INVITE"), udpPeer).Tx
	if ev := w.run(24 * time.Hour); len(ev) != 0 || w.State(h) != Proceeding {
		t.Errorf("%+v in %v", ev, w.State(h))
	}
}

// What does not parse can be answered without a transaction, each time with the
// same tag.
func TestReject(t *testing.T) {
	w := newWorld(t, Config{})
	bad := strings.Replace(req("OPTIONS"), "CSeq: 1 OPTIONS", "CSeq: 1 INFO", 1)
	for range 2 {
		ev := w.receive(bad, udpPeer)
		if ev.Kind != Malformed || ev.Code != sipwire.ErrMethod {
			t.Fatalf("%+v", ev)
		}
		if err := w.Reject(&w.m, udpPeer, &compose.Reply{Status: 400}); err != nil {
			t.Fatal(err)
		}
	}
	if w.take() != "400 400" || string(w.raw[0]) != string(w.raw[1]) || !strings.Contains(string(w.raw[0]), "To: <sip:bob@example.com>;tag=") || w.tos[0] != udpPeer {
		t.Errorf("to %v\n%s\n%s", w.tos[0], w.raw[0], w.raw[1])
	}
	// With an error of the parser too, here a body that is cut off.
	short := strings.Replace(req("OPTIONS"), "Content-Length: 0", "Content-Length: 9", 1)
	if ev := w.receive(short, udpPeer); ev.Kind != Malformed || w.Reject(&w.m, udpPeer, &compose.Reply{Status: 400}) != nil || w.take() != "400" {
		t.Errorf("%+v", ev)
	}
	for _, s := range []string{"INVITE\r\n\r\n", resp(200, "OPTIONS"), req("ACK"), strings.Replace(req("OPTIONS"), "Call-ID: c1\r\n", "", 1)} {
		w.receive(s, udpPeer)
		if err := w.Reject(&w.m, udpPeer, &compose.Reply{Status: 400}); err == nil || w.take() != "" {
			t.Errorf("%.20q was answered", s)
		}
	}
	if s := w.Stats(); s.Transactions != 0 || s.Bytes != 0 {
		t.Errorf("%+v", s)
	}
}

// TestBegins: what Receive would make a transaction of, before and after it.
func TestBegins(t *testing.T) {
	for _, c := range []struct {
		m             string
		before, after bool // an INVITE
	}{
		{req("INVITE"), true, false}, {req("CANCEL"), true, false}, {req("ACK"), false, false}, {req("OPTIONS"), true, true},
		{resp(200, "INVITE"), false, false}, {"INVITE sip:a SIP/2.0\r\n\r\n", false, false},
	} {
		l := New(new(null), Config{})
		var m, invite codec.Message
		_, _ = m.Parse([]byte(c.m)), invite.Parse([]byte(req("INVITE")))
		if l.Begins(&m) != c.before || l.Stats().Transactions != 0 {
			t.Errorf("%v before an INVITE: %q", !c.before, c.m)
		}
		l.Receive(&invite, udpPeer, 0)
		if l.Begins(&m) != c.after {
			t.Errorf("%v after an INVITE: %q", !c.after, c.m)
		}
	}
}
