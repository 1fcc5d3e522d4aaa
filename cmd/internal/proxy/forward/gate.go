package forward

import (
	"strconv"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// A Verdict says what an overloaded proxy does with a request.
type Verdict uint8

const (
	Admit  Verdict = iota // forward it
	Refuse                // answer it with 503
	Limit                 // drop it, since its source sends too much
)

// Cause is what a request counts as that is dropped for the verdict.
func (v Verdict) Cause() Cause {
	if v == Limit {
		return SourceLimit
	}
	return Overload
}

// A Gate decides which requests are forwarded. Each Forwarder has its own.
type Gate interface {
	// Admit decides about a request that was parsed. For Refuse, retry is the
	// Retry-After in seconds. It keeps nothing of m.
	Admit(m *codec.Message, src Source) (v Verdict, retry int)
}

// pass asks the Gate. When a request is not ok, r is its end.
func (f *Forwarder) pass(r *Result, dst []byte, m *codec.Message, src Source) (ok bool) {
	v, retry := f.config.Gate.Admit(m, src)
	switch {
	case v == Admit:
		return true
	case v == Limit || !m.IsAnswerable():
		r.Drop(v.Cause())
	default:
		f.Refuse(r, dst, m, src, retry)
	}
	return false
}

// Refuse answers a request with 503 and a Retry-After in
// seconds. Nothing is kept of it: a repeat is answered anew, and its ACK is
// absorbed. What becomes of it is written to r, which is empty.
func (f *Forwarder) Refuse(r *Result, dst []byte, m *codec.Message, src Source, retry int) {
	f.list = strconv.AppendInt(f.list[:0], int64(max(retry, 1)), 10)
	f.fields[0] = compose.HeaderField{ID: header.IDRetryAfter, Value: f.list}
	f.write(r, dst, m, src, &compose.Reply{Status: 503, Fields: f.fields[:]})
}
