package engine

import (
	"net/netip"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A call is the state of one call, and what stays with its place in the slab.
type call struct {
	state
	kept
}

// state is what a call begins without.
type state struct {
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
	check  Check // with CheckFailed: which one
	conn   int32
	remote netip.AddrPort

	due      int64 // when the call should have begun
	intended int64 // when what is handled now should have happened
	asked    int64 // intended time of the request that waits for its final response; 0 for none

	// Timers; 0 when not set.
	retransAt, retransDelay int64
	pauseUntil              int64
	looks                   bool // pauseUntil is when it looks at its command again
	recvUntil               int64
	repeats                 int

	cseq uint32 // of [cseq]: of the last request received or sent
	asks uint32 // the same of those sent, for a BYE that no step has

	// How many messages it has sent since a flush of the engine, which one.
	flush uint32
	nth   int32

	// For finding repeated messages: see retransmit.go.
	sentStep, recvStep       int32
	answeredStep, answerStep int32
	recvHash, answeredHash   uint64
	sentInvite               bool

	challengeName string // of the header that answers challenge
	nonceCount    uint32

	command *command // that the call waits for; nil for none

	dialog int // of the message that is handled, from 1
}

// kept is what stays with a place: buffers, which the next call there uses again.
type kept struct {
	callID    []byte
	sent      []byte // the last message sent
	answer    []byte // the message of answerStep, when it is not the last one
	invite    []byte // the INVITE that CANCEL and ACK are made from
	recv      []byte // the last message received
	peerTag   []byte
	callerTag []byte // From tag of whoever has made the call, see side.go
	routes    []byte // value of Route
	nextURL   []byte
	challenge []byte // value of the challenge

	vars    []Value
	rtd     []int64 // start of each measurement: that of the call, until a start_rtd; see measured
	lines   []int32 // of each injection file
	txns    []txn
	dialogs []dialogState

	awaiting bool // the place is in the list of those that may await the first request of a dialog
}

// empty makes the buffers empty.
func (k *kept) empty() {
	k.callID, k.sent, k.answer, k.invite, k.recv = k.callID[:0], k.sent[:0], k.answer[:0], k.invite[:0], k.recv[:0]
	k.peerTag, k.callerTag, k.routes, k.nextURL, k.challenge = k.peerTag[:0], k.callerTag[:0], k.routes[:0], k.nextURL[:0], k.challenge[:0]
	k.vars, k.rtd, k.lines, k.txns, k.dialogs = k.vars[:0], k.rtd[:0], k.lines[:0], k.txns[:0], k.dialogs[:0]
}

// buffers is how many buffers a call has that stay with its place; those of
// messages sent are at these places among them.
const (
	buffers  = 10
	sentAt   = 0
	answerAt = 1
	inviteAt = 2
)

// buffers returns them.
func (c *kept) buffers() [buffers]*[]byte {
	return [...]*[]byte{sentAt: &c.sent, answerAt: &c.answer, inviteAt: &c.invite, 3: &c.callID, &c.recv, &c.peerTag, &c.callerTag, &c.routes, &c.nextURL, &c.challenge}
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

// A Check says what a check_it or check_it_inverse has found, of a call that failed
// by it.
type Check uint8

// The checks.
const (
	NoMatch     Check = iota // of an ereg
	AMatch                   // of an ereg, which there should not be
	NoHeader                 // that an ereg looks at
	TestFails                //
	TestHolds                // and should not
	TextDiffers              // of a strcmp
	TextIsEqual              // and should not be
	checks
)

// Causes returns all causes of failures.
func Causes() []Cause {
	var out []Cause
	for c := Fine + 1; c < causes; c++ {
		out = append(out, c)
	}
	return out
}
