package pool

import (
	"bytes"
	"sync"
	"sync/atomic"

	"github.com/valyala/bytebufferpool"

	"github.com/sipwire/sipwire/internal/poison"
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
	// machines: it is first, and the atomic.Uint64s below make the whole
	// struct 8-byte aligned wherever it is embedded.
	pool bytebufferpool.Pool

	// MaxCap is the largest capacity in bytes that is kept; a buffer that grew
	// past it is left to the garbage collector, so that one huge message does
	// not stay in memory for good. Zero means DefaultMaxCap. Set it before use.
	MaxCap int

	loans             sync.Pool // of *loan
	oversize, doubles atomic.Uint64
}

// A Buffer is one buffer on loan. Append to B, or replace it by a longer one;
// whatever B is at Put goes back. The zero Buffer is empty, belongs to no pool
// and is good for appending too.
//
// A Buffer must not be copied (go vet reports it). A copy that is put back
// after the original, or the other way round, is refused.
type Buffer struct {
	_ noCopy

	// B holds the bytes. It is nil after Put.
	B []byte

	loan *loan
	gen  uint32
}

// loan is what the copies of a Buffer have in common. It outlives the Buffer
// and is used for others later, which gen keeps apart.
type loan struct {
	gen   atomic.Uint32 // goes up with each Put, modulo 2³²
	bytes *bytebufferpool.ByteBuffer
}

// Get lends an empty buffer with whatever capacity the last user left. The
// steady state allocates nothing.
//
// Under the race detector and with the build tag sipwiredebug it panics when
// the buffer was written to after its Put.
func (p *Buffers) Get() Buffer {
	l, _ := p.loans.Get().(*loan)
	if l == nil {
		l = new(loan)
	}
	l.bytes = p.pool.Get()
	if poison.Enabled {
		check(l.bytes.B)
	}
	return Buffer{B: l.bytes.B[:0], loan: l, gen: l.gen.Load()}
}

// check panics if b was put back and written to since. A buffer that the pool
// has just made is all zero.
func check(b []byte) {
	b = b[:cap(b)]
	if !poison.Intact(b) && len(bytes.TrimLeft(b, "\x00")) > 0 {
		panic("pool: a buffer was written to after its Put")
	}
}

// Put takes b back and leaves it empty. A second Put of b, or of a copy of b,
// changes nothing but the count of doubles. It reports whether the buffer was
// kept: false when it has grown past MaxCap, or when b was not on loan. B and
// every view into it are void afterwards.
func (p *Buffers) Put(b *Buffer) bool {
	l, gen, bytes := b.loan, b.gen, b.B
	b.B, b.loan = nil, nil
	if l == nil || !l.gen.CompareAndSwap(gen, gen+1) {
		p.doubles.Add(1)
		return false
	}
	bb := l.bytes
	l.bytes = nil
	p.loans.Put(l)
	poison.Fill(bytes)
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
