package state

import (
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/internal/arena"
	"github.com/sipwire/sipwire/transaction"
)

// context is a response context (RFC 3261, 16.2): what was made of a request.
// It lives as long as one of its transactions does.
type context struct {
	server transaction.Handle
	src    forward.Source
	live   uint16 // transactions that have not ended
	count  uint16 // branches that there were
	tries  uint16 // of the rule's next hops
	final  uint16 // status of the final response that was given, 0 for none
	// breadth is how many branches there may be at a time, here and behind: see
	// breadthOf.
	breadth uint16
	flags   contextFlags
	first   uint32 // branch, index plus one
}

type contextFlags uint8

const (
	isInvite  contextFlags = 1 << iota
	cancelled              // by the client
	stopped                // by a 6xx: no other branch is begun
)

// branch is one copy of a request, or a target that has not been tried yet.
type branch struct {
	context  uint32
	next     uint32 // of the same context, index plus one
	client   transaction.Handle
	to       forward.Peer
	local    int32
	q        int16 // in thousandths: the highest are tried first
	status   uint16
	breadth  uint16 // of its request, 0 to leave that as it is
	step     step
	byRule   bool
	flow     bool   // to is the flow of a client, and nothing else will do (RFC 5626)
	instance uint16 // same for all flows of one user agent; 0 for none
	long     long
	// datagram is the Local to send from over UDP, should TCP not be there.
	datagram int32
	uri      kept // the Request-URI; none leaves it as it is
	path     kept // the Route for it
	resp     kept // the final response, while others are waited for
}

// step is how far a branch is.
type step uint8

const (
	waiting step = iota // to be tried
	spare               // another flow of a user agent, for when that which is tried fails
	active              // sent, without a final response
	done                // it has a final response, of its own or made here
)

// long says what is done with a request that is too long for a datagram (RFC
// 3261, 18.1.1).
type long uint8

const (
	fits      long = iota // it is not, or that has not been seen yet
	overTCP               // it goes over TCP
	fragments             // it goes over UDP, for want of TCP
)

// kept is bytes in the arena.
type kept struct {
	ref arena.Ref
	n   uint32
}

// keep keeps b. Without memory it is not ok.
func (p *Proxy) keep(b []byte) (k kept, ok bool) {
	if len(b) == 0 {
		return k, true
	}
	ref, mem, ok := p.mem.New(len(b))
	if !ok {
		return k, false
	}
	copy(mem, b)
	return kept{ref, uint32(len(b))}, true
}

// bytes returns what was kept, nil for none.
func (p *Proxy) bytes(k kept) []byte {
	if k.ref == 0 {
		return nil
	}
	return p.mem.Bytes(k.ref, int(k.n))
}

// contextOf returns the context of a server transaction by the user of its
// events.
func (p *Proxy) contextOf(user uint64) (uint32, *context) {
	return p.contexts.Lookup(user &^ serverSide)
}

// add adds a branch to a context, nil when it has too many.
func (p *Proxy) add(i uint32, c *context) *branch {
	if int(c.count) >= p.config.MaxBranches {
		return nil
	}
	c.count++
	n, b := p.branches.Take()
	b.context = i
	// At the end, so that branches of one q are tried in their order.
	at := &c.first
	for *at != 0 {
		at = &p.branches.At(*at - 1).next
	}
	*at = n + 1
	return b
}

// each calls do for the branches of a context, until it returns false.
func (p *Proxy) each(c *context, do func(n uint32, b *branch) bool) {
	for n := c.first; n != 0; {
		b := p.branches.At(n - 1)
		next := b.next
		if !do(n-1, b) {
			return
		}
		n = next
	}
}

// count returns how many branches are at a step.
func (p *Proxy) count(c *context, s step) (n int) {
	p.each(c, func(_ uint32, b *branch) bool {
		if b.step == s {
			n++
		}
		return true
	})
	return n
}

// ended counts that a transaction of a context has ended, and forgets the
// context with the last one.
func (p *Proxy) ended(i uint32, c *context) {
	if c.live--; c.live > 0 {
		return
	}
	p.each(c, func(n uint32, b *branch) bool {
		for _, k := range []kept{b.uri, b.path, b.resp} {
			p.mem.Free(k.ref)
		}
		p.branches.Free(n)
		return true
	})
	p.contexts.Free(i)
}
