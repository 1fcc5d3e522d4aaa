package transaction

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/arena"
)

// Reliable provisional responses (RFC 3262, 3). The first one must be
// acknowledged before there is another; later ones may wait for their PRACKs
// together. The last one is the response of the transaction, those before it
// are in a list, oldest first. One timer repeats all that wait.

// maxWaiting bounds the reliable responses that wait for their PRACKs.
const maxWaiting = 8

type reliable struct {
	rseq, next uint32 // next is an index plus one
	resp       arena.Ref
	respLen    uint32
}

// mayWait reports whether there may be another reliable response now.
func (l *Layer) mayWait(t *tx) bool {
	if !t.is(unacked) {
		return true
	}
	n := 1
	for at := t.older; at != 0; n++ {
		at = l.reliable.At(at - 1).next
	}
	return t.is(firstAcked) && n < maxWaiting
}

// waits reports whether the reliable response with an RSeq waits for its PRACK.
func (l *Layer) waits(t *tx, rseq uint32) bool {
	if !t.is(unacked) {
		return false
	}
	if t.is(lastWaits) && t.rseq == rseq {
		return true
	}
	for at := t.older; at != 0; {
		r := l.reliable.At(at - 1)
		if r.rseq == rseq {
			return true
		}
		at = r.next
	}
	return false
}

// keepOlder moves the last response to the end of the list.
func (l *Layer) keepOlder(t *tx) {
	k, r := l.reliable.Take()
	r.rseq, r.resp, r.respLen = t.rseq, t.resp, t.respLen
	t.resp, t.respLen = 0, 0
	link := &t.older
	for *link != 0 {
		link = &l.reliable.At(*link - 1).next
	}
	*link = k + 1
}

// repeatOlder sends the list again.
func (l *Layer) repeatOlder(i uint32, t *tx) {
	for at := t.older; at != 0; {
		r := l.reliable.At(at - 1)
		l.sendAgain(i, t, r.resp, r.respLen)
		at = r.next
	}
}

// repeatNoMore is for a final response: the PRACKs may come all the same.
func (l *Layer) repeatNoMore(t *tx) {
	t.flags &^= unacked
	for at := t.older; at != 0; {
		r := l.reliable.At(at - 1)
		l.drop(&r.resp, &r.respLen)
		at = r.next
	}
}

func (l *Layer) dropOlder(t *tx) {
	for t.older != 0 {
		at := t.older - 1
		r := l.reliable.At(at)
		t.older = r.next
		l.free(r.resp)
		l.reliable.Free(at)
	}
}

// prack finds the INVITE whose reliable response a PRACK acknowledges, and
// ends the repeats of that.
func (l *Layer) prack(m *codec.Message) Handle {
	var rack header.RAck
	if m.Read(header.IDRAck, rack.Parse) != nil {
		return 0
	}
	cseq := rack.CSeq()
	l.key = l.key[:0]
	l.appendMerge(m, cseq.Number(), cseq.MethodBytes())
	hash := l.hash(l.key)
	for i, ok := l.byMerge.First(hash); ok; i, ok = l.byMerge.Next(i) {
		t := l.txs.At(i)
		if t.rseq == 0 || string(l.mergeKey(t)) != string(l.key) || !l.acknowledged(t, m, rack.RSeq()) {
			continue
		}
		if !t.is(unacked) {
			return l.handle(i) // a final response has ended the repeats before
		}
		t.flags |= firstAcked
		if t.is(lastWaits) || t.older != 0 {
			t.until = l.now + l.times.end // the client is there
		} else {
			t.flags &^= unacked
			t.again, t.until = 0, 0
			l.waitC(t)
		}
		l.arm(i, t)
		return l.handle(i)
	}
	return 0
}

// acknowledged reports whether a PRACK is for a reliable response that waits for
// it, which does not wait any more then.
func (l *Layer) acknowledged(t *tx, m *codec.Message, rseq uint32) bool {
	if t.is(lastWaits) && t.rseq == rseq {
		// The bytes are those of the final response when there is one.
		if t.is(unacked) && !l.fits(m, t.resp, t.respLen) {
			return false
		}
		t.flags &^= lastWaits
		return true
	}
	for link := &t.older; *link != 0; {
		at := *link - 1
		r := l.reliable.At(at)
		if r.rseq != rseq || !l.fits(m, r.resp, r.respLen) {
			link = &r.next
			continue
		}
		*link = r.next
		l.free(r.resp)
		l.reliable.Free(at)
		return true
	}
	return false
}

// fits reports whether a PRACK is in the dialog of a response; of one that is
// not kept, it is.
func (l *Layer) fits(m *codec.Message, ref arena.Ref, n uint32) bool {
	return ref == 0 || l.work.Parse(l.bytes(ref, n)) != nil || m.Acknowledges(&l.work)
}
