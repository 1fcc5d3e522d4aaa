package engine

import "github.com/sipwire/sipwire/cmd/internal/scenario"

const chunk = 256 // calls in a piece of the slab

// slab holds the calls and finds them by Call-ID. Pieces never move, so that a
// *call stays valid until it ends.
type slab struct {
	pieces [][]call
	free   uint32
	byHash map[uint64]uint32 // first call of each hash
	open   int

	vars, rtds, lines int // of each call
}

// init makes the slab empty, for calls with so many variables, measurements
// and injection files.
func (s *slab) init(vars, rtds, lines int) {
	s.free = nobody
	s.byHash = map[uint64]uint32{}
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
	*c = call{
		open: true, next: nobody, place: id, awaiting: c.awaiting,
		sentStep: scenario.None, recvStep: scenario.None, answeredStep: scenario.None, answerStep: scenario.None,
		callID: c.callID[:0], sent: c.sent[:0], answer: c.answer[:0], invite: c.invite[:0], recv: c.recv[:0], peerTag: c.peerTag[:0], callerTag: c.callerTag[:0],
		routes: c.routes[:0], nextURL: c.nextURL[:0], challenge: c.challenge[:0],
		vars: c.vars[:0], rtd: c.rtd[:0], lines: c.lines[:0], txns: c.txns[:0], dialogs: c.dialogs[:0],
	}
	s.open++
	return id, c
}

// grow adds a piece.
func (s *slab) grow() {
	base := uint32(s.size())
	piece := make([]call, chunk)
	s.equip(piece)
	s.pieces = append(s.pieces, piece)
	for i := uint32(chunk); i > 0; i-- {
		s.at(base + i - 1).next = s.free
		s.free = base + i - 1
	}
}

// widest bounds the buffers that equip makes: one long message must not make
// all calls large.
const widest = 1024

// equip gives the calls of a new piece the buffers that those of the first piece
// have needed, cut from one piece of memory. A server that got 8,000 calls a
// second spent 28 % of its time on growing the buffers of each call by itself,
// and the garbage collector had five times the objects (2026-11).
func (s *slab) equip(piece []call) {
	if s.vars > 0 {
		all := make([]Value, s.vars*chunk)
		for i := range piece {
			piece[i].vars, all = all[:0:s.vars], all[s.vars:]
		}
	}
	if s.rtds > 0 {
		all := make([]int64, s.rtds*chunk)
		for i := range piece {
			piece[i].rtd, all = all[:0:s.rtds], all[s.rtds:]
		}
	}
	if s.lines > 0 {
		all := make([]int32, s.lines*chunk)
		for i := range piece {
			piece[i].lines, all = all[:0:s.lines], all[s.lines:]
		}
	}
	if len(s.pieces) == 0 {
		return
	}
	var sizes [buffers]int
	total := 0
	for k := range s.pieces[0] {
		for i, b := range s.pieces[0][k].buffers() {
			sizes[i] = max(sizes[i], min(cap(*b), widest))
		}
	}
	for _, n := range sizes {
		total += n
	}
	all := make([]byte, total*chunk)
	for k := range piece {
		for i, b := range piece[k].buffers() {
			*b, all = all[:0:sizes[i]], all[sizes[i]:]
		}
	}
}

// enter makes a call one that find finds.
func (s *slab) enter(id uint32, hash uint64) {
	c := s.at(id)
	c.hash, c.next = hash, nobody
	if first, ok := s.byHash[hash]; ok {
		c.next = first
	}
	s.byHash[hash] = id
}

// find returns the call with that Call-ID.
func (s *slab) find(hash uint64, callID []byte) (uint32, *call) {
	id, ok := s.byHash[hash]
	for ok && id != nobody {
		c := s.at(id)
		if string(c.callID) == string(callID) {
			return id, c
		}
		id = c.next
	}
	return nobody, nil
}

// drop takes a call out and makes its place free.
func (s *slab) drop(id uint32) {
	c := s.at(id)
	if first := s.byHash[c.hash]; first != id {
		for prev := s.at(first); ; prev = s.at(prev.next) {
			if prev.next == id {
				prev.next = c.next
				break
			}
		}
	} else if c.next != nobody {
		s.byHash[c.hash] = c.next
	} else {
		delete(s.byHash, c.hash)
	}
	c.open = false
	c.next, s.free = s.free, id
	s.open--
}
