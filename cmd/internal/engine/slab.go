package engine

import "github.com/sipwire/sipwire/cmd/internal/scenario"

const (
	chunk   = 256  // calls in a piece of the slab
	largest = 4096 // calls in a block
)

// slab holds the calls and finds them by Call-ID. Pieces never move, so that a
// *call stays valid until it ends.
type slab struct {
	pieces [][]call
	free   uint32
	byHash table
	open   int

	vars, rtds, lines int  // of each call
	huge              bool // whether memory comes in huge pages

	spare    block // what is left of the present one, for the next pieces
	reserved block // memory for the next ones
}

// init makes the slab empty, for calls with so many variables, measurements
// and injection files.
func (s *slab) init(vars, rtds, lines int) {
	s.free = nobody
	s.byHash.init()
	s.vars, s.rtds, s.lines = vars, rtds, lines
}

func (s *slab) at(id uint32) *call { return &s.pieces[id/chunk][id%chunk] }

// size is how many places there are.
func (s *slab) size() int { return len(s.pieces) * chunk }

// take returns a free place, cleared but for its buffers.
func (s *slab) take() (uint32, *call) {
	if s.free == nobody {
		s.grow()
	}
	id := s.free
	c := s.at(id)
	s.free = c.next
	c.state = state{}
	c.open, c.next, c.place = true, nobody, id
	c.sentStep, c.recvStep, c.answeredStep, c.answerStep = scenario.None, scenario.None, scenario.None, scenario.None
	c.empty()
	s.open++
	return id, c
}

// grow adds a piece.
func (s *slab) grow() {
	if len(s.spare.calls) == 0 {
		// As many as there are: the more there are, the better is known what
		// they need.
		n := min(max(s.size(), chunk), largest)
		if left := len(s.reserved.calls); left >= chunk {
			n = min(n, left/chunk*chunk)
		}
		s.spare = s.make(n)
	}
	base := uint32(s.size())
	s.pieces = append(s.pieces, s.cut())
	for i := uint32(chunk); i > 0; i-- {
		s.at(base + i - 1).next = s.free
		s.free = base + i - 1
	}
}

const (
	widest = 1024 // of a buffer: one long message must not make all calls large
	slack  = 32   // numbers of calls become longer
)

// A block is memory for calls that is made together: one piece of memory for
// the buffers of all. A server that got 8,000 calls a second spent 28 % of its
// time on growing the buffers of each call by itself, and the garbage collector
// had five times the objects (2026-11).
type block struct {
	calls []call
	sizes [buffers]int // of the buffers of each call
	bytes []byte
	vars  []Value
	rtds  []int64
	lines []int32
}

// make makes a block of n calls. Their buffers are as large as those of the first
// piece have become.
func (s *slab) make(n int) block {
	r := &s.reserved
	b := block{calls: take(&r.calls, n), vars: take(&r.vars, s.vars*n), rtds: take(&r.rtds, s.rtds*n), lines: take(&r.lines, s.lines*n)}
	total := 0
	if len(s.pieces) > 0 {
		for k := range s.pieces[0] {
			for i, buf := range s.pieces[0][k].buffers() {
				b.sizes[i] = max(b.sizes[i], min(cap(*buf), widest))
			}
		}
		// Those of messages sent change places, see keep.
		sent := max(b.sizes[sentAt], b.sizes[answerAt], b.sizes[inviteAt])
		for i, size := range b.sizes {
			if size == 0 {
				continue
			}
			if i == sentAt || i == answerAt || i == inviteAt {
				size = sent
			}
			b.sizes[i] = size + slack
			total += b.sizes[i]
		}
	}
	b.bytes = take(&r.bytes, total*n)
	if s.huge {
		inHugePages(b.calls)
		inHugePages(b.bytes)
		inHugePages(b.vars)
	}
	return b
}

// take cuts n values off the front of what is reserved, or makes them.
func take[T any](reserved *[]T, n int) []T {
	if n > len(*reserved) {
		return make([]T, n)
	}
	out := (*reserved)[:n:n]
	*reserved = (*reserved)[n:]
	return out
}

// usual is how much the buffers of a call need, in bytes: those of an INVITE with
// SDP and its 200, 1,400.
const usual = 1500

// reserve makes memory for n calls and touches it, so that no page faults are
// left to the time when the calls begin.
func (s *slab) reserve(n int) {
	if n == 0 {
		return
	}
	for s.byHash.count < uint64(n) {
		s.byHash.split(s)
	}
	s.reserved = block{
		calls: make([]call, n), bytes: make([]byte, usual*n),
		vars: make([]Value, s.vars*n), rtds: make([]int64, s.rtds*n), lines: make([]int32, s.lines*n),
	}
	touch(s.reserved.calls)
	touch(s.reserved.bytes)
	touch(s.reserved.vars)
	touch(s.reserved.rtds)
	touch(s.reserved.lines)
}

// touch has the kernel give memory that is all zero.
func touch[T any](s []T) {
	inHugePages(s)
	clear(s)
}

// cut takes a piece off the spare block, with the buffers of its calls. To do so
// for a whole block at once took 17 to 25 ms of page faults, and all that was due
// meanwhile left late (2026-11).
func (s *slab) cut() []call {
	b := &s.spare
	piece := b.calls[:chunk:chunk]
	b.calls = b.calls[chunk:]
	for k := range piece {
		c := &piece[k]
		for i, buf := range c.buffers() {
			*buf, b.bytes = b.bytes[:0:b.sizes[i]], b.bytes[b.sizes[i]:]
		}
		c.vars, b.vars = b.vars[:0:s.vars], b.vars[s.vars:]
		c.rtd, b.rtds = b.rtds[:0:s.rtds], b.rtds[s.rtds:]
		c.lines, b.lines = b.lines[:0:s.lines], b.lines[s.lines:]
	}
	return piece
}

// enter makes a call one that find finds.
func (s *slab) enter(id uint32, hash uint64) {
	if s.byHash.count < uint64(s.open) {
		s.byHash.split(s)
	}
	c, first := s.at(id), s.byHash.of(hash)
	c.hash, c.next = hash, *first
	*first = id
}

// find returns the call with that Call-ID.
func (s *slab) find(hash uint64, callID []byte) (uint32, *call) {
	for id := *s.byHash.of(hash); id != nobody; {
		c := s.at(id)
		if c.hash == hash && string(c.callID) == string(callID) {
			return id, c
		}
		id = c.next
	}
	return nobody, nil
}

// drop takes a call out and makes its place free.
func (s *slab) drop(id uint32) {
	c := s.at(id)
	link := s.byHash.of(c.hash)
	for *link != id {
		link = &s.at(*link).next
	}
	*link = c.next
	c.open = false
	c.next, s.free = s.free, id
	s.open--
}

// sized returns a slice of n zero values, in s if that is long enough.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}
