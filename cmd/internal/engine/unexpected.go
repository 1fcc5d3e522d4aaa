package engine

import (
	"fmt"
	"net/netip"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// unexpected handles a message that no step expects.
func (e *Engine) unexpected(id uint32, c *call, m *codec.Message) {
	if at := e.cfg.Program.UnexpectedJump; at != scenario.None && e.steps[min(at, len(e.steps)-1)].Side == c.side {
		e.jumpAway(id, c, m, at)
		return
	}
	method := m.Method()
	switch {
	case method == header.MethodBYE, method == header.MethodCANCEL:
		e.countUnexpected(c, m)
		if !e.cfg.AbortUnexpected {
			return
		}
		if e.cfg.EndCalls {
			e.answer(c, m, 200)
		}
		e.end(id, c, UnexpectedMessage)
		return
	case string(m.MethodBytes()) == "PING":
		if e.cfg.AnswerPing {
			e.answer(c, m, 200)
		}
		return
	case e.cfg.AutoAnswer && answersItself(method):
		e.answer(c, m, 200)
		e.Counts.AutoAnswered++
		return
	}
	e.countUnexpected(c, m)
	if !e.cfg.AbortUnexpected {
		return
	}
	c.recv = append(c.recv[:0], m.Bytes()...)
	e.abort(id, c, UnexpectedMessage)
}

// answersItself reports whether -aa answers a method.
func answersItself(m header.Method) bool {
	switch m {
	case header.MethodINFO, header.MethodNOTIFY, header.MethodOPTIONS, header.MethodUPDATE:
		return true
	}
	return false
}

// countUnexpected counts a message at the step where the call is.
func (e *Engine) countUnexpected(c *call, m *codec.Message) {
	e.Counts.Unexpected++
	step := min(int(c.step), len(e.steps)-1)
	e.Counts.Steps[step].Unexpected++
	if s := m.Status(); s > 0 && s < len(e.Counts.Codes) {
		e.Counts.Codes[s]++
	}
	if e.shared.Say != nil {
		verb := "Aborting"
		if !e.cfg.AbortUnexpected {
			verb = "Continuing"
		}
		e.shared.Say("unexpected", fmt.Sprintf("%s call on unexpected message for Call-Id '%s': while expecting '%s' (index %d), received '%s'",
			verb, c.callID, e.steps[step].Label(), step, m.Bytes()))
	}
}

// jumpAway goes to the label _unexp.main, where the message is then matched
// anew. The scenario finds where it was, and the end of its pause, in
// variables.
func (e *Engine) jumpAway(id uint32, c *call, m *codec.Message, at int) {
	p := e.cfg.Program
	if e.get(c, p.ReturnStep).isSet() {
		// It is away already, and nothing there expects the message.
		e.countUnexpected(c, m)
		e.abort(id, c, UnexpectedMessage)
		return
	}
	e.put(c, p.ReturnStep, number(float64(c.step)))
	end := c.pauseUntil
	if c.looks {
		end = 0 // it waits for a command, and is in no pause
	}
	e.put(c, p.ReturnPause, number(float64(end)/1e6))
	c.step, c.pauseUntil, c.recvUntil = int32(at), 0, 0
	e.run(id, c)
	if c.open {
		e.take(id, c, m)
	}
}

// outOfCall handles a message that belongs to no call.
func (e *Engine) outOfCall(at int64, m *codec.Message, remote netip.AddrPort, conn int32) {
	e.Counts.OutOfCall++
	if !m.IsRequest() {
		return
	}
	c := call{state: state{remote: remote, conn: conn, intended: at}}
	switch {
	case e.cfg.AutoAnswer && answersItself(m.Method()):
		e.answer(&c, m, 200)
		e.Counts.AutoAnswered++
	case m.Method() == header.MethodBYE && e.cfg.EndCalls:
		// The 200 to the BYE of a call that has ended was lost.
		e.answer(&c, m, 200)
	}
}

// answer sends a response that no step has.
func (e *Engine) answer(c *call, m *codec.Message, status int) {
	var tag [24]byte
	lo := len(e.arena)
	var err error
	e.arena, err = compose.AppendReply(e.arena, m, &compose.Reply{Status: status, Tag: compose.AppendTag(tag[:0])})
	if err != nil {
		e.arena = e.arena[:lo]
		e.Counts.SendErrors++
		return
	}
	e.emit(c, lo)
}
