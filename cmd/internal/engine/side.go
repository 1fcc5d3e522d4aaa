package engine

import (
	"bytes"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A scenario may have a part for calls that come in, besides the one for those
// that the run makes. When users call each other through a proxy, both ends of
// a call are here, often in one engine, and have the same Call-ID. They are told
// apart by the From tag: requests of the caller have the tag of the caller, and
// so have the responses to them.

// answers reports whether a call was begun by the other side.
func (e *Engine) answers(c *call) bool {
	return c.side == scenario.Called || e.cfg.Program.Server
}

// callOf returns the call that a message belongs to, nil for none.
func (e *Engine) callOf(hash uint64, callID []byte, m *codec.Message) (uint32, *call) {
	id, c := e.calls.find(hash, callID)
	if c == nil || e.cfg.Program.Server || e.cfg.Program.Called == scenario.None {
		return id, c
	}
	from := fromTag(m)
	mine := nobody // the call that the run made
	for ; id != nobody; id = c.next {
		c = e.calls.at(id)
		if !bytes.Equal(c.callID, callID) {
			continue
		}
		if c.side == scenario.Main {
			mine = id
			if len(c.callerTag) == 0 && m.IsRequest() && e.invite.Parse(c.sent) == nil && e.invite.IsRequest() {
				// A request may come before any response, as the NOTIFY of a
				// subscription does (RFC 6665, 4.1.2.4).
				c.callerTag = append(c.callerTag, fromTag(&e.invite)...)
			}
		}
		toCalled := bytes.Equal(from, c.callerTag) == m.IsRequest()
		if len(c.callerTag) == 0 {
			toCalled = m.IsRequest() // nothing has answered the caller yet
		}
		if toCalled == (c.side == scenario.Called) {
			return id, c
		}
	}
	if mine != nobody && m.IsResponse() && e.cfg.Program.User == scenario.None {
		return mine, e.calls.at(mine) // to a request with another From tag
	}
	return nobody, nil
}

// fromTag returns the tag of From, nil when there is none.
func fromTag(m *codec.Message) []byte {
	from, err := m.From()
	if err != nil {
		return nil
	}
	return from.Tag()
}

// noteCaller keeps the tag that this side has given a call: a response has it.
func (e *Engine) noteCaller(c *call, m *codec.Message) {
	if c.side == scenario.Main && len(c.callerTag) == 0 && !e.cfg.Program.Server && e.cfg.Program.Called != scenario.None {
		c.callerTag = append(c.callerTag[:0], fromTag(m)...)
	}
}

// welcomes reports whether a call begins by a message that belongs to none. A
// server takes all requests, as in SIPp, but for those that -aa answers and those
// of dialogs and transactions that are there no more, unless it expects them; a part
// for calls that come in takes what its first steps expect. A response begins a
// call only where the first step is one to receive it.
func (e *Engine) welcomes(m *codec.Message) bool {
	p := e.cfg.Program
	switch {
	case p.Called == scenario.None || p.Called >= len(e.steps) || m.Method() == header.MethodACK && !p.Server:
		return false
	case m.IsResponse() && (!p.Server || !e.expected(m)):
		return false
	case p.Server && (m.IsResponse() || p.UnexpectedJump != scenario.None):
		return true
	case p.Server:
		return !(e.cfg.AutoAnswer && answersItself(m.Method())) && !ofDialog(m) || e.expected(m)
	}
	return e.steps[p.Called].Kind != scenario.Recv || e.expected(m)
}

// ofDialog reports whether a request belongs to a dialog, or to the transaction of
// another request.
func ofDialog(m *codec.Message) bool {
	if m.Method() == header.MethodCANCEL {
		return true
	}
	to, err := m.To()
	return err == nil && len(to.Tag()) > 0 && m.Method() != header.MethodACK // ACK is counted by Receive
}

// expected reports whether a message is one that a call which comes in expects
// first.
func (e *Engine) expected(m *codec.Message) bool {
	at := e.cfg.Program.Called
	for e.steps[at].Kind == scenario.Nop || e.steps[at].Kind == scenario.Pause {
		at++
	}
	s := &e.steps[at]
	if m.IsResponse() && (s.ResponseTxn != scenario.None || !s.IsResponse) {
		return false
	}
	return e.match(&call{state: state{side: s.Side, step: int32(at), dialog: 1}}, m) != scenario.None
}

// beginCalled begins a call that a request asks for.
func (e *Engine) beginCalled(at int64, m *codec.Message) (uint32, *call) {
	if e.cfg.Program.Server {
		return e.begin(scenario.Main, 0, at, 0)
	}
	id, c := e.begin(scenario.Called, e.cfg.Program.Called, at, 0)
	c.callerTag = append(c.callerTag[:0], fromTag(m)...)
	return id, c
}
