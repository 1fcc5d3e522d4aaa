package state

import (
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A binding may be for a host name (RFC 3261, 10.3 says nothing against it). DNS is
// asked for it when a request comes, as RFC 3263 says, and before a transaction
// begins: a Proxy does not wait.

// Find asks DNS for where the request of the last Check of f goes, with the Names of
// f, which may wait. r may be nil. The Proxy, which does not wait, then finds the
// same.
func Find(f *forward.Forwarder, r *registrar.Registrar, s *registrar.Session, m *codec.Message, src forward.Source, now time.Time) {
	if !isServed(f, r) {
		var to forward.Peer
		f.Next(&to, m, src)
		return
	}
	u, _ := f.Target()
	bindings, _ := r.Lookup(s, u, now)
	var all sync.WaitGroup // the slowest name counts, not their sum
	for _, b := range bindings {
		if b.IsNamed() {
			all.Go(func() { f.Ask(&b.Name, m) })
		}
	}
	all.Wait()
}

// isServed reports whether the target of the request of the last Check is in a
// domain of the registrar.
func isServed(f *forward.Forwarder, r *registrar.Registrar) bool {
	if r == nil {
		return false
	}
	u, ok := f.Target()
	return ok && r.Serves(u)
}

// find finds where the request of the last Check goes. It reports whether DNS has
// not to be asked first.
func (p *Proxy) find(m *codec.Message, src forward.Source) bool {
	if p.registered = isServed(p.f, p.config.Registrar); !p.registered {
		p.byRule, p.ok = p.f.Next(&p.peer, m, src)
		return !p.f.Pending()
	}
	if m.Method() == header.MethodREGISTER {
		return true
	}
	u, _ := p.f.Target()
	p.bindings, p.known = p.config.Registrar.Lookup(&p.session, u, p.epoch.Add(p.now))
	for _, b := range p.bindings {
		if b.IsNamed() {
			if reach(p.f, b, m, src); p.f.Pending() {
				return false
			}
		}
	}
	return true
}

// reach returns the Peer of a binding and the Local that sends to it. It is not ok
// for one that names the proxy or a domain of its, since each request would come
// back, once for each such binding, and for a name without an address.
func reach(f *forward.Forwarder, b *registrar.Binding, m *codec.Message, src forward.Source) (to forward.Peer, local int, ok bool) {
	to = b.To
	if b.IsNamed() && (!to.Flow.IsValid() || !f.IsOpen(&to)) {
		if to, ok = f.Locate(&b.Name, m); !ok {
			return to, 0, false
		}
	}
	if f.IsListening(to.Addr) || !to.Addr.IsValid() && !to.Flow.IsValid() {
		return to, 0, false
	}
	same := f.Transport(b.Source.Local) == to.Transport
	if same && (to.Flow.IsValid() && to.Flow == b.Source.Addr || !to.Flow.IsValid() && to.Addr == b.Source.Addr) {
		return to, b.Source.Local, true // where the client has registered
	}
	local, ok = f.LocalFor(&to, src)
	return to, local, ok
}
