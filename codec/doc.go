// Package codec takes SIP messages apart and puts them together.
//
// [Message] is the lazy index of one message: a single pass finds the start
// line, every header field and the body, and nothing inside a value is looked
// at until somebody asks. [Parser] sets limits and strictness.
//
//	m := codec.Acquire()
//	defer codec.Release(m)
//	if err := m.Parse(datagram); err != nil {
//		return err
//	}
//	callID := m.Value(header.IDCallID)
//	via, err := m.TopVia()
//
// Typed values ([Message.TopVia], [Message.From], [Message.CSeq] and so on)
// are read on the first call and kept with their own error, so that one bad
// header costs nobody the message; [Message.Read] reads any other header with
// a view of package header. On top of them stand transaction and dialog keys
// and the route sets.
//
// A datagram and a WebSocket message (RFC 7118, 5) are one message each: Parse
// takes them as they are. [Stream] cuts TCP and TLS into messages, and
// [StreamWriter] gathers messages into one write.
//
// # Output
//
// [Edit] changes a message that was parsed: changes are collected in any
// order and written in one go, and all bytes that nobody changed leave as they
// came. [AppendReply] makes the response to a request; [AppendACK],
// [AppendCancel], [AppendACK2xx], [AppendPRACK] and [AppendRequest] make the
// requests that follow from messages at hand. [Builder] makes a message from
// nothing, and a [Stamp] writes the messages of a [Template]. All of them
// append to a buffer of the caller and allocate nothing when it has room.
//
// What a caller puts in is checked: CR, LF and NUL are [ErrInjection]
// everywhere, and where a token, a host or a URI stands it has to be one.
// After an error nothing is written.
//
// # Who owns the bytes
//
// A Message points into the bytes it was given. They are never copied and
// never written to; the caller must leave them alone as long as the Message,
// or any slice or typed value that came out of it, is in use. All of these
// are valid until the Message is parsed into again, reset or released.
// [Message.Clone] keeps one.
//
// # Errors
//
// Every error of this package is a *[Fault] that lives in the Message,
// the Edit, the Builder or the Stamp concerned: it holds a [Code], the header
// and the byte offset, costs no allocation, and is valid as long as the views
// are. Compare codes with errors.Is(err, sipwire.ErrBodyShort).
//
// # Limits and hostile input
//
// No input makes Parse panic, read outside the slice, allocate in proportion
// to a number in the message, or take more than linear time. The limits of
// [Parser] are checked before anything grows.
//
// Sections of RFC 3261: 7 (messages), 7.3.1 (header fields, folding), 8.1 and
// 8.2 (requests and responses), 12 (dialogs), 16 (proxies), 18.3 (framing),
// 20.14 (Content-Length), 25.1 (grammar).
package codec
