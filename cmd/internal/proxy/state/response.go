package state

import (
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// response is a response that came (RFC 3261, 16.7).
func (p *Proxy) response(r *forward.Result, m *codec.Message, err error, src forward.Source) {
	var via *header.Via
	if err == nil {
		via, err = m.TopVia()
	}
	if err != nil {
		r.Drop(forward.Malformed)
		return
	}
	if !p.f.IsOwnVia(via) {
		r.Drop(forward.NotOurs)
		return
	}
	// Without a second Via a response is for this element (16.7, step 3). Only
	// one to a CANCEL of the proxy can be.
	if cseq, err := m.CSeq(); err == nil && cseq.Method() != header.MethodCANCEL && !hasTwoVias(m) {
		r.Drop(forward.NoVia)
		return
	}
	ev := p.layer.Receive(m, p.addr(src), p.now)
	switch ev.Kind {
	case transaction.Response:
	case transaction.Stray:
		r.Drop(forward.Stray)
		return
	case transaction.Malformed:
		r.Drop(forward.Malformed)
		return
	default:
		r.Kind = forward.Absorbed
		return
	}
	_, b := p.branches.Lookup(ev.User)
	if b == nil {
		r.Drop(forward.Stray)
		return
	}
	c := p.contexts.At(b.context)
	passed := false
	switch {
	case ev.Status == 100: // step 5
	case ev.Status < 200:
		passed = c.final == 0 && p.pass(c, m)
	case ev.Status < 300:
		passed = p.success(c, b, m)
	case b.step == active:
		b.step, b.status = done, uint16(ev.Status)
		passed = p.failed(b.context, c, b, m)
	}
	r.Kind = forward.Absorbed
	if passed {
		r.Kind = forward.Forwarded
	}
}

// hasTwoVias reports whether a response has a second Via value: mostly it is in a
// header field of its own. What is empty between commas is none.
func hasTwoVias(m *codec.Message) bool {
	if second := m.Next(m.Index(header.IDVia)); second >= 0 {
		if v := m.ValueAt(second); len(v) > 0 && v[0] != ',' {
			return true
		}
	}
	n := 0
	for v := range m.Values(header.IDVia) {
		if len(v) > 0 {
			n++
		}
	}
	return n > 1
}

// success is a 2xx. Those of an INVITE are all passed on, at once (16.7, step
// 5); the other branches are cancelled (step 10).
func (p *Proxy) success(c *context, b *branch, m *codec.Message) bool {
	first := c.final == 0
	b.step, b.status = done, uint16(m.Status())
	if !first && c.flags&isInvite == 0 {
		return false
	}
	if !p.pass(c, m) {
		return false
	}
	if first {
		c.final = uint16(m.Status())
		p.cancelBranches(c)
	}
	return true
}

// pass gives a response to the client (16.7, steps 3 and 9).
func (p *Proxy) pass(c *context, m *codec.Message) bool {
	e := &p.edit
	_ = e.Begin(m) // what goes wrong stays in e until AppendTo
	return p.passEdit(c, m)
}

// passEdit gives the response that p.edit is changing to the client.
func (p *Proxy) passEdit(c *context, m *codec.Message) bool {
	e := &p.edit
	_ = e.PopVia()
	if _, has := m.ContentLength(); !has {
		_ = e.SetContentLength() // the next hop may be a stream
	}
	p.f.ChangeResponse(e, m)
	var err error
	if p.made, err = e.AppendTo(p.made[:0]); err != nil {
		return false
	}
	return p.layer.Relay(c.server, p.made, m, p.now) == nil
}

// failed is a final response of a branch other than 2xx, of which m is the
// message, nil for one that was made here. It reports whether m was passed on.
func (p *Proxy) failed(i uint32, c *context, b *branch, m *codec.Message) bool {
	if c.final != 0 {
		return false
	}
	switch {
	case b.status >= 600: // 16.7, step 5
		c.flags |= stopped
		p.cancelBranches(c)
	case c.flags&(cancelled|stopped) != 0:
	case b.status >= 300 && b.status < 400 && m != nil && p.config.Recurse:
		if p.recurse(i, c, m) {
			// Its contacts are tried instead of passing it on (step 4).
			b.status = 0
		}
	case b.instance != 0 && (b.status == 430 || m == nil):
		p.tryFlow(c, b)
	case b.byRule && (b.status == 503 || b.status == 408 && m == nil):
		p.failOver(i, c)
	}
	if c.flags&(cancelled|stopped) == 0 && p.count(c, active) == 0 && p.count(c, waiting) > 0 {
		// m is still to be read: what is kept is parsed elsewhere.
		if request := p.parseAgain(c); request != nil {
			p.launch(i, c, request)
		}
	}
	if p.count(c, active) > 0 {
		if m != nil && b.status != 0 {
			b.resp, _ = p.keep(m.Bytes()) // without memory only the status is left
		}
		return false
	}
	return p.conclude(c, b, m)
}

// recurse makes targets of the contacts of a 3xx (16.5). It reports whether
// there is one that can be reached, or is a target already.
func (p *Proxy) recurse(i uint32, c *context, m *codec.Message) bool {
	var err error
	p.targets, err = m.AppendTargets(p.targets[:0])
	_ = err // what does not parse is left out
	found := false
	for k := range p.targets {
		if p.addContact(i, c, &p.targets[k]) {
			found = true
		}
	}
	clear(p.targets)
	return found
}

// addContact adds a contact of a 3xx as a target, once, and reports whether it
// is one now.
func (p *Proxy) addContact(i uint32, c *context, v *header.Contact) bool {
	u, err := v.URI()
	if err != nil {
		return false
	}
	d, err := codec.RequestDestination(&u)
	addr, ok := d.AddrPort()
	if err != nil || !ok || !forward.IsOneHost(addr.Addr()) || p.f.IsSelf(&u) || p.f.IsListening(addr) {
		return false
	}
	text := forward.WithoutHeaders(&u)
	twice := false
	p.each(c, func(_ uint32, b *branch) bool {
		twice = twice || string(p.bytes(b.uri)) == string(text)
		return !twice
	})
	if twice {
		return true
	}
	to := forward.Peer{Transport: d.Transport, Addr: addr}
	local, ok := p.f.LocalFor(&to, c.src)
	if !ok {
		return false
	}
	kept, ok := p.keep(text)
	if !ok {
		return false
	}
	b := p.add(i, c)
	if b == nil {
		p.mem.Free(kept.ref)
		return false
	}
	q, _ := v.Q()
	b.to, b.local, b.uri, b.q = to, int32(local), kept, int16(q)
	return true
}

// failOver adds the next hop that comes after those that were tried (RFC 3263,
// 4.3), if there is one.
func (p *Proxy) failOver(i uint32, c *context) {
	if int(c.tries) >= p.config.Tries {
		return
	}
	p.tried = p.tried[:0]
	p.each(c, func(_ uint32, b *branch) bool {
		if b.byRule {
			t := forward.Target{Transport: b.to.Transport, Addr: b.to.Addr, Name: b.to.Name}
			if b.long == overTCP {
				t.Transport = header.TransportUDP // what it was chosen as
			}
			p.tried = append(p.tried, t)
		}
		return true
	})
	request := p.parseAgain(c)
	if request == nil {
		return
	}
	t, ok := p.config.Router.RouteAfter(request, c.src, p.tried)
	if !ok {
		return
	}
	to := p.f.PeerOf(t, c.src)
	local, ok := p.f.LocalFor(&to, c.src)
	if !ok {
		return
	}
	if b := p.add(i, c); b != nil {
		c.tries++
		b.to, b.local, b.byRule = to, int32(local), true
	}
}
