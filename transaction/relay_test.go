package transaction

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// relay gives a response to a server transaction as a proxy does.
func (w *world) relay(h Handle, s string) error {
	var m codec.Message
	if err := m.Parse([]byte(s)); err != nil {
		w.t.Fatal(err)
	}
	err := w.Relay(h, []byte(s), &m, w.at)
	w.check()
	return err
}

// Of a 2xx to an INVITE that is passed on, no more is kept than the answer to a late
// CANCEL needs. All else is kept, and sent again.
func TestRelay(t *testing.T) {
	c := testTimes
	c.Keep487, c.NoMerge = true, true
	w := newWorld(t, c)
	h := w.receive(req("INVITE"), udpPeer).Tx
	if err := w.relay(h, resp(180, "INVITE")); err != nil || w.receive(req("INVITE"), udpPeer).Kind != None || w.take() != "180 180" {
		t.Errorf("180: %v", err)
	}
	long := "X-Long: " + strings.Repeat("x", 2000)
	if err := w.relay(h, resp(200, "INVITE", long)); err != nil || w.State(h) != Accepted || w.take() != "200" {
		t.Errorf("200: %v", err)
	}
	if n := w.Stats().Bytes; n > 256 || w.ResponseBytes(h) != nil || w.RequestBytes(h) != nil {
		t.Errorf("%d bytes are kept", n)
	}
	if err := w.Repeat(h, w.at); err != sipwire.ErrState {
		t.Errorf("Repeat: %v", err)
	}
	w.receive(req("CANCEL"), udpPeer)
	if w.take() != "200" || !strings.Contains(string(w.raw[len(w.raw)-1]), "To: <sip:bob@example.com>;tag=b1\r\n") {
		t.Errorf("the answer to a late CANCEL:\n%s", w.raw[len(w.raw)-1])
	}
	// The repeat of the server is passed on; a response that is made here is kept.
	if err := w.relay(h, resp(200, "INVITE")); err != nil || w.take() != "200" {
		t.Errorf("200 again: %v", err)
	}
	if err := w.Respond(h, []byte(resp(200, "INVITE")), w.at); err != nil || w.Repeat(h, w.at) != nil || w.take() != "200 200" {
		t.Errorf("200 by Respond: %v", err)
	}
	if err := w.relay(h, resp(486, "INVITE")); err != sipwire.ErrState {
		t.Errorf("486 behind a 200: %v", err)
	}
	if err := w.Relay(h, []byte(req("INVITE")), &w.m, w.at); err != sipwire.ErrStatus {
		t.Errorf("a request: %v", err)
	}
	w.run(2 * t64)
	if err := w.relay(h, resp(200, "INVITE")); err != sipwire.ErrStale || w.Stats().Bytes != 0 {
		t.Errorf("%v, %+v", err, w.Stats())
	}
	for _, method := range []string{"INVITE", "OPTIONS"} {
		w = newWorld(t, Config{NoMerge: true})
		h = w.receive(req(method), udpPeer).Tx
		if err := w.relay(h, resp(486, method)); err != nil || w.State(h) != Completed {
			t.Errorf("%s: %v", method, err)
		}
		if w.receive(req(method), udpPeer); w.take() != "486 486" {
			t.Errorf("%s is not answered again", method)
		}
	}
}

// A reliable provisional response of another one is sent once, and a PRACK is the
// other one's too.
func TestRelayReliable(t *testing.T) {
	w := newWorld(t, Config{}) // with what finds the INVITE of a PRACK
	h := w.receive(req("INVITE", "Supported: 100rel"), udpPeer).Tx
	for _, rseq := range []string{"7", "7", "9"} {
		if err := w.relay(h, resp(183, "INVITE", "Require: 100rel", "RSeq: "+rseq)); err != nil {
			t.Error(err)
		}
	}
	w.run(3000 * ms) // a reliable one is sent again after 500
	if got := w.take(); got != "183 183 183" {
		t.Errorf("sent %q", got)
	}
	prack := msg("PRACK sip:bob@example.com SIP/2.0", "z9hG4bKp", "2 PRACK", "To: <sip:bob@example.com>;tag=b1", "RAck: 7 1 INVITE")
	if ev := w.receive(prack, udpPeer); ev.Kind != Request || ev.Invite != 0 {
		t.Errorf("%+v", ev)
	}
}

// TestNoMerge: a request that has come by another way is one as any other.
func TestNoMerge(t *testing.T) {
	for _, without := range []bool{false, true} {
		w := newWorld(t, Config{NoMerge: without})
		w.receive(req("INVITE"), udpPeer)
		if ev := w.receive(strings.Replace(req("INVITE"), "bK1", "bK2", 1), udpPeer); ev.Kind != Request || ev.Merged == without {
			t.Errorf("NoMerge %v: %+v", without, ev)
		}
	}
}

// An ACK of RFC 2543 is matched by the To tag of the 2xx that was passed on (17.2.3).
func TestRelayOld(t *testing.T) {
	old := func(s string) string { return strings.Replace(s, "z9hG4bK1", "1", 1) }
	w := newWorld(t, Config{})
	h := w.receive(old(req("INVITE")), udpPeer).Tx
	if err := w.relay(h, old(resp(200, "INVITE"))); err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string]Handle{"b1": h, "b2": 0} {
		if ev := w.receive(old(req("ACK", "To: <sip:bob@example.com>;tag="+tag)), udpPeer); ev.Kind != Ack || ev.Tx != want {
			t.Errorf("tag %s: %+v", tag, ev)
		}
	}
}

// forward begins a client transaction as a proxy does, with the top Via of msg.
func (w *world) forward(s string) (Handle, error) {
	var m codec.Message
	_ = m.Parse([]byte(s)) // the copy is what may be bad
	via := codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("192.0.2.1"), Port: 5060, Branch: []byte("z9hG4bK1")}
	h, err := w.Forward([]byte(s), &m, &via, udpPeer, 99, w.at)
	w.check()
	return h, err
}

// TestForward: a copy is sent and sent again as any request, and answered, cancelled
// and acknowledged. It is kept as long as that can be.
func TestForward(t *testing.T) {
	w := newWorld(t, testTimes)
	for _, method := range []string{"INVITE", "SUBSCRIBE"} {
		h, err := w.forward(req(method))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.forward(req(method)); err != sipwire.ErrState {
			t.Errorf("the same branch: %v", err)
		}
		if w.run(150 * ms); w.take() != method+" "+method || string(w.RequestBytes(h)) != req(method) {
			t.Errorf("%s is not sent again", method)
		}
		if ev := w.receive(resp(200, method), udpPeer); ev.Kind != Response || ev.Tx != h || ev.User != 99 {
			t.Errorf("%+v", ev)
		}
		if w.RequestBytes(h) != nil {
			t.Errorf("%s is kept behind its 200", method)
		}
		if ev := w.receive(resp(200, method), udpPeer); (ev.Kind == Response) != (method == "INVITE") {
			t.Errorf("200 again: %+v", ev)
		}
		w.run(2 * t64)
	}
	h, _ := w.forward(req("INVITE"))
	w.receive(resp(180, "INVITE"), udpPeer)
	if err := w.Cancel(h, w.at); err != nil {
		t.Error(err)
	}
	w.receive(resp(487, "INVITE"), udpPeer)
	if got := w.take(); got != "INVITE CANCEL ACK" {
		t.Errorf("sent %q", got)
	}
	if _, err := w.forward(req("ACK")); err != sipwire.ErrState {
		t.Errorf("ACK: %v", err)
	}
	if _, err := w.forward(resp(200, "INVITE")); err != sipwire.ErrState {
		t.Errorf("a response: %v", err)
	}
}

// TestForwardLong: what the limits of a Parser may refuse is parsed, so that no request
// is sent that could not be cancelled.
func TestForwardLong(t *testing.T) {
	long := "X: " + strings.Repeat("x", maxCopy)
	many := strings.Repeat("X: x\r\n", maxCopyFields) + "X: x"
	for _, c := range []struct {
		extra string
		err   error
	}{
		{long, nil},
		{many, nil},
		{long + long + long, sipwire.ErrFieldTooLong},
		{many + "\r\n" + many, sipwire.ErrTooManyHeaders},
	} {
		w := newWorld(t, Config{})
		h, err := w.forward(req("INVITE", c.extra))
		if err != c.err {
			t.Errorf("%d bytes: %v, want %v", len(c.extra), err, c.err)
			continue
		}
		if w.receive(resp(200, "INVITE"), udpPeer); err == nil && w.RequestBytes(h) != nil {
			t.Errorf("%d bytes are kept behind the 200", len(c.extra))
		}
	}
}
