package state

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// event is what a timer, or a failure to send, has brought about.
func (p *Proxy) event(ev transaction.Event) {
	if ev.Kind == transaction.None {
		return
	}
	if ev.User&serverSide != 0 {
		if i, c := p.contextOf(ev.User); c != nil && ev.Kind == transaction.Ended {
			p.ended(i, c)
		}
		return // nothing else of a server transaction is for the proxy
	}
	n, b := p.branches.Lookup(ev.User)
	if b == nil {
		return
	}
	c := p.contexts.At(b.context)
	switch {
	case ev.Kind == transaction.Ended:
		p.ended(b.context, c)
	case ev.Kind == transaction.Timeout && ev.Timer == transaction.TimerC:
		// 16.8: what rings is cancelled.
		_ = p.layer.Cancel(b.client, p.now)
	case ev.Kind == transaction.Timeout:
		p.silent(b, 408) // B, F, or the end of a branch that was cancelled
	case ev.Kind == transaction.TransportError && b.long == overTCP && b.step == active && c.flags&(cancelled|stopped) == 0:
		// There is no TCP: the datagram is sent in fragments after all (18.1.1).
		b.long, b.local, b.to.Transport = fragments, b.datagram, header.TransportUDP
		b.step = waiting
		if request := p.parseAgain(c); request != nil {
			p.start(c, n, b, request)
		}
		if b.step != active {
			b.step = active
			p.silent(b, 503)
		}
	case ev.Kind == transaction.TransportError && (b.flow || !b.to.Addr.IsValid()):
		p.silent(b, 430) // its flow is gone (RFC 5626, 5.3)
	case ev.Kind == transaction.TransportError:
		p.silent(b, 503) // 16.9
	}
}

// silent gives a branch that has ended without a final response one.
func (p *Proxy) silent(b *branch, status uint16) {
	if b.step != active {
		return
	}
	b.step, b.status = done, status
	p.failed(b.context, p.contexts.At(b.context), b, nil)
}

// cancelled is a CANCEL of the client (16.10). It has been answered.
func (p *Proxy) cancelled(c *context) {
	c.flags |= cancelled
	p.cancelBranches(c)
}

// cancelBranches cancels the branches of an INVITE that are active, and drops
// those that were not tried.
func (p *Proxy) cancelBranches(c *context) {
	p.each(c, func(_ uint32, b *branch) bool {
		switch b.step {
		case waiting, spare:
			b.step = done // with no status
		case active:
			if c.flags&isInvite != 0 {
				_ = p.layer.Cancel(b.client, p.now) // it may have just ended
			}
		}
		return true
	})
}
