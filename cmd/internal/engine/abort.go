package engine

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// abort ends a call that has failed. The other side of a call that this side
// has made is told, as far as the call has come: ACK for a refusal of the
// INVITE, ACK and BYE for a 200 whose ACK was not sent yet, CANCEL for an INVITE
// that has only provisional responses, BYE for a call that is established.
func (e *Engine) abort(id uint32, c *call, cause Cause) {
	if e.cfg.EndCalls && !e.answers(c) && len(c.recv) > 0 {
		e.farewell(c)
	}
	e.end(id, c, cause)
}

// farewell sends what abort says. An error in a message of the other side
// means that nothing can be said to it.
func (e *Engine) farewell(c *call) {
	lo := len(e.arena)
	m := &e.last
	if m.Parse(c.recv) != nil {
		return
	}
	if c.established {
		e.bye(c, m)
		return
	}
	sent := c.sent
	if !c.sentInvite {
		sent = c.invite
	}
	if len(sent) == 0 || e.invite.Parse(sent) != nil || e.invite.Method() != header.MethodINVITE {
		return
	}
	var err error
	switch status := m.Status(); {
	case c.ackDue:
		if err = e.dialog.Begin(m, nil); err != nil {
			return
		}
		e.arena, err = compose.AppendACK2xx(e.arena, &e.dialog, &e.invite, &compose.Request{Via: e.via(c, "ack")})
		if err != nil {
			return
		}
		e.emit(c, lo)
		e.bye(c, m)
		return
	case status >= 300:
		if cseq, _ := m.CSeq(); cseq.Method() != header.MethodINVITE {
			return
		}
		e.arena, err = compose.AppendACK(e.arena, &e.invite, m)
	case status >= 100:
		e.arena, err = compose.AppendCancel(e.arena, &e.invite)
	default:
		return
	}
	if err == nil {
		e.emit(c, lo)
	}
}

// bye sends a BYE within the dialog of the last message received.
func (e *Engine) bye(c *call, m *codec.Message) {
	var d *compose.Dialog
	if m.IsResponse() {
		if e.dialog.Begin(m, nil) == nil {
			d = &e.dialog
		}
	}
	if d == nil && e.dialog.Begin(m, []byte("x")) == nil {
		d = &e.dialog
	}
	if d == nil {
		// It has no Contact, as an INFO has none.
		target := e.target(c)
		if target == nil {
			return
		}
		d = &compose.Dialog{Peer: m, Target: *target}
	}
	lo := len(e.arena)
	var err error
	e.arena, err = compose.AppendRequest(e.arena, d, &compose.Request{Method: []byte("BYE"), CSeq: max(c.cseq, c.asks) + 1, Via: e.via(c, "bye")})
	if err != nil {
		e.arena = e.arena[:lo]
		return
	}
	e.emit(c, lo)
}

// target returns where a BYE goes whose dialog has no Contact: where the last
// request went, the URI that rrs has kept, or else the address of the other side.
func (e *Engine) target(c *call) *uri.URI {
	if e.invite.Parse(c.sent) == nil && e.invite.IsRequest() {
		target, _ := e.invite.RequestURI()
		return target
	}
	text := c.nextURL
	if len(text) == 0 {
		text = []byte("sip:" + c.remote.String())
	}
	target, err := uri.Parse(text)
	if err != nil {
		return nil
	}
	return &target
}

// via returns the Via of a request that no step has; what makes its branch
// differ from those of the steps.
func (e *Engine) via(c *call, what string) *codec.ViaSpec {
	w := &e.cfg.Words
	return &codec.ViaSpec{
		Transport: header.LookupTransport([]byte(w.Transport)), Host: []byte(bracketed(w.LocalIP)), Port: uint16(e.localPort(c)),
		Branch: append(e.appendBranch(nil, c, int(c.step)), what...),
	}
}
