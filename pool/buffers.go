package pool

import (
	"sync/atomic"

	"github.com/sipwire/sipwire/internal/poison"

	"github.com/valyala/bytebufferpool"
)

// DefaultMaxCap is the largest capacity that a [Buffers] keeps when its MaxCap
// is zero: the longest datagram.
const DefaultMaxCap = 64 << 10

// Buffers is a pool of growing byte buffers for one population: buffers of one
// purpose, whose sizes are alike. Use one for each purpose, since the pool
// learns from the lengths that come back how long a fresh buffer should be.
//
// The zero value is ready to use. All methods may be called from any
// goroutine. A Buffers must not be copied after its first use.
type Buffers struct {
	// The pool counts in plain uint64s that need 64-bit alignment on 32-bit
	// machines: it stands first, and the atomic.Uint64s below make the whole
	// struct 8-byte aligned wherever it is embedded.
	pool bytebufferpool.Pool

	// MaxCap is the largest capacity in bytes that is kept; a buffer that grew
	// past it is left to the garbage collector, so that one huge message does
	// not stay in memory for good. Zero means DefaultMaxCap. Set it before use.
	MaxCap int

	oversize, doubles atomic.Uint64
}

// A Buffer is one buffer on loan. Append to B, or replace it by a longer one;
// whatever B is at Put goes back. The zero Buffer is empty, belongs to no pool
// and is good for appending too.
//
// A Buffer stands for its loan and must not be copied (go vet tells): the guard
// against putting it back twice lies in it.
type Buffer struct {
	_ noCopy

	// B holds the bytes. It is nil after Put.
	B []byte

	loan *bytebufferpool.ByteBuffer
}

// Get lends an empty buffer with whatever capacity the last user left. The
// steady state allocates nothing.
func (p *Buffers) Get() Buffer {
	bb := p.pool.Get()
	return Buffer{B: bb.B[:0], loan: bb}
}

// Put takes b back and leaves it empty, so that a second Put of b does no harm.
// It reports whether the buffer was kept: false when it has grown past MaxCap,
// or when b was not on loan, which is counted as a double. B and every view
// into it are void afterwards.
func (p *Buffers) Put(b *Buffer) bool {
	bb := b.loan
	if bb == nil {
		b.B = nil
		p.doubles.Add(1)
		return false
	}
	bytes := b.B
	b.B, b.loan = nil, nil
	poison.Bytes(bytes)
	limit := p.MaxCap
	if limit <= 0 {
		limit = DefaultMaxCap
	}
	if cap(bytes) > limit {
		p.oversize.Add(1)
		return false
	}
	bb.B = bytes // with its length: that is what the pool learns from
	p.pool.Put(bb)
	return true
}

// BuffersStats counts what a [Buffers] did not keep.
type BuffersStats struct {
	Oversize uint64 // buffers given up because they had grown past MaxCap
	Doubles  uint64 // Puts of a Buffer that was not on loan
}

// Stats returns the counts since the start.
func (p *Buffers) Stats() BuffersStats {
	return BuffersStats{Oversize: p.oversize.Load(), Doubles: p.doubles.Load()}
}

// noCopy makes go vet report copies of a struct that holds it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
