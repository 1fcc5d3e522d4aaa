package transaction

import (
	"github.com/sipwire/sipwire/internal/arena"
)

// Most requests that are no INVITE are answered at once. The key and the
// request of the newest such server transaction are kept in two buffers of the
// Layer, which are in the processor's cache, and its timer is not set yet. When
// its final response comes next, the request has never been copied to memory
// of its own, and key and response go there together. Whatever else comes
// first settles the transaction: then it is kept like all others.
//
// Measured by turns on a busy machine, 27 November 2026, best of seven rounds
// of 60,000, with a repeat each: 2122 to 1890 ns with 32,000 alive, 1684 to
// 1560 with 1000.

// The references to the buffers. No reference of an arena is as great.
const (
	freshKey arena.Ref = 1<<32 - 1 - iota
	freshReq
)

const keyUnit = 64 // what an arena.Ref counts

// bytes returns n bytes that a reference of a transaction names.
func (l *Layer) bytes(r arena.Ref, n uint32) []byte {
	switch r {
	case freshKey:
		return l.newKey[:n:n]
	case freshReq:
		return l.newReq[:n:n]
	}
	return l.mem.Bytes(r, int(n))
}

func (l *Layer) free(r arena.Ref) {
	if r < freshReq {
		l.mem.Free(r)
	}
}

// settle gives the fresh transaction memory of its own and its timer. There is
// room: that was seen when it began, and nothing takes any without settling it
// first.
func (l *Layer) settle() {
	if l.fresh == 0 {
		return
	}
	i := l.fresh - 1
	t := l.txs.At(i)
	l.fresh = 0
	t.key = l.copyOf(l.newKey)
	if t.req == freshReq {
		t.req = l.copyOf(l.newReq)
	}
	l.arm(i, t)
}

func (l *Layer) copyOf(b []byte) arena.Ref {
	r, mem, _ := l.mem.New(len(b))
	copy(mem, b)
	return r
}

// keepFinal keeps the final response of the fresh transaction, in one piece
// with its key. It reports false when there is no such piece.
func (l *Layer) keepFinal(t *tx, b []byte) bool {
	at := (len(l.newKey) + keyUnit - 1) / keyUnit
	r, mem, ok := l.mem.New(at*keyUnit + len(b))
	if !ok {
		return false
	}
	l.fresh = 0
	copy(mem, l.newKey)
	copy(mem[at*keyUnit:], b)
	t.key, t.req, t.reqLen = r, 0, 0
	t.resp, t.respLen = r+arena.Ref(at), uint32(len(b))
	t.flags |= joined
	return true
}
