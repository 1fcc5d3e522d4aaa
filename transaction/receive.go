package transaction

import (
	"encoding/binary"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// Receive takes a message that came from an address, parsed, whether with an
// error or not. It says in an [Event] what the caller has to do; the message is
// the caller's again then.
func (l *Layer) Receive(m *codec.Message, from Addr, now time.Duration) (ev Event) {
	l.clock(now)
	switch err := m.Err(); {
	case err != nil:
		l.malformed(&ev, m, err)
	case m.IsResponse():
		l.response(&ev, m)
	default:
		l.request(&ev, m, &from)
	}
	return ev
}

// An Event is written once, to where it stays, and is empty before: a copy of one just
// written waits for the writing.

func (l *Layer) malformed(ev *Event, m *codec.Message, err error) {
	l.stats.Malformed++
	ev.Kind, ev.Code, ev.Method, ev.Status = Malformed, codeOf(err), m.Method(), m.Status()
}

func (l *Layer) request(ev *Event, m *codec.Message, from *Addr) {
	method := m.Method()
	var err error
	if l.key, err = m.AppendTransactionKey(append(l.key[:0], serverSide)); err != nil {
		l.malformed(ev, m, err)
		return
	}
	hash := l.hash(l.key)
	i, t := l.find(hash)
	if t != nil && method != header.MethodACK {
		l.repeated(i, t)
		return
	}
	cseq, err := m.CSeq()
	if err != nil {
		l.malformed(ev, m, err)
		return
	}
	if string(cseq.MethodBytes()) != string(m.MethodBytes()) { // RFC 3261, 8.1.1.5
		l.stats.Malformed++
		ev.Kind, ev.Code, ev.Method = Malformed, sipwire.ErrMethod, method
		return
	}
	switch method {
	case header.MethodACK:
		l.ack(ev, i, t, m)
	case header.MethodCANCEL:
		l.cancel(ev, hash, m, from)
	default:
		l.accept(ev, hash, m, from, 0)
	}
}

// accept makes a server transaction of a request that is new. One that cannot be
// answered gets none, as it would never end.
func (l *Layer) accept(ev *Event, hash uint64, m *codec.Message, from *Addr, f flags) (i uint32) {
	via, err := replyFields(m)
	if err != nil {
		l.malformed(ev, m, err)
		return 0
	}
	mergeAt := len(l.key)
	f |= isServer
	if m.Method() == header.MethodINVITE {
		f |= isInvite
	}
	if m.InDialog() {
		f |= hasToTag
	}
	if from.Transport.IsReliable() {
		f |= isReliable
	}
	merge, merged := uint64(0), false
	if !l.config.NoMerge && (f&isInvite != 0 || f&(hasToTag|internal) == 0) {
		cseq, _ := m.CSeq() // the caller has read it
		l.appendMerge(m, cseq.Number(), cseq.MethodBytes())
		merge = l.hash(l.key[mergeAt:])
		f |= inMerge
		merged = f&hasToTag == 0 && l.isMerged(merge, l.key[mergeAt:])
	}
	source := uint32(0)
	if l.config.MaxSource > 0 {
		var at packed
		l.pack(&at, from)
		if source = l.addSource(&at); source == 0 {
			l.refuse(ev, m, from, sipwire.ErrLimit)
			return 0
		}
	}
	i, t, code := l.begin(hash, mergeAt, m.Bytes(), f)
	if code != 0 {
		l.dropSource(source)
		l.refuse(ev, m, from, code)
		return 0
	}
	l.stats.Servers++
	l.pack(&t.from, from)
	if isBack(via, from) {
		l.pack(&t.peer, from)
	} else {
		peer := sentBy(via, from)
		l.pack(&t.peer, &peer)
	}
	t.source = source
	t.method, t.tag = m.Method(), l.random.Uint64()
	if f&inMerge != 0 {
		l.byMerge.Add(i, merge)
	}
	if f&isInvite != 0 {
		t.state = Proceeding
		if l.times.trying >= 0 {
			t.again = l.now + l.times.trying
		}
		if l.times.answer > 0 {
			t.limit = l.now + l.times.answer
		}
		l.waitC(t)
	} else {
		t.state = Trying
		t.until = l.now + l.times.end
		t.again = l.now + l.times.slow
	}
	l.arm(i, t)
	l.event(ev, i, t, Request)
	if merged {
		l.stats.Merged++
		ev.Merged = true
	}
	if t.method == header.MethodPRACK && !l.config.NoMerge {
		ev.Invite = l.prack(m)
	}
	return i
}

// replyFields fails when a header is missing or malformed that a response takes from
// its request, CSeq aside, and returns the top Via. A Call-ID need not follow the
// grammar.
func replyFields(m *codec.Message) (via *header.Via, err error) {
	if via, err = m.TopVia(); err != nil { // its key may have been found all the same
		return nil, err
	}
	if _, err = m.From(); err != nil {
		return nil, err
	}
	if _, err = m.To(); err != nil {
		return nil, err
	}
	if callID, err := m.CallID(); len(callID) == 0 {
		return nil, err
	}
	return via, nil
}

// repeated is a request that has come before (RFC 3261, 17.2.1 and 17.2.2).
func (l *Layer) repeated(i uint32, t *tx) {
	l.stats.Duplicates++
	switch t.state {
	case Proceeding, Completed:
		l.sendAgain(i, t, t.resp, t.respLen)
	}
}

// ack is an ACK, for the INVITE transaction t if it is not nil.
func (l *Layer) ack(ev *Event, i uint32, t *tx, m *codec.Message) {
	if t != nil && !l.acknowledges(m, t) {
		t = nil
	}
	if t == nil {
		l.stats.StrayACKs++
		ev.Kind, ev.Method = Ack, header.MethodACK
		return
	}
	switch t.state {
	case Accepted:
		l.event(ev, i, t, Ack)
		ev.Method = header.MethodACK
	case Completed: // RFC 3261, 17.2.1: timer I
		t.state, t.again, t.until = Confirmed, 0, l.now
		if !t.is(isReliable) {
			t.until = l.now + l.times.t4
		}
		l.drop(&t.resp, &t.respLen)
		l.arm(i, t)
	case Confirmed:
		l.stats.Duplicates++
	default:
		l.stats.Late++
	}
}

// acknowledges reports whether an ACK without the magic cookie has the To tag
// of the response (RFC 3261, 17.2.3). With it, the branch has said so.
func (l *Layer) acknowledges(m *codec.Message, t *tx) bool {
	via, err := m.TopVia()
	if err != nil || via.HasMagicCookie() || t.resp == 0 {
		return err == nil
	}
	got, err := m.To()
	want, ok := l.sentTag(t)
	return err == nil && ok && string(got.Tag()) == string(want)
}

// cancel is a CANCEL that has not come before (RFC 3261, 9.2).
func (l *Layer) cancel(ev *Event, hash uint64, m *codec.Message, from *Addr) {
	own := len(l.key)
	key, err := m.AppendCanceledKey(append(l.key, serverSide))
	if err != nil {
		l.malformed(ev, m, err)
		return
	}
	l.key = key[own:]
	i, t := l.find(l.hash(l.key))
	l.key = key[:own]
	if t == nil {
		l.stats.StrayCancels++
		l.accept(ev, hash, m, from, 0)
		return
	}
	h := l.handle(i)
	c := l.accept(ev, hash, m, from, internal)
	if ev.Kind != None {
		return // refused or malformed
	}
	// The responses to both have the same To tag (RFC 3261, 9.2).
	var buf [64]byte
	r := compose.Reply{Status: 200, Tag: l.replyTag(buf[:0], t)}
	_ = l.Reply(l.handle(c), m, &r, l.wall()) // a request that was accepted can be answered
	if t.state != Proceeding {
		l.stats.Late++
		return
	}
	if t.is(cancelled) {
		return
	}
	t.flags |= cancelled
	l.event(ev, i, t, Cancelled)
	if !l.config.Keep487 {
		r := compose.Reply{Status: 487, Tag: l.replyTag(buf[:0], t)}
		_ = l.Reply(h, nil, &r, l.wall())
	}
}

func (l *Layer) wall() time.Duration { return time.Duration(l.now) * time.Millisecond }

// appendMerge appends to l.key what two requests have in common that came
// by two ways (RFC 3261, 8.2.2.2): From tag, Call-ID and CSeq. A PRACK names
// its INVITE by the same values. m has passed replyFields.
func (l *Layer) appendMerge(m *codec.Message, number uint32, method []byte) {
	from, _ := m.From()
	callID, _ := m.CallID()
	k := binary.BigEndian.AppendUint32(l.key, number)
	for _, part := range [...][]byte{method, from.Tag(), callID} {
		k = append(binary.BigEndian.AppendUint32(k, uint32(len(part))), part...)
	}
	l.key = k
}

// isMerged reports whether a request with this key, and without a To tag, has
// a transaction already.
func (l *Layer) isMerged(hash uint64, key []byte) bool {
	for i, ok := l.byMerge.First(hash); ok; i, ok = l.byMerge.Next(i) {
		if t := l.txs.At(i); !t.is(hasToTag) && string(l.mergeKey(t)) == string(key) {
			return true
		}
	}
	return false
}

func (l *Layer) mergeKey(t *tx) []byte {
	return l.bytes(t.key, t.keyLen)[t.mergeAt:]
}
