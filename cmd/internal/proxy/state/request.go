package state

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// admit asks a Gate about a request that would begin a transaction. When it is
// not ok, r, which is empty before, is the end of the request: what refuses it is appended
// to dst. There is no transaction for it, and what comes again is asked about again.
func (p *Proxy) admit(r *forward.Result, dst []byte, m *codec.Message, src forward.Source, gate forward.Gate) (ok bool) {
	if gate == nil || !p.layer.Begins(m) {
		return true
	}
	switch v, retry := gate.Admit(m, src); v {
	case forward.Admit:
		return true
	case forward.Refuse:
		p.f.Refuse(r, dst, m, src, retry)
	default:
		r.Drop(v.Cause())
	}
	return false
}

// begin begins the context of a request.
func (p *Proxy) begin(r *forward.Result, m *codec.Message, src forward.Source, ev transaction.Event) {
	i, c := p.contexts.Take()
	c.server, c.src, c.live, c.breadth = ev.Tx, src, 1, breadthOf(m)
	if ev.Method == header.MethodINVITE {
		c.flags |= isInvite
	}
	p.layer.SetUser(ev.Tx, serverSide|p.contexts.Handle(i))
	if status := p.f.FlowStatus(); status != 0 {
		p.reply(r, c, m, &compose.Reply{Status: status})
		return
	}
	if ev.Method == header.MethodREGISTER && p.registered {
		p.reply(r, c, m, p.config.Registrar.Register(&p.session, m, p.f.Transport(src.Local), src, p.epoch.Add(p.now)))
		return
	}
	if c.breadth == 0 {
		p.reply(r, c, m, &compose.Reply{Status: 440})
		return
	}
	if none := p.findTargets(i, c, m); none.Status != 0 {
		p.reply(r, c, m, &none)
		return
	}
	p.launch(i, c, m)
	if c.final == 0 && p.count(c, active) == 0 {
		p.conclude(c, nil, nil)
	}
	r.Kind = forward.Forwarded
	if c.final != 0 {
		r.Kind, r.Status = forward.Answered, int(c.final)
	}
}

// reply answers a request that has come just now.
func (p *Proxy) reply(r *forward.Result, c *context, m *codec.Message, reply *compose.Reply) {
	c.final = uint16(reply.Status)
	if reply.Status == 503 && reply.Fields == nil {
		reply.Fields = p.retry[:]
	}
	if p.layer.Reply(c.server, m, reply, p.now) != nil && reply.Fields != nil {
		// The transaction has just begun, so the fields are what cannot be written:
		// one that echoes the request may be folded. The client needs an answer.
		bare := *reply
		bare.Fields = nil
		_ = p.layer.Reply(c.server, m, &bare, p.now)
	}
	r.Kind, r.Status = forward.Answered, reply.Status
}

// findTargets makes the target set (RFC 3261, 16.5): the bindings of a user,
// what a Route or the Request-URI says, or the next hop of a rule. Without a
// target it returns the answer.
func (p *Proxy) findTargets(i uint32, c *context, m *codec.Message) (r compose.Reply) {
	peer, byRule, ok := p.peer, p.byRule, p.ok
	if p.registered {
		if p.known == registrar.Found {
			return p.addBindings(i, c, m, p.bindings)
		}
		var t forward.Target
		t, ok = p.config.Router.Route(m, c.src)
		peer, byRule = p.f.PeerOf(t, c.src), true
	}
	switch {
	case ok:
		if r = p.addPeer(i, c, peer); r.Status == 0 && byRule {
			c.tries = 1
			p.branches.At(c.first - 1).byRule = true
		}
		return r
	case p.registered && p.known == registrar.Away:
		return compose.Reply{Status: 480}
	case p.registered && p.known == registrar.Unknown:
		return compose.Reply{Status: 404}
	}
	return compose.Reply{Status: 500, Reason: noAddress}
}

var (
	noAddress   = []byte("No Address For The Next Hop")
	noTransport = []byte("Transport Not Available")
)

// addPeer adds a target that the Request-URI stays for.
func (p *Proxy) addPeer(i uint32, c *context, to forward.Peer) compose.Reply {
	local, ok := p.f.LocalFor(&to, c.src)
	if !ok {
		return compose.Reply{Status: 500, Reason: noTransport}
	}
	b := p.add(i, c)
	b.to, b.local, b.flow = to, int32(local), p.f.ByFlow()
	return compose.Reply{}
}

// addBindings adds the bindings of a user.
func (p *Proxy) addBindings(i uint32, c *context, m *codec.Message, bindings []*registrar.Binding) compose.Reply {
	added := false
	for k, binding := range bindings {
		to, local, ok := reach(p.f, binding, m, c.src)
		if !ok {
			continue
		}
		b := p.add(i, c)
		if b == nil {
			break
		}
		added = true
		b.to, b.local, b.q, b.flow = to, int32(local), int16(binding.Q), binding.IsFlow()
		var ok2 bool
		b.instance, b.step = p.flowOf(k, bindings, m, c.src)
		b.uri, ok = p.keep(binding.URI)
		b.path, ok2 = p.keep(binding.Path)
		if !ok || !ok2 {
			return compose.Reply{Status: 503}
		}
	}
	if !added {
		return compose.Reply{Status: 500, Reason: noTransport}
	}
	return compose.Reply{}
}

// flowOf returns a number for the user agent of the k-th binding, 0 for one
// without flows, and whether it waits for a later one to fail: of the flows of a
// user agent, the one that was registered last is tried first (RFC 5626, 5.3).
func (p *Proxy) flowOf(k int, bindings []*registrar.Binding, m *codec.Message, src forward.Source) (instance uint16, s step) {
	for i, o := range bindings {
		if !bindings[k].SameInstance(o) {
			continue
		}
		if instance == 0 {
			instance = uint16(i + 1)
		}
		if i > k {
			if _, _, ok := reach(p.f, o, m, src); ok {
				s = spare
			}
		}
	}
	return instance, s
}

// tryFlow tries the next flow of the user agent whose flow b has failed.
func (p *Proxy) tryFlow(c *context, b *branch) {
	for b.instance != 0 {
		var next *branch
		var at uint32
		p.each(c, func(n uint32, o *branch) bool {
			if o.step == spare && o.instance == b.instance {
				next, at = o, n // the last one
			}
			return true
		})
		if next == nil {
			return
		}
		next.step, next.breadth = waiting, b.breadth
		request := p.parseAgain(c)
		if request == nil {
			return
		}
		if p.start(c, at, next, request); next.step == active {
			return
		}
	}
}

// launch sends copies to the targets with the highest q of those that wait
// (16.6). m is the request that f has checked last. Without such a target, and
// when none could be sent to, no branch is active behind it.
func (p *Proxy) launch(i uint32, c *context, m *codec.Message) {
	for {
		high := int16(-1)
		p.each(c, func(_ uint32, b *branch) bool {
			if b.step == waiting {
				high = max(high, b.q)
			}
			return true
		})
		if high < 0 {
			return
		}
		p.startSome(c, high, m)
		if p.count(c, active) > 0 {
			return
		}
	}
}

// startSome sends copies to the targets with a q that wait: to as many of them as
// there may be at a time.
func (p *Proxy) startSome(c *context, q int16, m *codec.Message) {
	all := 0
	p.each(c, func(_ uint32, b *branch) bool {
		if b.step == waiting && b.q == q {
			all++
		}
		return true
	})
	left := min(all, int(c.breadth))
	share := c.breadth / uint16(left)
	// What exceeds the maximum, or cannot be read, is overwritten.
	set := all > 1 || c.breadth == defaultBreadth && m.Has(header.IDMaxBreadth)
	p.each(c, func(n uint32, b *branch) bool {
		if b.step == waiting && b.q == q {
			if left--; set {
				b.breadth = share
			}
			p.start(c, n, b, m)
		}
		return left > 0
	})
}

// start sends the copy of a branch.
func (p *Proxy) start(c *context, n uint32, b *branch, m *codec.Message) {
	var err error
	if m.Method() == header.MethodCANCEL {
		// One of an INVITE that is not known here: a proxy without state may
		// have forwarded that (16.10).
		p.id, err = p.f.AppendKeyedBranch(p.id[:0], m)
	} else {
		p.id = p.f.AppendBranch(p.id[:0], m)
	}
	var via *codec.ViaSpec
	if err == nil {
		copy := forward.Copy{Local: int(b.local), Branch: p.id, URI: p.bytes(b.uri), Path: p.bytes(b.path), Outbound: b.flow, Breadth: b.breadth}
		p.made, err = p.f.AppendCopy(p.made[:0], m, c.src, &b.to, &copy)
		if local, ok := p.f.ForTCP(p.made, &b.to, c.src); ok && err == nil && b.long == fits && !b.flow {
			b.long, b.datagram = overTCP, b.local
			b.to.Transport, b.local = header.TransportTCP, int32(local)
			copy.Local = local
			p.made, err = p.f.AppendCopy(p.made[:0], m, c.src, &b.to, &copy)
		}
		via = p.f.Via(&copy)
	}
	if err == nil {
		// Before the call: what the layer sends is asked for by this handle.
		h := p.branches.Handle(n)
		to := transaction.Addr{IP: b.to.Addr, Transport: b.to.Transport, Flow: h}
		if b.to.Flow.IsValid() {
			to.IP = b.to.Flow
		}
		b.step = active
		b.client, err = p.layer.Forward(p.made, m, via, to, h, p.now)
	}
	switch code := codeOf(err); code {
	case 0:
		c.live++
		return
	case sipwire.ErrLimit:
		b.status = 503
	default:
		b.status = uint16(code.Status())
	}
	b.step = done
}

// parseAgain parses the request of a context that has been kept, for another
// copy of it, and checks it as the first time. It is nil when it is not there.
func (p *Proxy) parseAgain(c *context) *codec.Message {
	p.request = append(p.request[:0], p.layer.RequestBytes(c.server)...)
	m := &p.again
	if m.Parse(p.request) != nil || p.f.Prepare(m, c.src) != nil {
		return nil
	}
	return m
}
