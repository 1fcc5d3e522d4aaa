// Package compact rewrites whole messages without changing what they say:
// [Append] turns header names into their long or compact form and joins or
// splits lists, and [Fit] shrinks a message until it fits a datagram.
//
//	out, report, err := compact.Fit(buf[:0], m, 280)
//	switch {
//	case err == sipwire.ErrNoRoom:
//		// Send m over TCP (RFC 3261, 18.1.1).
//	case err == nil:
//		fmt.Printf("%d bytes made %d: %v\n", report.Before, report.After, report.Steps)
//	}
//	// Output: 313 bytes made 274: compact names, spaces trimmed
//
// What may be done is what RFC 3261 calls equivalent: the compact form of a
// name (7.3.3), whitespace around the colon, folded lines, and the values of
// a list on one line or on several (7.3.1). No header and no value is left
// out or changed otherwise, the values of one header keep their order, and
// the body is copied as it is, so that Content-Length stays right.
//
// # Lists
//
// Only fields of headers that are lists by their grammar are joined and split
// ([header.ID.IsSplit]); WWW-Authenticate, Authorization, Proxy-Authenticate
// and Proxy-Authorization are none (7.3.1), nor is a header outside the
// table. A field whose commas cannot be trusted stays as received, and no
// value of its header moves across it: one with an empty element, nothing in
// it, an unclosed quote or bracket, a parenthesis outside of both, or a
// control byte that is not part of a fold. So does a Contact of "*".
//
// Joining moves the values of a header up to its first field. The order of
// different headers does not matter (7.3.1).
//
// # Who owns the bytes
//
// The result is appended to the caller's buffer, which must not overlap the
// message; neither the buffer nor the message is kept. The message and its
// bytes are only read. With room for the result in the buffer nothing is
// allocated, errors included. The time is linear in the bytes read and
// written.
//
// # Limits
//
// Splitting writes the name again for each value: the result may have more
// header fields, and joining may make a longer one, than the [codec.Parser]
// allows that took the message in. Fit never makes anything longer but a
// joined field, which is still shorter than the message.
//
// Values come from the message, where nothing in them ends a line but what
// folds. None is put anywhere but behind a colon or a comma, and a CR at the
// end of one is not brought next to an LF: no value can become a header field
// of its own.
package compact
