package transaction

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// A Handle names a transaction. It is never 0, and no other transaction of the
// Layer has the same, now or later.
type Handle uint64

// An Event says what the caller should know of a message or of a timer. It is
// a value and stays true.
type Event struct {
	Kind   Kind
	Timer  Timer         // of a Timeout
	Method header.Method // of the transaction, or of the message that has none
	Status int           // of a response, 0 for others
	Code   sipwire.Code  // what is wrong, of Malformed and Refused
	Merged bool          // of a Request: see there

	Tx     Handle // the transaction; 0 for none
	Invite Handle // of a PRACK that acknowledges a response to it, else 0
	User   uint64 // what the caller has given the transaction
}

// A Kind says what an [Event] is about.
type Kind uint8

// The kinds.
const (
	// None: there is nothing for the caller to do. The message was absorbed.
	None Kind = iota
	// Request: a server transaction Tx has begun and waits for its answer. A
	// CANCEL that cancels nothing is one too: a user agent answers it with a
	// 481 (RFC 3261, 9.2).
	//
	// Merged says that the same request has come before, by another way: a
	// user agent answers a 482 (8.2.2.2), a proxy does not care.
	//
	// Of a PRACK, Invite is the transaction whose reliable response it
	// acknowledges; it is not repeated any more. Without one the PRACK is to be
	// answered with a 481 (RFC 3262, 3).
	Request
	// Ack: an ACK for a 2xx. It has a Tx when it took the way of the INVITE,
	// and else belongs to no transaction (RFC 3261, 13.3.1.4).
	Ack
	// Cancelled: a CANCEL for the INVITE server transaction Tx. It has been
	// answered with a 200, and Tx with a 487 unless Config.Keep487 is set.
	Cancelled
	// Response: a response for the client transaction Tx.
	Response
	// Stray: a response that belongs to no transaction. A proxy must not
	// forward it (RFC 6026, 7.2).
	Stray
	// Timeout: a timer has ended Tx, or, if Timer is one of those that do not,
	// asks for a decision: see Timer.
	Timeout
	// TransportError: what [Layer.TransportError] was called for concerns the
	// caller. A client transaction has ended.
	TransportError
	// Malformed: the message cannot be used, Code says why. [Layer.Reject]
	// answers a request with Code.Status, or a 400, without a transaction, unless it
	// lacks a header that each response takes from its request (RFC 3261, 8.2.6.2).
	Malformed
	// Refused: a request beyond the limits. It has been answered as
	// Config.Refuse says.
	Refused
	// Ended: Tx has ended (Config.Ends). It comes last and for every
	// transaction, also behind a Timeout.
	Ended

	numKinds
)

var kindNames = [numKinds]string{"None", "Request", "Ack", "Cancelled", "Response",
	"Stray", "Timeout", "TransportError", "Malformed", "Refused", "Ended"}

// String returns the name of the kind.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "Kind?"
}

// A Timer is one of the timers that concern the caller.
type Timer uint8

// The timers.
const (
	TimerNone Timer = iota
	// TimerB: no response to an INVITE within 64*T1 (RFC 3261, 17.1.1.2). It
	// counts as a 408. Tx has ended.
	TimerB
	// TimerC: no final response to an INVITE within Config.TimerC. Tx goes on.
	TimerC
	// TimerF: no final response to a request within 64*T1 (17.1.2.2). It
	// counts as a 408. Tx has ended.
	TimerF
	// TimerH: no ACK for a final response within 64*T1 (17.2.1). Tx has ended.
	TimerH
	// TimerCancel: no final response to an INVITE within 64*T1 after its
	// CANCEL (9.1). It counts as cancelled. Tx has ended.
	TimerCancel
	// TimerPRACK: no PRACK for a reliable provisional response within 64*T1.
	// The INVITE should be rejected with a 5xx (RFC 3262, 3). Tx goes on.
	TimerPRACK
	// TimerAnswer: no answer to a request other than INVITE within 64*T1. The
	// client has given up, and no response is sent any more (RFC 4320, 4.2).
	// Tx has ended. Of an INVITE: no final response within Config.Answer. It
	// has been answered with a 480, and Tx goes on with that.
	TimerAnswer

	numTimers
)

var timerNames = [numTimers]string{"None", "B", "C", "F", "H", "Cancel", "PRACK", "Answer"}

// String returns the name of the timer.
func (t Timer) String() string {
	if t < numTimers {
		return timerNames[t]
	}
	return "Timer?"
}

// A State is the state of a transaction, by the names of RFC 3261, figures 5
// to 8, and RFC 6026. A transaction in the state Terminated is not there any
// more.
type State uint8

// The states.
const (
	Terminated State = iota
	Calling          // INVITE client: sent, no response yet
	Trying           // client: sent, no response yet; server: no response given yet
	Proceeding       // a provisional response came or went; INVITE server: from the start
	Completed        // there is a final response, for INVITE one above 299
	Confirmed        // INVITE server: the ACK has come
	Accepted         // INVITE: there is a 2xx (RFC 6026)

	numStates
)

var stateNames = [numStates]string{"Terminated", "Calling", "Trying", "Proceeding", "Completed", "Confirmed", "Accepted"}

// String returns the name of the state.
func (s State) String() string {
	if s < numStates {
		return stateNames[s]
	}
	return "State?"
}

// Stats counts what a [Layer] has done since it was made.
type Stats struct {
	Transactions int // that there are now
	Bytes        int // of messages and keys that are kept now
	Held         int // bytes of memory for messages, in use or not

	Clients, Servers uint64 // transactions begun
	Repeats          uint64 // messages sent again
	Duplicates       uint64 // messages that came again and were absorbed
	Late             uint64 // messages for a transaction that is past them: absorbed
	StrayResponses   uint64 // responses without a transaction
	StrayACKs        uint64 // ACKs without a transaction; those for a 2xx are among them
	StrayCancels     uint64 // CANCELs without an INVITE
	Merged           uint64 // requests that came by two ways
	Malformed        uint64 // messages that could not be used
	Refused          uint64 // requests beyond the limits
	NotKept          uint64 // messages sent that could not be kept, for want of memory, and so are not repeated
	Timeouts         uint64
	TransportErrors  uint64
}
