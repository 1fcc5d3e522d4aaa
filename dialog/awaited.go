package dialog

import (
	"hash/maphash"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// The NOTIFY of a subscription may overtake the 2xx to its SUBSCRIBE, or come
// from another branch of a fork, and makes the dialog then (RFC 6665, 4.4.1).
// So a SUBSCRIBE or REFER that was sent is kept for timer N, 64*T1, under a key
// that no message has.

// awaitKey makes l.key that of a SUBSCRIBE.
func (l *Layer) awaitKey(callID, local []byte) uint64 {
	l.setKey(callID, local, nil)
	l.key = append(l.key, "NOTIFY"...)
	return maphash.Bytes(l.seed, l.key)
}

// await keeps what l.invite says, a request that was just sent.
func (l *Layer) await(user uint64) {
	from, err1 := l.invite.From()
	callID, _ := l.invite.CallID()
	cseq, err2 := l.invite.CSeq()
	if err1 != nil || err2 != nil || callID == nil || l.invite.InDialog() {
		return
	}
	hash := l.awaitKey(callID, from.Tag())
	if _, d := l.find(hash); d != nil {
		d.localSeq = cseq.Number() // again, say with credentials
		return
	}
	i, d, code := l.begin(hash, user&^ofDialog, 0)
	if code != 0 {
		return // without room, a NOTIFY that comes first gets a 481
	}
	l.stats.Begun-- // it is none yet
	d.flags |= awaited
	d.state, d.localSeq = Early, cseq.Number()
	d.early = l.ms() + 64*l.t1
	l.arm(i, d)
}

// awaitNoMore forgets a SUBSCRIBE that was rejected.
func (l *Layer) awaitNoMore(m *codec.Message) {
	from, err := m.From()
	callID, _ := m.CallID()
	if err != nil || callID == nil {
		return
	}
	if i, d := l.find(l.awaitKey(callID, from.Tag())); d != nil {
		l.end(i, d)
	}
}

// notifiedFirst makes the dialog of a NOTIFY that belongs to none, if it was
// awaited.
func (l *Layer) notifiedFirst(m *codec.Message, from transaction.Addr) (uint32, *dialog) {
	to, err := m.To()
	callID, _ := m.CallID()
	if err != nil || callID == nil {
		return 0, nil
	}
	_, sent := l.find(l.awaitKey(callID, to.Tag()))
	if sent == nil {
		return 0, nil
	}
	hash, _ := l.keyOf(m) // the caller has seen that it has one
	i, d, code := l.begin(hash, sent.user, 0)
	if code != 0 {
		return 0, nil
	}
	if l.remember(d, m, nil) != nil {
		l.end(i, d)
		return 0, nil
	}
	d.flags |= isUAC
	d.state, d.localSeq = Confirmed, sent.localSeq
	d.setAddr(l, from)
	// Until the NOTIFY is looked at, which says how long it lasts.
	l.subscribe(i, d, l.eventOf(m.Value(header.IDEvent)), 0, true)
	return i, d
}
