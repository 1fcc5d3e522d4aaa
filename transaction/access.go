package transaction

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// What a transaction is, asked by its handle. Of a stale one there is nothing.

// State returns the state, Terminated when the handle is stale.
func (l *Layer) State(h Handle) State {
	_, t := l.lookup(h)
	if t == nil {
		return Terminated
	}
	return t.state
}

// Status returns the status code of the last response, sent or received, 0
// when there is none.
func (l *Layer) Status(h Handle) int {
	_, t := l.lookup(h)
	if t == nil {
		return 0
	}
	return int(t.status)
}

// Peer returns where the messages of a transaction go.
func (l *Layer) Peer(h Handle) (Addr, bool) {
	_, t := l.lookup(h)
	if t == nil {
		return Addr{}, false
	}
	return l.unpack(&t.peer), true
}

// Source returns where the request of a server transaction came from.
func (l *Layer) Source(h Handle) (Addr, bool) {
	_, t := l.lookup(h)
	if t == nil || !t.is(isServer) {
		return Addr{}, false
	}
	return l.unpack(&t.from), true
}

// Sent returns the client transaction that has sent a request, 0 when there is
// none. Of m only the start line and the top Via are used: it may be the beginning
// of a request that an ICMP error quotes, whatever its parsing said of the rest.
func (l *Layer) Sent(m *codec.Message) Handle {
	if !m.IsRequest() {
		return 0
	}
	var err error
	if l.key, err = m.AppendTransactionKey(append(l.key[:0], clientSide)); err != nil {
		return 0
	}
	i, t := l.find(l.hash(l.key))
	if t == nil {
		return 0
	}
	return l.handle(i)
}

// Begins reports whether [Layer.Receive] would make a transaction of m, a request
// that was parsed without an error, unless it finds m [Malformed]: m has none yet, is
// no ACK, and no CANCEL of a transaction that is here. An element that refuses some of
// its requests saves the work with it, and lets what is sent again pass.
func (l *Layer) Begins(m *codec.Message) bool {
	if !m.IsRequest() || m.Method() == header.MethodACK {
		return false
	}
	var err error
	if l.key, err = m.AppendTransactionKey(append(l.key[:0], serverSide)); err != nil {
		return false
	}
	if _, t := l.find(l.hash(l.key)); t != nil {
		return false
	}
	if m.Method() != header.MethodCANCEL {
		return true
	}
	if l.key, err = m.AppendCanceledKey(append(l.key[:0], serverSide)); err != nil {
		return false
	}
	_, t := l.find(l.hash(l.key))
	return t == nil
}

// RequestBytes returns the request of a transaction, until its final response;
// that of a client transaction whose method makes a dialog until its end, but
// for a rejected INVITE and for what [Layer.Forward] has sent. Otherwise, and for
// a stale handle, it is nil. The bytes are valid until the next call.
func (l *Layer) RequestBytes(h Handle) []byte {
	_, t := l.lookup(h)
	if t == nil {
		return nil
	}
	return l.bytes(t.req, t.reqLen)
}

// ResponseBytes returns the last response of a server transaction, nil when
// there is none, or when it is a 2xx to an INVITE that was given to [Layer.Relay].
// The bytes are valid until the next call.
func (l *Layer) ResponseBytes(h Handle) []byte {
	_, t := l.lookup(h)
	if t == nil || !t.is(isServer) || t.is(toOnly) {
		return nil
	}
	return l.bytes(t.resp, t.respLen)
}

// AppendTag appends the tag that [Layer.Reply] puts into To, nothing for a
// stale handle.
func (l *Layer) AppendTag(dst []byte, h Handle) []byte {
	_, t := l.lookup(h)
	if t == nil {
		return dst
	}
	return appendTag(dst, t.tag)
}

// SetUser gives a server transaction the value that comes with its events.
func (l *Layer) SetUser(h Handle, user uint64) {
	if _, t := l.lookup(h); t != nil {
		t.user = user
	}
}

// Forget ends a transaction at once, without an event or a message: a repeat
// of its request is a new one.
func (l *Layer) Forget(h Handle) {
	if i, t := l.lookup(h); t != nil {
		pending := l.pending
		l.end(i, t)
		l.pending = pending
	}
}
