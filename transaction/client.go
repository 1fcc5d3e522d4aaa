package transaction

import (
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// Request begins a client transaction (RFC 3261, 17.1): it sends a request to
// an address, and again until there is a response. user comes back with its
// events. b may be used again when Request returns.
//
// The request has to have a top Via of its own with a branch that begins with
// the magic cookie; the same branch again is ErrState, as is an ACK, which is
// sent without a transaction. A message that does not parse has its own error,
// and one beyond the limits ErrLimit.
func (l *Layer) Request(b []byte, to Addr, user uint64, now time.Duration) (Handle, error) {
	l.clock(now)
	return l.parseRequest(b, to, user, 0)
}

// parseRequest is Request with flags.
func (l *Layer) parseRequest(b []byte, to Addr, user uint64, f flags) (Handle, error) {
	if err := l.work.Parse(b); err != nil {
		return 0, codeOf(err)
	}
	if !begins(&l.work) {
		return 0, sipwire.ErrState
	}
	i, code := l.start(&l.work, to, user, f)
	if code != 0 {
		return 0, code
	}
	return l.handle(i), nil
}

// codeOf returns an error of codec or compose as what it is.
func codeOf(err error) sipwire.Code {
	code, _ := err.(sipwire.Code)
	return code
}

// start is Request with a parsed message.
func (l *Layer) start(m *codec.Message, to Addr, user uint64, f flags) (uint32, sipwire.Code) {
	via, err := m.TopVia()
	if err != nil {
		return 0, codeOf(err)
	}
	if !via.HasMagicCookie() {
		return 0, sipwire.ErrParam
	}
	if l.key, err = m.AppendTransactionKey(append(l.key[:0], clientSide)); err != nil {
		return 0, codeOf(err)
	}
	return l.startKeyed(m.Bytes(), m.Method(), to, user, f)
}

// startKeyed begins the client transaction of a request b whose key is l.key.
func (l *Layer) startKeyed(b []byte, method header.Method, to Addr, user uint64, f flags) (uint32, sipwire.Code) {
	hash := l.hash(l.key)
	if _, t := l.find(hash); t != nil {
		return 0, sipwire.ErrState
	}
	if method == header.MethodINVITE {
		f |= isInvite
	}
	if to.Transport.IsReliable() {
		f |= isReliable
	}
	i, t, code := l.begin(hash, len(l.key), b, f)
	if code != 0 {
		return 0, code
	}
	l.stats.Clients++
	l.pack(&t.peer, &to)
	t.user, t.method = user, method
	t.state = Trying
	if f&isInvite != 0 {
		t.state = Calling
	}
	t.until = l.now + l.times.end // timers B and F
	if f&isReliable == 0 {
		t.interval = l.times.t1 // timers A and E
		t.again = l.now + t.interval
	}
	l.arm(i, t)
	l.send(i, t, b)
	return i, 0
}

// Cancel cancels an INVITE client transaction (RFC 3261, 9.1). The CANCEL is
// made and sent here, and its response absorbed: at once when the INVITE has
// had a provisional response, else when that comes. To cancel again does
// nothing. With a final response already, or for another method, it is
// ErrState. The INVITE may be answered with a 2xx all the same.
func (l *Layer) Cancel(h Handle, now time.Duration) error {
	l.clock(now)
	i, t := l.lookup(h)
	switch {
	case t == nil || t.state == Terminated:
		return sipwire.ErrStale
	case t.is(isServer) || !t.is(isInvite) || t.state != Calling && t.state != Proceeding:
		return sipwire.ErrState
	case t.is(cancelled):
		return nil
	case t.state == Calling:
		t.flags |= cancelling
		return nil
	}
	return l.sendCancel(i, t).Err()
}

// TransportError says that what was sent for a transaction could not be (RFC
// 3261, 17.1.4 and 17.2.4). A client transaction that waits for a response to
// what it sends ends, with an event; so does one that cannot send its ACK. A
// server transaction goes on (RFC 6026, 8.8), with an event when its response
// may be lost. All else, a stale handle too, is an event of kind [None].
func (l *Layer) TransportError(h Handle, now time.Duration) (ev Event) {
	l.clock(now)
	i, t := l.lookup(h)
	if t == nil || t.state == Terminated {
		return Event{}
	}
	switch t.state {
	case Calling, Trying, Completed:
	case Proceeding:
		if !t.is(isServer) && t.is(isInvite) {
			return Event{} // it sends nothing
		}
	case Accepted:
		if !t.is(isServer) {
			return Event{}
		}
	default:
		return Event{}
	}
	if !t.is(isServer) {
		if t.state == Completed && !t.is(isInvite) {
			return Event{} // it sends nothing any more
		}
		t.state, t.again, t.until = Terminated, 0, l.now
		l.arm(i, t)
	}
	l.stats.TransportErrors++
	l.event(&ev, i, t, TransportError)
	return ev
}
