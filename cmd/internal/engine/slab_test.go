package engine

import (
	"bytes"
	"testing"
)

// TestEquip gives calls of later pieces the buffers that the first ones have
// needed: no more, so that no call writes into the buffer of another.
func TestEquip(t *testing.T) {
	for _, reserved := range []int{0, 2 * chunk, 3 * chunk, 5*chunk + 7} {
		testEquip(t, reserved)
	}
}

// testEquip does so with memory reserved for a number of calls.
func testEquip(t *testing.T, reserved int) {
	var s slab
	s.init(2, 1, 3)
	s.reserve(reserved)
	for range chunk {
		_, c := s.take()
		c.sent = append(c.sent, make([]byte, 400)...)
		c.recv = append(c.recv, make([]byte, 3*widest)...)
	}
	var calls []*call
	for i := range 3 * chunk {
		_, c := s.take()
		if cap(c.sent) < 400+slack || cap(c.recv) < widest || cap(c.recv) > widest+slack || cap(c.answer) != 0 {
			t.Fatalf("call %d has room for %d, %d and %d bytes", i, cap(c.sent), cap(c.recv), cap(c.answer))
		}
		if cap(c.vars) != 2 || cap(c.rtd) != 1 || cap(c.lines) != 3 {
			t.Fatalf("call %d has room for %d variables, %d measurements, %d lines", i, cap(c.vars), cap(c.rtd), cap(c.lines))
		}
		calls = append(calls, c)
	}
	for i, c := range calls {
		for _, b := range c.buffers() {
			*b = append(*b, bytes.Repeat([]byte{byte(i)}, cap(*b)+1)...)
		}
	}
	for i, c := range calls {
		for k, b := range c.buffers() {
			if n := bytes.Count(*b, []byte{byte(i)}); n != len(*b) {
				t.Fatalf("buffer %d of call %d: %d of %d bytes are its own", k, i, n, len(*b))
			}
		}
	}
}

// TestReserve takes memory for calls from what was made before, as long as there is
// some, and then makes more.
func TestReserve(t *testing.T) {
	var s slab
	s.init(1, 1, 1)
	s.reserve(3 * chunk)
	first := &s.reserved.calls[0]
	for left := 2 * chunk; left >= 0; left -= chunk {
		for range chunk {
			_, c := s.take()
			c.sent = append(c.sent, "OPTIONS"...)
		}
		if n := len(s.reserved.calls); n != left {
			t.Errorf("memory for %d calls is left, not %d", n, left)
		}
	}
	if s.at(0) != first || s.size() != 3*chunk {
		t.Errorf("of %d calls the first is not in what was reserved", s.size())
	}
	if used := usual*3*chunk - len(s.reserved.bytes); used < 2*chunk*len("OPTIONS") {
		t.Errorf("buffers of two pieces took %d bytes of it", used)
	}
	if s.take(); s.size() <= 3*chunk {
		t.Error("no more memory was made")
	}
}

// TestEquipAnswer gives room for what changes places with the message sent.
func TestEquipAnswer(t *testing.T) {
	var s slab
	s.init(0, 0, 0)
	for range chunk {
		_, c := s.take()
		c.sent, c.answer = append(c.sent, make([]byte, 100)...), append(c.answer, make([]byte, 500)...)
	}
	if _, c := s.take(); cap(c.sent) < 500 || cap(c.answer) < 500 || cap(c.invite) != 0 {
		t.Errorf("room for %d, %d and %d bytes", cap(c.sent), cap(c.answer), cap(c.invite))
	}
}

// TestFull sends while calls begin, so that what waits stays small.
func TestFull(t *testing.T) {
	cfg := Defaults(compile(t, "options"))
	cfg.Words, cfg.Target = words(5061), anywhere
	e := New(cfg, NewShared())
	sent := 0
	e.Full = func() {
		sent += len(e.Out())
		for i := range e.Out() {
			if data := e.Data(&e.Out()[i]); !bytes.HasPrefix(data, []byte("OPTIONS ")) || !bytes.HasSuffix(data, []byte("\r\n\r\n")) {
				t.Fatalf("sent %q", data)
			}
		}
		e.Flushed()
	}
	const calls = 3*much + 7
	for range calls {
		e.Start(0, 0, 0)
	}
	if sent != 3*much || len(e.Out()) != 7 {
		t.Errorf("%d messages were sent, %d wait", sent, len(e.Out()))
	}
	// All of them are repeated at once.
	e.Advance(second)
	if sent+len(e.Out()) != 2*calls || len(e.Out()) >= much {
		t.Errorf("%d messages were sent, %d wait", sent, len(e.Out()))
	}
}

// TestTakeAgain takes a place that had a call: nothing of that call is left but
// memory.
func TestTakeAgain(t *testing.T) {
	var s slab
	s.init(1, 1, 1)
	id, c := s.take()
	fresh := c.state
	c.number, c.step, c.asked, c.challengeName, c.command, c.remote = 7, 3, 9, "Authorization", &command{}, anywhere
	c.established, c.sentInvite, c.sentStep = true, true, 2
	for _, b := range c.buffers() {
		*b = append(*b, "left"...)
	}
	c.vars, c.rtd, c.lines = append(c.vars, Value{}), append(c.rtd, 1), append(c.lines, 1)
	c.txns, c.dialogs = append(c.txns, txn{}), append(c.dialogs, dialogState{})
	c.awaiting = true
	s.enter(id, 5)
	s.drop(id)
	again, c := s.take()
	if again != id || c.state != fresh || !c.awaiting {
		t.Errorf("place %d, %+v; want %d, %+v", again, c.state, id, fresh)
	}
	for i, b := range c.buffers() {
		if len(*b) != 0 || cap(*b) < 4 {
			t.Errorf("buffer %d has %q and room for %d", i, *b, cap(*b))
		}
	}
	if n := len(c.vars) + len(c.rtd) + len(c.lines) + len(c.txns) + len(c.dialogs); n != 0 || cap(c.txns) == 0 || cap(c.dialogs) == 0 {
		t.Errorf("%d values are left", n)
	}
}
