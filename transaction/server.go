package transaction

import (
	"math"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Reply answers a server transaction with a response made of its request, by
// [compose.AppendReply]. req is the request if the caller has it still parsed,
// else nil: the Layer has kept it. Of r, Source is set here, and Tag too when
// it is nil: one for each transaction, see [Layer.Tag]. r is not changed.
//
// Errors are those of [Layer.Respond], and those of AppendReply.
func (l *Layer) Reply(h Handle, req *codec.Message, r *compose.Reply, now time.Duration) error {
	return l.reply(h, req, r, now, false)
}

// ReplyReliably is Reply with a provisional response, above 100, that is
// repeated until its PRACK comes (RFC 3262, 3): Require and RSeq are set here.
// It is ErrState for what is no INVITE, as long as the first one waits for its
// PRACK, and with eight that wait. That the client supports 100rel is for the
// caller to know.
func (l *Layer) ReplyReliably(h Handle, req *codec.Message, r *compose.Reply, now time.Duration) error {
	return l.reply(h, req, r, now, true)
}

func (l *Layer) reply(h Handle, req *codec.Message, r *compose.Reply, now time.Duration, reliably bool) error {
	l.clock(now)
	i, t := l.lookup(h)
	if t == nil || t.state == Terminated {
		return sipwire.ErrStale
	}
	if err := l.allows(t, r.Status, reliably); err != nil {
		return err
	}
	if req == nil {
		if req = &l.work; req.Parse(l.RequestBytes(h)) != nil {
			return sipwire.ErrState
		}
	}
	var tag [16]byte
	full := *r
	full.Source = l.unpack(&t.from).IP
	if full.Tag == nil {
		full.Tag = appendTag(tag[:0], t.tag)
	}
	rseq := t.rseq
	if reliably {
		if rseq = (rseq + 1) & (1<<31 - 1); rseq <= 1 {
			rseq = uint32(l.random.Uint64())>>2 | 1
		}
		l.fields = append(l.fields[:0], r.Fields...)
		l.fields = append(l.fields, compose.HeaderField{ID: header.IDRequire, Value: option100rel},
			compose.HeaderField{ID: header.IDRSeq, Value: abnf.AppendUint(l.digits[:0], uint64(rseq))})
		full.Fields = l.fields
	}
	b, err := compose.AppendReply(l.made[:0], req, &full)
	if err != nil {
		return err
	}
	l.made = b
	l.respond(i, t, b, b, r.Status, rseq, reliably)
	return nil
}

var option100rel = []byte("100rel")

// Respond answers a server transaction with a response made elsewhere, say by
// an application. A provisional one with Require: 100rel and RSeq is repeated until
// its PRACK comes. b may be used again when Respond returns. What a proxy passes on
// is for [Layer.Relay].
//
// A handle that is stale is ErrStale. What the state does not allow is
// ErrState: a second final response, except that an INVITE may have any number
// of 2xx; for other requests a 408, and a provisional response other than a 100
// that comes late enough (RFC 4320, 4.1 and 4.2). What is no response is
// ErrStatus.
func (l *Layer) Respond(h Handle, b []byte, now time.Duration) error {
	l.clock(now)
	i, t := l.lookup(h)
	if t == nil || t.state == Terminated {
		return sipwire.ErrStale
	}
	status := statusOf(b)
	if status == 0 {
		return sipwire.ErrStatus
	}
	reliably, rseq := false, t.rseq
	if status > 100 && status < 200 && t.is(isInvite) && l.work.Parse(b) == nil && l.work.IsReliable() {
		n, _, err := header.ParseUint(l.work.Value(header.IDRSeq), math.MaxUint32)
		if err != nil {
			return err
		}
		reliably, rseq = true, uint32(n)
		if l.waits(t, rseq) { // again, by who has made it
			l.send(i, t, b)
			return nil
		}
	}
	if err := l.allows(t, status, reliably); err != nil {
		return err
	}
	l.respond(i, t, b, b, status, rseq, reliably)
	return nil
}

// statusOf returns the status code that b begins with, 0 if it is no response.
func statusOf(b []byte) int {
	const prefix = "SIP/2.0 "
	if len(b) < len(prefix)+3 || string(b[:len(prefix)]) != prefix {
		return 0
	}
	v, n, code := abnf.ConsumeUint(b[:len(prefix)+3], len(prefix), 699)
	if code != 0 || n != len(prefix)+3 || v < 100 {
		return 0
	}
	return int(v)
}

// allows reports whether a response may be sent now.
func (l *Layer) allows(t *tx, status int, reliably bool) error {
	switch {
	case !t.is(isServer) || status < 100 || status > 699:
		return sipwire.ErrState
	case reliably && (!t.is(isInvite) || status == 100 || status >= 200 || !l.mayWait(t)):
		return sipwire.ErrState
	case t.is(isInvite):
		if t.state == Proceeding || t.state == Accepted && status/100 == 2 {
			return nil
		}
		return sipwire.ErrState
	case t.state != Trying && t.state != Proceeding,
		status == 408,
		status > 100 && status < 200,
		status == 100 && !t.is(isReliable) && l.now < t.until-l.times.end+l.times.slow:
		return sipwire.ErrState
	}
	return nil
}

// respond sends a response b that is allowed, and keeps what is given: b or a part of
// it.
func (l *Layer) respond(i uint32, t *tx, b, keep []byte, status int, rseq uint32, reliably bool) {
	t.status = uint16(status)
	t.flags &^= toOnly
	switch {
	case !t.is(isInvite) && status < 200:
		t.state, t.again = Proceeding, 0
	case !t.is(isInvite):
		t.state, t.again, t.until = Completed, 0, l.now
		l.drop(&t.req, &t.reqLen)
		if !t.is(isReliable) {
			t.until += l.times.end // timer J
		}
	case status < 200:
		switch {
		case reliably:
			if !t.is(unacked) {
				t.until = l.now + l.times.end
			} else if t.is(lastWaits) {
				l.keepOlder(t)
			}
			t.rseq = rseq
			t.flags |= unacked | lastWaits
			t.interval = l.times.t1
			t.again = l.now + t.interval
		case !t.is(unacked):
			t.again = 0
			l.waitC(t)
		default:
			// The reliable one is what is repeated; this one is sent once.
			l.send(i, t, b)
			return
		}
	case status < 300:
		if t.state != Accepted {
			t.state, t.until = Accepted, l.now+l.times.end // timer L
			l.drop(&t.req, &t.reqLen)
		}
		l.repeatNoMore(t)
		t.again, t.limit = 0, 0
	default:
		t.state, t.again, t.limit, t.until = Completed, 0, 0, l.now+l.times.end // timer H
		l.repeatNoMore(t)
		l.drop(&t.req, &t.reqLen)
		if !t.is(isReliable) {
			t.interval = l.times.t1 // timer G
			t.again = l.now + t.interval
		}
	}
	if !(l.fresh == i+1 && t.state == Completed && l.keepFinal(t, keep)) {
		l.keep(&t.resp, &t.respLen, keep)
	}
	l.arm(i, t)
	l.send(i, t, b)
}

// Repeat sends the last response of a server transaction again. A dialog
// repeats a 2xx with it (RFC 3261, 13.3.1.4). It is ErrState for what has none, and
// for a 2xx to an INVITE that was given to [Layer.Relay].
func (l *Layer) Repeat(h Handle, now time.Duration) error {
	l.clock(now)
	i, t := l.lookup(h)
	if t == nil || t.state == Terminated {
		return sipwire.ErrStale
	}
	if !t.is(isServer) || t.resp == 0 || t.is(toOnly) {
		return sipwire.ErrState
	}
	l.sendAgain(i, t, t.resp, t.respLen)
	return nil
}

// appendTag appends a tag of 16 hexadecimal digits.
func appendTag(dst []byte, v uint64) []byte {
	for shift := 60; shift >= 0; shift -= 4 {
		dst = append(dst, "0123456789abcdef"[v>>shift&15])
	}
	return dst
}

// replyTag appends the To tag that the responses of t have had until now, that
// of Reply when there are none.
func (l *Layer) replyTag(dst []byte, t *tx) []byte {
	if t.resp != 0 && t.status > 100 {
		if tag, _ := l.sentTag(t); len(tag) > 0 {
			return append(dst, tag...)
		}
	}
	return appendTag(dst, t.tag)
}

// sentTag returns the To tag of the response that was sent last. It is not ok when it
// cannot be read.
func (l *Layer) sentTag(t *tx) (tag []byte, ok bool) {
	b := l.bytes(t.resp, t.respLen)
	if t.is(toOnly) {
		_, err := l.to.Parse(b)
		return l.to.Tag(), err == nil
	}
	if l.work.Parse(b) != nil {
		return nil, false
	}
	to, err := l.work.To()
	return to.Tag(), err == nil
}
