package dialog

import (
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/transaction"
)

// Config says how a [Layer] works. The zero value of each field means its
// default.
type Config struct {
	// Transaction is the Config of the transactions. Its NoMerge is not read: a
	// user agent needs what that does without.
	Transaction transaction.Config

	// Via is that of the requests sent within dialogs: host, port and rport.
	// Its transport is that of the address they go to, its branch is made.
	Via codec.ViaSpec

	// Contact is the Contact value of requests that refresh the target and of
	// responses that make a dialog, unless the caller gives one.
	Contact []byte

	// SessionExpires is the session interval that a 2xx to an INVITE says when
	// the client supports session timers and names none: none by default.
	// MinSE is the least that is accepted: 90 s (RFC 4028, 5).
	SessionExpires, MinSE time.Duration

	// MaxDialogs is the most there may be: 1,048,576. MaxBytes bounds the
	// memory for what is kept of messages: 1 GiB. MaxUsages bounds the
	// subscriptions of one dialog: 8.
	MaxDialogs, MaxBytes, MaxUsages int
}

// A Handle names a dialog. It is below 2^63 and never 0, and no other dialog
// of the Layer has the same, now or later.
type Handle uint64

// An Event is that of the transaction, and what it means for a dialog. User is
// what the caller has given the dialog or the request.
type Event struct {
	transaction.Event
	Dialog Handle // the dialog it belongs to, 0 for none
	Task   Task   // what is for the caller to do
	New    bool   // the dialog has just begun
	Ended  bool   // the dialog has just ended, and its handle is stale
}

// None reports whether there is nothing for the caller in the event.
func (e *Event) None() bool {
	return e.Kind == transaction.None && e.Task == TaskNone && !e.Ended
}

// A Task is what a caller has to do for a dialog.
type Task uint8

// The tasks.
const (
	TaskNone    Task = iota
	TaskACK          // acknowledge the 2xx: [Layer.Ack]
	TaskPRACK        // acknowledge the provisional response: [Layer.Prack]
	TaskRefresh      // refresh the session with a re-INVITE or an UPDATE (RFC 4028, 10)
	TaskBye          // send BYE: no ACK came for a 2xx, or no refresh
	TaskRetry        // send the re-INVITE again that got a 491 (RFC 3261, 14.1)
	TaskExpired      // a subscription has expired; nothing needs to be sent

	numTasks
)

var taskNames = [numTasks]string{"None", "ACK", "PRACK", "Refresh", "Bye", "Retry", "Expired"}

// String returns the name of the task.
func (t Task) String() string {
	if t < numTasks {
		return taskNames[t]
	}
	return "Task?"
}

// A State is the state of a dialog (RFC 3261, 12).
type State uint8

// The states.
const (
	Terminated State = iota // it is not there any more
	Early                   // by a provisional response
	Confirmed               // by a 2xx, or within a subscription
	Ending                  // a BYE was sent, and has no final response yet
)

// Stats counts what a Layer has done since it was made.
type Stats struct {
	Dialogs, Usages int // that there are now; usages without the sessions
	Bytes, Held     int // kept of messages, and the memory for that

	Begun        uint64 // dialogs
	RepeatedACKs uint64 // ACKs sent again
	Repeated2xx  uint64 // 2xx sent again
	NoDialog     uint64 // requests answered with 481
	OldCSeq      uint64 // requests answered with 500 for their CSeq
	Glare        uint64 // INVITEs answered with 491 or 500
	TooSmall     uint64 // requests answered with 422
	Disordered   uint64 // reliable provisional responses that came again or too early
	Refused      uint64 // dialogs and subscriptions beyond the limits
}
