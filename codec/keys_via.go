package codec

import (
	"bytes"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/value"
)

// What a transaction key takes of a Via, and of a Via and a CSeq that are
// malformed elsewhere (RFC 3261, 17.1.3: branch and method decide).

// hasCookie is [header.Via.HasMagicCookie] for a branch by itself.
func hasCookie(branch []byte) bool {
	const n = len(check.MagicCookie)
	return len(branch) > n && abnf.EqualFold(branch[:n], check.MagicCookie)
}

// brokenVia finds in a top Via that does not parse what identifies a transaction:
// sent-by and the first branch. Where sent-by is what is wrong, all that is in
// front of the parameters is taken for it: other messages of the transaction have
// copies of the same bytes.
func (m *Message) brokenVia() (sentBy []byte, port uint16, branch []byte) {
	b, _, err := m.find(header.IDVia)
	if err != nil || m.limits.Strictness != Lenient {
		return nil, 0, nil
	}
	b = b[:grammar.ValueEnd(grammar.ViaList, b, 0)]
	i := bytes.IndexByte(b, ';')
	if i < 0 {
		return nil, 0, nil
	}
	_, hi := abnf.TrimLWS(b, 0, i)
	sentBy = b[:hi]
	var v header.Via
	if _, err := v.Parse(sentBy); err == nil {
		sentBy, port = v.Host(), viaPort(&v)
	}
	for i < len(b) {
		lo := value.SkipLWS(b, i+1)
		for i++; i < len(b) && b[i] != ';'; i++ {
			if b[i] == '"' {
				if j, code := abnf.ConsumeQuoted(b, i); code == 0 {
					i = j - 1
				}
			}
		}
		var a value.Param
		n, code := value.ConsumeParam(b[:i], min(lo, i), &a)
		if code == 0 && value.SkipLWS(b[:i], n) == i && a.IsBranch(b) {
			return sentBy, port, a.Value(b)
		}
	}
	return nil, 0, nil
}

// brokenCSeq returns the method of a CSeq whose number is malformed, nil when the
// CSeq is not two words of which the second is a token.
func (m *Message) brokenCSeq() []byte {
	b, _, err := m.find(header.IDCSeq)
	if err != nil || m.limits.Strictness != Lenient {
		return nil
	}
	i := 0
	for i < len(b) && b[i] > ' ' {
		i++
	}
	lo := value.SkipLWS(b, i)
	if i == 0 || lo == i || !abnf.All(b[lo:], abnf.Token) {
		return nil
	}
	return b[lo:]
}

// maxKeyParams is the number of parameters of a Via whose order does not matter in
// a key. The bound keeps the cost of sorting them a constant.
const maxKeyParams = 32

// via adds the parts of a Via so that Vias that are equal by RFC 3261, 20.42 add
// the same: sent-protocol and sent-by, and the parameters in the order of their
// names.
func (s *keyWriter) via(v *header.Via) {
	s.lower(v.Protocol())
	s.lower(v.Version())
	s.lower(v.TransportBytes())
	s.lower(v.Host())
	s.number(uint32(viaPort(v)))
	var params [maxKeyParams]value.Param
	b, n := v.Params().Bytes(), 0
	var a value.Param
	for i := 0; a.Next(b, &i); n++ {
		if n == maxKeyParams {
			s.part(b) // too many: as received
			return
		}
		at := n
		for ; at > 0 && lessParam(b, &a, &params[at-1]); at-- {
			params[at] = params[at-1]
		}
		params[at] = a
	}
	s.number(uint32(n))
	for i := range params[:n] {
		p := &params[i]
		s.lower(p.Name(b))
		switch text := p.Value(b); {
		case text == nil:
			s.number(0)
		case len(text) > 0 && text[0] == '"':
			s.number(1)
			s.words(text)
		default:
			s.number(2)
			s.lower(text)
		}
	}
}

// lessParam orders parameters by name and then by value, without case.
func lessParam(b []byte, x, y *value.Param) bool {
	if c := compareFold(x.Name(b), y.Name(b)); c != 0 {
		return c < 0
	}
	return compareFold(x.Value(b), y.Value(b)) < 0
}

func compareFold(x, y []byte) int {
	for i := range min(len(x), len(y)) {
		if c := int(abnf.Lower(x[i])) - int(abnf.Lower(y[i])); c != 0 {
			return c
		}
	}
	return len(x) - len(y)
}

// lower is part for text whose case does not matter (RFC 3261, 7.3.1).
func (s *keyWriter) lower(b []byte) {
	s.number(uint32(len(b)))
	if !s.hashing {
		for _, c := range b {
			s.dst = append(s.dst, abnf.Lower(c))
		}
		return
	}
	for len(b) > 0 {
		var word [8]byte
		n := min(len(word), len(b))
		for i := range n {
			word[i] = abnf.Lower(b[i])
		}
		s.mix(abnf.Load64(word[:]))
		b = b[n:]
	}
}

// words is part for a quoted string, in which a fold counts as one space (RFC
// 3261, 7.3.1), as does all whitespace.
func (s *keyWriter) words(b []byte) {
	for i := 0; i < len(b); {
		lo := i
		for i < len(b) && b[i] > ' ' {
			i++
		}
		s.part(b[lo:i])
		next := value.SkipLWS(b, i)
		if next == i && i < len(b) {
			next++ // a control byte behind a backslash
		}
		i = next
	}
	s.number(^uint32(0)) // no part has this length
}
