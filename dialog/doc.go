// Package dialog keeps the dialogs of a user agent (RFC 3261, 12 to 15) on top
// of package transaction, and like it without sockets, threads, locks or a
// clock.
//
// A [Layer] holds a transaction.Layer and takes its place: messages and the
// time go in, bytes and events come out. An [Event] is that of the transaction
// with the dialog it belongs to, and a [Task] for the caller. One Layer is for
// one core; none of its methods may run at the same time as another.
//
// # What it does
//
// [Layer.Send] begins a request outside of a dialog. A response to an INVITE or
// SUBSCRIBE that came with a To tag makes a dialog, one for each tag when the
// request was forked; so does [Layer.Reply] with a 101 to 299. [Layer.Request]
// sends within a dialog: route set, remote target, tags, CSeq and Via are made
// here.
//
// The Layer repeats a 2xx to an INVITE until its ACK comes (13.3.1.4), and the
// ACK for a 2xx that comes again (13.2.2.4). It answers what the dialog says by
// itself: 481 to a request for a dialog that does not exist, 500 to one whose
// CSeq is too low, 491 or 500 to an INVITE while another one is open (14.2), 422
// to a session interval that is too small (RFC 4028, 9), 200 to a BYE. It runs
// the session timer, and counts the usages of a dialog: the session of its
// INVITE and each subscription (RFC 6665, RFC 3515). With its last usage a
// dialog ends.
//
// # For the caller to do
//
// [TaskACK]: acknowledge a 2xx with [Layer.Ack], with an answer if the offer
// came in it. [TaskPRACK]: [Layer.Prack]. [TaskRefresh]: send a re-INVITE or an
// UPDATE. [TaskBye]: [Layer.Request] with BYE. [TaskRetry]: send the re-INVITE
// again that was answered with a 491.
//
// A re-INVITE or UPDATE that was answered with a 422 is sent again as it was:
// the interval is longer then (RFC 4028, 7.3). A request with the answer 401 or
// 407 is sent again with credentials; a BYE too, as [Layer.Request] says.
//
// Where a request goes is found by the caller, from [Layer.NextHop]; without it,
// it goes where the last one went or came from.
//
// # Who owns the bytes
//
// As in package transaction: the Layer copies what it keeps, and a [Handle]
// names one dialog for ever and is stale when that has ended (ErrStale).
//
// # Limits and hostile input
//
// [Config.MaxDialogs], [Config.MaxBytes] and [Config.MaxUsages] bound what is
// kept; beyond them there is no dialog, with ErrLimit. Nothing is allocated in
// the steady state.
package dialog
