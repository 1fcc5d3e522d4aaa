package transaction

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// A reliable provisional response: RFC 3262, 3.
func TestReliableProvisional(t *testing.T) {
	start := func() (*world, Handle, string) {
		w := newWorld(t, testTimes)
		h := w.receive(req("INVITE", "Supported: 100rel"), udpPeer).Tx
		if err := w.ReplyReliably(h, nil, &compose.Reply{Status: 183}, w.at); err != nil {
			t.Fatal(err)
		}
		var m codec.Message
		if m.Parse(w.raw[0]) != nil || !m.IsReliable() {
			t.Fatalf("no reliable response:\n%s", w.raw[0])
		}
		w.take()
		to, _ := m.To()
		prack := msg("PRACK sip:bob@example.com SIP/2.0", "z9hG4bKp", "2 PRACK", "To: "+string(to.Bytes()), "RAck: "+string(m.Value(header.IDRSeq))+" 1 INVITE")
		return w, h, prack
	}
	w, h, prack := start()
	if err := w.ReplyReliably(h, nil, &compose.Reply{Status: 180}, w.at); err != sipwire.ErrState {
		t.Errorf("a second one before the PRACK: %v", err)
	}
	w.run(750 * ms) // T1, and doubled: at 100, 300, 700
	if got := w.take(); got != "183 183 183" {
		t.Errorf("repeats %q", got)
	}
	if w.receive(req("INVITE", "Supported: 100rel"), udpPeer); w.take() != "183" {
		t.Error("the INVITE again")
	}
	if ev := w.receive(strings.Replace(prack, "CSeq: 2", "CSeq: 9", 1), udpPeer); ev.Invite != h {
		t.Errorf("PRACK: %+v", ev)
	}
	if w.run(t64); w.State(h) != Proceeding || w.take() != "100" { // of the PRACK that the test does not answer
		t.Error("repeats behind the PRACK")
	}
	if err := w.ReplyReliably(h, nil, &compose.Reply{Status: 180}, w.at); err != nil {
		t.Errorf("the next one: %v", err)
	}
	if ev := w.receive(strings.NewReplacer("bKp", "bKq", "CSeq: 2", "CSeq: 10").Replace(prack), udpPeer); ev.Invite != 0 {
		t.Errorf("a second PRACK for the first one: %+v", ev)
	}
	// No PRACK.
	w, h, prack = start()
	if ev := w.receive(strings.Replace(prack, "RAck: ", "RAck: 1", 1), udpPeer); ev.Kind != Request || ev.Invite != 0 {
		t.Errorf("a PRACK of another RSeq: %+v", ev)
	}
	events := w.run(t64)
	found := false
	for _, ev := range events {
		found = found || ev.Timer == TimerPRACK && ev.Tx == h
	}
	if !found || w.State(h) != Proceeding || w.reply(h, 504) != nil {
		t.Errorf("without a PRACK: %+v", events)
	}
	// The final response ends the repeats; the PRACK is known all the same.
	w, h, prack = start()
	w.reply(h, 200)
	w.take()
	if w.run(1000 * ms); w.take() != "" {
		t.Error("repeats behind the final response")
	}
	if ev := w.receive(prack, udpPeer); ev.Invite != h {
		t.Errorf("a late PRACK: %+v", ev)
	}
}

// An early is an INVITE with its reliable provisional responses.
type early struct {
	*world
	h      Handle
	pracks []string // one for each response
}

func (e *early) send(status int) error {
	if err := e.ReplyReliably(e.h, nil, &compose.Reply{Status: status}, e.at); err != nil {
		return err
	}
	e.check()
	var m codec.Message
	_ = m.Parse(e.raw[len(e.raw)-1])
	to, _ := m.To()
	n := len(e.pracks)
	e.pracks = append(e.pracks, msg("PRACK sip:bob@example.com SIP/2.0", fmt.Sprint("z9hG4bKp", n), fmt.Sprint(n+2, " PRACK"),
		"To: "+string(to.Bytes()), "RAck: "+string(m.Value(header.IDRSeq))+" 1 INVITE"))
	return nil
}

// acks gives the PRACK of a response, by a new transaction each time.
func (e *early) acks(n int) bool {
	s := strings.Replace(e.pracks[n], "z9hG4bKp", fmt.Sprint("z9hG4bKx", len(e.raw)), 1)
	ev := e.receive(s, udpPeer)
	_ = e.reply(ev.Tx, 200)
	e.take()
	return ev.Invite == e.h
}

func newEarly(t *testing.T) *early {
	w := newWorld(t, testTimes)
	return &early{world: w, h: w.receive(req("INVITE", "Supported: 100rel"), udpPeer).Tx}
}

// Behind the PRACK of the first one, several reliable responses may wait for
// theirs together (RFC 3262, 3), in any order.
func TestSeveralReliable(t *testing.T) {
	start := func() *early {
		e := newEarly(t)
		if e.send(181) != nil || e.send(182) != sipwire.ErrState || !e.acks(0) {
			t.Fatal("the first one")
		}
		for _, status := range []int{182, 183, 184} {
			if err := e.send(status); err != nil {
				t.Fatal(err)
			}
		}
		e.take()
		return e
	}
	e := start()
	if e.run(100 * ms); e.take() != "182 183 184" {
		t.Error("they are not repeated in their order")
	}
	if !e.acks(2) || e.acks(2) {
		t.Error("the PRACK of the second one counts once")
	}
	if e.run(200 * ms); e.take() != "182 184" {
		t.Error("not those two are repeated")
	}
	if !e.acks(3) {
		t.Error("the PRACK of the last one")
	}
	if e.run(400 * ms); e.take() != "182" {
		t.Error("not that one is repeated")
	}
	if e.receive(req("INVITE", "Supported: 100rel"), udpPeer); e.take() != "184" {
		t.Error("the INVITE again has not the last response")
	}
	if !e.acks(1) || e.reliable.Len() != 0 {
		t.Error("the PRACK of the one that is left")
	}
	if e.run(t64); e.take() != "" || e.State(e.h) != Proceeding {
		t.Error("repeats behind all PRACKs")
	}
	// A final response ends the repeats, and the PRACKs count all the same.
	e = start()
	_ = e.reply(e.h, 200)
	e.take()
	if e.run(200 * ms); e.take() != "" {
		t.Error("repeats behind the final response")
	}
	if !e.acks(1) || !e.acks(3) || e.acks(3) || !e.acks(2) {
		t.Error("late PRACKs")
	}
	// Without their PRACKs there is one event, and none is left.
	e = start()
	events := e.run(t64)
	if len(events) != 1 || events[0].Timer != TimerPRACK || e.reliable.Len() != 0 || e.acks(3) {
		t.Errorf("%+v", events)
	}
	// They end with their transaction, and there are not more than eight.
	e = start()
	n := 3
	for e.send(180) == nil {
		n++
	}
	if n != maxWaiting {
		t.Errorf("%d wait", n)
	}
	_ = e.reply(e.h, 486)
	if e.run(2 * t64); e.reliable.Len() != 0 || e.Stats().Transactions != 0 || e.Stats().Bytes != 0 {
		t.Errorf("%d are left, %+v", e.reliable.Len(), e.Stats())
	}
}

// Reliable responses that another one has made: Respond repeats each until its
// PRACK, and sends what comes again.
func TestOthersReliable(t *testing.T) {
	b := []byte(resp(183, "INVITE", "Require: 100rel", "RSeq: 7"))
	w := newWorld(t, testTimes)
	h := w.receive(req("INVITE", "Supported: 100rel"), udpPeer).Tx
	for range 2 {
		if err := w.Respond(h, b, w.at); err != nil {
			t.Error(err)
		}
	}
	if got := w.take(); got != "183 183" {
		t.Errorf("sent %q", got)
	}
	w.run(300 * ms)
	if got := w.take(); got == "" {
		t.Error("not repeated")
	}
	prack := msg("PRACK sip:bob@example.com SIP/2.0", "z9hG4bKp", "2 PRACK", "To: <sip:bob@example.com>;tag=b1", "RAck: 7 1 INVITE")
	if ev := w.receive(prack, udpPeer); ev.Kind != Request || ev.Invite != h {
		t.Errorf("%+v", ev)
	}
	if other := strings.Replace(string(b), "RSeq: 7", "RSeq: 90", 1); w.Respond(h, []byte(other), w.at) != nil {
		t.Error("another one")
	}
}
