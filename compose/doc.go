// Package compose makes SIP messages: the response to a request, the requests
// that follow from messages at hand, and messages from nothing.
//
//   - [AppendReply] makes the response to a request (RFC 3261, 8.2.6);
//   - [AppendACK] and [AppendCancel] make the requests in the transaction of an
//     INVITE (17.1.1.3, 9.1);
//   - [Dialog] with [AppendRequest], [AppendACK2xx] and [AppendPRACK] makes the
//     requests within a dialog (12.2.1.1, 13.2.2.4; RFC 3262, 4);
//   - [Authenticator] makes a request again that was challenged (22.2);
//   - [Builder] makes any message, field by field;
//   - [AppendBranch], [AppendTag] and [AppendCallID] make identifiers.
//
// All of them append to a buffer of the caller and allocate nothing when it
// has room:
//
//	func trying(dst, datagram []byte) ([]byte, error) {
//		m := codec.Acquire()
//		defer codec.Release(m)
//		if err := m.Parse(datagram); err != nil {
//			return dst, err
//		}
//		return compose.AppendReply(dst, m, &compose.Reply{Status: 100})
//	}
//
// What a caller puts in is checked, so that no value can end its header field
// and begin another one: CR, LF and NUL are ErrInjection. After an error dst is
// returned as it was.
//
// Every error is a [sipwire.Code]. The functions that take messages note where
// it happened in the message concerned, which [codec.Message.Fault] gives; a
// Builder has [Builder.Fault].
//
// The messages and slices that are given are read during the call and not
// kept, but for the body of a Builder and what a Dialog points to.
package compose
