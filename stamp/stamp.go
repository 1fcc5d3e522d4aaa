package stamp

import (
	"bytes"
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/wire"
)

// A Stamp writes the messages of a [Template]. It holds the values of the
// variables, which stay from one message to the next until they are set again;
// what was not set and the template says how to fill in is new in each
// message. The zero Stamp is ready for [Stamp.Begin]. Each goroutine needs one
// of its own; it must not be copied. It allocates nothing once its values have
// grown.
//
// [Stamp.Fault] says where an error happened.
type Stamp struct {
	_ wire.NoCopy

	t     *Template
	vals  []stampValue
	fault codec.Fault // of the call that failed last
}

type stampValue struct {
	b     []byte
	code  sipwire.Code // why it cannot be written
	auto  bool         // it is filled in
	ready bool         // it is filled in for the next message
	ids   wire.IDSet   // of the lines it holds, those that may be given only once

	next, step uint32 // of a counter
}

// Begin takes the template and forgets the values of the one before. Counters
// begin at 1.
func (s *Stamp) Begin(t *Template) {
	if n := len(t.vars); n <= cap(s.vals) {
		s.vals = s.vals[:n]
	} else {
		s.vals = append(s.vals[:cap(s.vals)], make([]stampValue, n-cap(s.vals))...)
	}
	for i := range s.vals {
		val := &s.vals[i]
		if val.b == nil {
			val.b = make([]byte, 0, 2*putBlock) // put reads so much of it
		}
		*val = stampValue{b: val.b[:0], next: 1, step: 1}
		val.unset(t.vars[i].kind)
	}
	s.t, s.fault = t, codec.Fault{}
	if t.fault.Code != 0 {
		s.t = nil
	}
}

// Fault says where the most recent call since Begin that failed did. The Offset
// is that of the variable in the text of the template.
func (s *Stamp) Fault() codec.Fault { return s.fault }

// unset makes the value be filled in or missed.
func (val *stampValue) unset(k varKind) {
	val.auto, val.ready, val.code, val.ids = k.isFilledIn(), false, 0, wire.IDSet{}
	if !k.isFilledIn() {
		val.code = sipwire.ErrMissing
	}
}

// value returns the value of a variable of the template, nil for another one.
func (s *Stamp) value(v Var) *stampValue {
	if s.t == nil || v.t != s.t.id || v.n <= 0 || int(v.n) > len(s.vals) {
		s.fault = codec.Fault{Code: sipwire.ErrState}
		return nil
	}
	return &s.vals[v.n-1]
}

// fail records the error of variable i.
func (s *Stamp) fail(code sipwire.Code, i int) error {
	v := &s.t.vars[i]
	s.fault = codec.Fault{Code: code, Header: v.id(), Offset: v.offset}
	return s.fault.Code
}

// Set gives the variable a value, which is copied. One that is not allowed
// where the variable does, as [Template] says, is an error, and until the
// variable is set to a better one AppendTo returns it too. A Var that is not
// of the template is ErrState.
func (s *Stamp) Set(v Var, value []byte) error {
	val := s.value(v)
	if val == nil {
		return s.fault.Code
	}
	i := int(v.n - 1)
	val.auto, val.ids = false, wire.IDSet{}
	if s.t.vars[i].lines {
		val.code = s.setLines(i, value)
	} else {
		// The copy is checked, not value, which else would have to be on the
		// heap.
		val.b = append(val.b[:0], value...)
		val.code = s.t.vars[i].check(val.b, false)
	}
	if val.code != 0 {
		val.ids = wire.IDSet{}
		return s.fail(val.code, i)
	}
	return nil
}

// SetString is Set with the value as a string.
func (s *Stamp) SetString(v Var, value string) error { return s.Set(v, abnf.Bytes(value)) }

// setLines gives variable i the header fields of value.
func (s *Stamp) setLines(i int, value []byte) sipwire.Code {
	val := &s.vals[i]
	val.b = val.b[:0]
	for len(value) > 0 {
		line, rest, _ := bytes.Cut(value, []byte("\r\n"))
		value = rest
		if code := check.Text(line); code != 0 {
			return code
		}
		colon := bytes.IndexByte(line, ':')
		if colon < 0 {
			return sipwire.ErrColon
		}
		name := bytes.TrimRight(line[:colon], " \t")
		if check.Token(name) != 0 {
			return sipwire.ErrHeaderName
		}
		id := header.Lookup(name)
		if id == header.IDContentLength {
			return sipwire.ErrState
		}
		if id.IsSingle() {
			if s.has(id) {
				return sipwire.ErrHeaderTwice
			}
			val.ids.Add(id)
		}
		from := len(val.b)
		val.b = append(val.b, line...)
		if id != header.IDOther {
			if _, err := id.Check(val.b[from+colon+1:]); err != nil {
				code, _ := err.(sipwire.Code)
				return code
			}
		}
		val.b = append(val.b, "\r\n"...)
	}
	return 0
}

// has reports whether the header, which may be given only once, is in the
// template or in the lines of a variable.
func (s *Stamp) has(id header.ID) bool {
	if s.t.single.Has(id) {
		return true
	}
	for i := range s.vals {
		if s.vals[i].ids.Has(id) {
			return true
		}
	}
	return false
}

// SetCounter makes the counter begin at start, with the next message, and grow
// by step with each one after it. It stays below 2^31, as CSeq must (RFC 3261,
// 8.1.1.5), and goes on from 0 behind that. With another step and start in
// each goroutine, their numbers are different. A variable that is no counter
// is ErrState.
func (s *Stamp) SetCounter(v Var, start, step uint32) error {
	val := s.value(v)
	if val == nil {
		return s.fault.Code
	}
	i := int(v.n - 1)
	if s.t.vars[i].kind != kindCounter {
		return s.fail(sipwire.ErrState, i)
	}
	val.unset(kindCounter)
	val.next, val.step = start&check.MaxCSeq, step
	return nil
}

// Unset forgets what the variable was set to: it is filled in again, or has to
// be set.
func (s *Stamp) Unset(v Var) error {
	val := s.value(v)
	if val == nil {
		return s.fault.Code
	}
	val.unset(s.t.vars[v.n-1].kind)
	return nil
}

// Value returns the value of the variable: what it was set to, or what it was
// filled in with in the last message, which the ACK, the BYE and whatever
// belongs to that message may have to repeat. It is nil when there is none, and
// valid until the next call of Set, Size, AppendTo or Begin.
func (s *Stamp) Value(v Var) []byte {
	val := s.value(v)
	if val == nil || val.code != 0 || len(val.b) == 0 {
		return nil
	}
	return val.b[:len(val.b):len(val.b)]
}

// generate fills variable i in.
func (s *Stamp) generate(i int) {
	val := &s.vals[i]
	switch s.t.vars[i].kind {
	case kindBranch:
		val.b = compose.AppendBranch(val.b[:0])
	case kindTag:
		val.b = compose.AppendTag(val.b[:0])
	case kindCallID:
		val.b, _ = compose.AppendCallID(val.b[:0], nil)
	case kindCounter:
		val.b = abnf.AppendUint(val.b[:0], uint64(val.next))
		val.next = (val.next + val.step) & check.MaxCSeq
	}
}

// fill makes every value ready for the next message. Calls before the message
// is written do it once.
func (s *Stamp) fill() error {
	if s.t == nil {
		s.fault = codec.Fault{Code: sipwire.ErrState}
		return s.fault.Code
	}
	for i := range s.vals {
		if val := &s.vals[i]; val.code != 0 {
			return s.fail(val.code, i)
		}
	}
	for i := range s.vals {
		if val := &s.vals[i]; val.auto && !val.ready {
			s.generate(i)
			val.ready = true
		}
	}
	return nil
}

// Size returns the length in bytes of what AppendTo appends next, 0 when it
// returns an error. It fills in what the next message is filled in with.
func (s *Stamp) Size() int {
	if s.fill() != nil {
		return 0
	}
	n, _ := s.size()
	return n
}

// size returns the length of the message and that of its body.
func (s *Stamp) size() (all, body int) {
	t := s.t
	all, body = t.literal-t.fixed, t.fixed
	for i := range s.vals {
		v, n := &t.vars[i], len(s.vals[i].b)
		all += int(v.inHead) * n
		body += int(v.inBody) * n
	}
	all += body
	if t.varies() {
		all += wire.Digits(body)
	}
	return all, body
}

// varies reports whether the length of the body does.
func (t *Template) varies() bool { return len(t.segs) > t.body && t.segs[t.body].v >= 0 }

// putBlock is the length that put copies at once. Behind text and behind the
// values there is room for it.
const putBlock = 32

// put copies src to dst[n:], where it must fit, and returns the index behind
// it. Most of what is stamped is short: a block of fixed length is copied
// faster than as many bytes as there are, by a quarter of the whole stamp, and
// what is too much is written over by what follows, up to the end of the
// message and not beyond.
func put(dst []byte, n int, src []byte) int {
	if len(src) <= putBlock && len(dst)-n >= putBlock {
		wire.Copy32((*[putBlock]byte)(dst[n:]), (*[putBlock]byte)(src[:putBlock]))
		return n + len(src)
	}
	return n + copy(dst[n:], src)
}

// AppendTo appends the next message to dst; with room for it nothing is
// allocated. A variable that has to be set and was not is ErrMissing, and one
// that was last set to what does not fit is that error; dst is as it was then.
func (s *Stamp) AppendTo(dst []byte) ([]byte, error) {
	if err := s.fill(); err != nil {
		return dst, err
	}
	t := s.t
	all, body := s.size()
	n := len(dst)
	dst = slices.Grow(dst, all)[:n+all]
	for i := range t.segs {
		seg := &t.segs[i]
		n = put(dst, n, t.text[seg.lo:seg.hi])
		switch {
		case seg.v >= 0:
			n = put(dst, n, s.vals[seg.v].b)
		case seg.v == segLength:
			n = len(abnf.AppendUint(dst[:n], uint64(body)))
		}
	}
	for i := range s.vals {
		s.vals[i].ready = false
	}
	return dst, nil
}
