// Package codec reads SIP messages and changes them.
//
// [Message] is the index of one message. A single pass finds the start line,
// every header field and the body; a value is read when it is asked for.
// [Parser] sets limits and strictness.
//
//	m := codec.Acquire()
//	defer codec.Release(m)
//	if err := m.Parse(datagram); err != nil {
//		return err
//	}
//	via, err := m.TopVia()
//	if err != nil {
//		return err
//	}
//	fmt.Printf("%s from %s\n", m.Value(header.IDCallID), via.Host())
//
//	// Output:
//	// 7f000001-2b3c@192.0.2.17 from client.example.com
//
// Typed values ([Message.TopVia], [Message.From], [Message.CSeq] and so on)
// are read on the first call and kept, each with its own error: a malformed
// header field does not spoil the message. [Message.Read] reads any other
// header with a view of package header. [Message.AppendTransactionKey] and
// [Message.AppendDialogID] say what a message belongs to, [Message.NextHop] and
// [Route] where it goes.
//
// A datagram and a WebSocket message (RFC 7118, 5) are one message each: Parse
// takes them whole. [Stream] cuts TCP and TLS into messages, and
// [StreamWriter] gathers messages into one write.
//
// [Edit] changes a message that was parsed. Changes are collected in any order
// and written in one go; all other bytes are written as received. What a caller
// puts in is checked: CR, LF and NUL are ErrInjection everywhere, other control
// bytes ErrControl, and where a token, a host or a URI is expected it has to be
// one. After an error nothing is written. Packages compose and stamp make messages.
//
// # Who owns the bytes
//
// A Message points into the bytes it was given. They are never copied and
// never written to; the caller must not change them as long as the Message, or
// any slice or typed value that it returned, is in use. All of these are valid
// until the Message is parsed into again, reset or released. [Message.Clone]
// makes a copy that stays.
//
// # Errors
//
// Every error of this package is a [sipwire.Code]: one byte, without an
// allocation, and valid for ever and in every goroutine, also after Release.
// Compare with errors.Is(err, sipwire.ErrBodyShort). Where it happened is asked
// of what failed: [Message.Fault], [Edit.Fault] and [Stream.Fault] give a
// [Fault] with code, header and byte offset. Errors of a caller's own reader or
// function are returned as they are.
//
// # What is missing
//
// A typed value that is missing is ErrMissing, missing bytes are nil, an index
// is -1, and a number without an error is returned with ok, which is false.
//
// # Limits and hostile input
//
// No input makes Parse panic, read outside the slice, allocate in proportion
// to a number in the message, or take more than linear time. The limits of
// [Parser] are checked before anything grows. A Message prints as its start
// line, Call-ID and CSeq, with control bytes escaped.
//
// Sections of RFC 3261: 7 (messages), 7.3.1 (header fields, folding), 12
// (dialogs), 16 (proxies), 17 (transactions), 18.3 (framing), 20.14
// (Content-Length), 25.1 (grammar).
package codec
