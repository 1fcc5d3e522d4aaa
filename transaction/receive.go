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
func (l *Layer) Receive(m *codec.Message, from Addr, now time.Duration) Event {
	l.clock(now)
	if err := m.Err(); err != nil {
		return l.malformed(m, err)
	}
	if m.IsResponse() {
		return l.response(m)
	}
	return l.request(m, from)
}

func (l *Layer) malformed(m *codec.Message, err error) Event {
	l.stats.Malformed++
	return Event{Kind: Malformed, Code: codeOf(err), Method: m.Method(), Status: m.Status()}
}

func (l *Layer) request(m *codec.Message, from Addr) Event {
	method := m.Method()
	var err error
	if l.key, err = m.AppendTransactionKey(append(l.key[:0], serverSide)); err != nil {
		return l.malformed(m, err)
	}
	hash := l.hash(l.key)
	i, t := l.find(hash)
	if t != nil && method != header.MethodACK {
		return l.repeated(i, t)
	}
	cseq, err := m.CSeq()
	if err != nil {
		return l.malformed(m, err)
	}
	if string(cseq.MethodBytes()) != string(m.MethodBytes()) { // RFC 3261, 8.1.1.5
		l.stats.Malformed++
		return Event{Kind: Malformed, Code: sipwire.ErrMethod, Method: method}
	}
	switch method {
	case header.MethodACK:
		return l.ack(i, t, m)
	case header.MethodCANCEL:
		return l.cancel(hash, m, from)
	}
	_, ev := l.accept(hash, m, from, 0)
	return ev
}

// accept makes a server transaction of a request that is new. One that cannot be
// answered gets none, as it would never end.
func (l *Layer) accept(hash uint64, m *codec.Message, from Addr, f flags) (uint32, Event) {
	via, err := replyFields(m)
	if err != nil {
		return 0, l.malformed(m, err)
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
	at := l.pack(from)
	peer := at
	if !isBack(via, from) {
		peer = l.pack(sentBy(via, from))
	}
	source := uint32(0)
	if l.config.MaxSource > 0 {
		if source = l.addSource(&at); source == 0 {
			return 0, l.refuse(m, from, sipwire.ErrLimit)
		}
	}
	i, t, code := l.begin(hash, mergeAt, m.Bytes(), f)
	if code != 0 {
		l.dropSource(source)
		return 0, l.refuse(m, from, code)
	}
	l.stats.Servers++
	t.peer, t.from, t.source = peer, at, source
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
	ev := l.event(i, t, Request)
	if merged {
		l.stats.Merged++
		ev.Merged = true
	}
	if t.method == header.MethodPRACK && !l.config.NoMerge {
		ev.Invite = l.prack(m)
	}
	return i, ev
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
func (l *Layer) repeated(i uint32, t *tx) Event {
	l.stats.Duplicates++
	switch t.state {
	case Proceeding, Completed:
		l.sendAgain(i, t, t.resp, t.respLen)
	}
	return Event{}
}

// ack is an ACK, for the INVITE transaction t if it is not nil.
func (l *Layer) ack(i uint32, t *tx, m *codec.Message) Event {
	if t != nil && !l.acknowledges(m, t) {
		t = nil
	}
	if t == nil {
		l.stats.StrayACKs++
		return Event{Kind: Ack, Method: header.MethodACK}
	}
	switch t.state {
	case Accepted:
		ev := l.event(i, t, Ack)
		ev.Method = header.MethodACK
		return ev
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
	return Event{}
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
func (l *Layer) cancel(hash uint64, m *codec.Message, from Addr) Event {
	own := len(l.key)
	key, err := m.AppendCanceledKey(append(l.key, serverSide))
	if err != nil {
		return l.malformed(m, err)
	}
	l.key = key[own:]
	i, t := l.find(l.hash(l.key))
	l.key = key[:own]
	if t == nil {
		l.stats.StrayCancels++
		_, ev := l.accept(hash, m, from, 0)
		return ev
	}
	h := l.handle(i)
	c, ev := l.accept(hash, m, from, internal)
	if ev.Kind != None {
		return ev // refused or malformed
	}
	// The responses to both have the same To tag (RFC 3261, 9.2).
	var buf [64]byte
	r := compose.Reply{Status: 200, Tag: l.replyTag(buf[:0], t)}
	_ = l.Reply(l.handle(c), m, &r, l.wall()) // a request that was accepted can be answered
	if t.state != Proceeding {
		l.stats.Late++
		return Event{}
	}
	if t.is(cancelled) {
		return Event{}
	}
	t.flags |= cancelled
	ev = l.event(i, t, Cancelled)
	if !l.config.Keep487 {
		r := compose.Reply{Status: 487, Tag: l.replyTag(buf[:0], t)}
		_ = l.Reply(h, nil, &r, l.wall())
	}
	return ev
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
