package engine

import (
	"net/netip"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A call is the state of one call. Its buffers stay with its place in the slab
// and are used again by the next call there.
type call struct {
	hash   uint64 // of the Call-ID
	number uint64
	place  uint32 // in the slab
	next   uint32 // in the table, or in the list of free places
	open   bool

	established bool // an ACK was sent
	ackDue      bool // a 200 came whose ACK was not sent yet
	atEnd       bool // in <timewait>
	waiting     bool // at a recv
	settled     bool // of a user: its first registration has succeeded or failed
	side        scenario.Side

	step   int32
	user   int
	peer   int   // the user who is called
	cause  Cause // why it will count as failed at its end
	conn   int32
	remote netip.AddrPort

	due      int64 // when the call should have begun
	intended int64 // when what is handled now should have happened
	asked    int64 // intended time of the request that waits for its final response; 0 for none

	// Timers; 0 when not set.
	retransAt, retransDelay int64
	pauseUntil              int64
	recvUntil               int64
	repeats                 int

	cseq uint32

	// How many messages it has sent since a flush of the engine, which one.
	flush uint32
	nth   int32

	// For finding repeated messages: see retransmit.go.
	sentStep, recvStep       int32
	answeredStep, answerStep int32
	recvHash, answeredHash   uint64
	sentInvite               bool

	callID        []byte
	sent          []byte // the last message sent
	answer        []byte // the message of answerStep, when it is not the last one
	invite        []byte // the INVITE that CANCEL and ACK are made from
	recv          []byte // the last message received
	peerTag       []byte
	callerTag     []byte // From tag of whoever has made the call, see side.go
	routes        []byte // value of Route
	nextURL       []byte
	challenge     []byte // value of the challenge
	challengeName string // of the header that answers it
	nonceCount    uint32

	vars  []Value
	rtd   []int64 // start of each measurement; 0 for not running
	lines []int32 // of each injection file
	txns  []txn

	dialog   int // of the message that is handled, from 1
	dialogs  []dialogState
	awaiting bool // in the list of those that await the first request of a dialog
}

// A Cause says why a call failed.
type Cause uint8

// The causes.
const (
	Fine Cause = iota
	UnexpectedMessage
	NoResponse     // all repeats of a request went unanswered
	NothingCame    // the timeout of a recv
	CheckFailed    // check_it of an ereg
	Rejected       // exec int_cmd="stop_call"
	Endless        // steps that go round without waiting
	CannotSend     // the message could not be made or sent
	ConnectionLost // of TCP or TLS
	Stopped        // the run ended first
	causes
)

var causeNames = [causes]string{"", "unexpected message", "no response after all repeats", "nothing received in time", "check failed", "stopped by the scenario", "endless loop", "cannot send", "connection lost", "run stopped"}

// String returns the cause in words.
func (c Cause) String() string { return causeNames[c] }

// Causes returns all causes of failures.
func Causes() []Cause {
	var out []Cause
	for c := Fine + 1; c < causes; c++ {
		out = append(out, c)
	}
	return out
}

const chunk = 256 // calls in a piece of the slab

// slab holds the calls and finds them by Call-ID. Pieces never move, so that a
// *call stays valid until it ends.
type slab struct {
	pieces [][]call
	free   uint32
	byHash map[uint64]uint32 // first call of each hash
	open   int
}

func (s *slab) init() {
	s.free = nobody
	s.byHash = map[uint64]uint32{}
}

func (s *slab) at(id uint32) *call { return &s.pieces[id/chunk][id%chunk] }

// size is how many places there are.
func (s *slab) size() int { return len(s.pieces) * chunk }

// take returns a free place, cleared but for its buffers.
func (s *slab) take() (uint32, *call) {
	if s.free == nobody {
		base := uint32(s.size())
		s.pieces = append(s.pieces, make([]call, chunk))
		for i := uint32(chunk); i > 0; i-- {
			s.at(base + i - 1).next = s.free
			s.free = base + i - 1
		}
	}
	id := s.free
	c := s.at(id)
	s.free = c.next
	*c = call{
		open: true, next: nobody, place: id,
		sentStep: scenario.None, recvStep: scenario.None, answeredStep: scenario.None, answerStep: scenario.None,
		callID: c.callID[:0], sent: c.sent[:0], answer: c.answer[:0], invite: c.invite[:0], recv: c.recv[:0], peerTag: c.peerTag[:0], callerTag: c.callerTag[:0],
		routes: c.routes[:0], nextURL: c.nextURL[:0], challenge: c.challenge[:0],
		vars: c.vars[:0], rtd: c.rtd[:0], lines: c.lines[:0], txns: c.txns[:0], dialogs: c.dialogs[:0],
	}
	s.open++
	return id, c
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
