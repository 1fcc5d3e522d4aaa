package sdp

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A Section is a part of a description: the session section, which comes
// first, or one media section from its m= line on (RFC 8866, 5). It may be
// copied, and is valid as long as the views of its Description are.
type Section struct {
	d      *Description
	lo, hi int // lines
}

// Session returns the session section.
func (d *Description) Session() Section { return Section{d, 0, d.sessionEnd()} }

// sessionEnd returns the number of the first line behind the session section.
func (d *Description) sessionEnd() int {
	if len(d.media) > 0 {
		return int(d.media[0])
	}
	return d.n
}

// section returns media section i, the session section for -1.
func (d *Description) section(i int) Section {
	if i < 0 {
		return d.Session()
	}
	s := Section{d, int(d.media[i]), d.n}
	if i+1 < len(d.media) {
		s.hi = int(d.media[i+1])
	}
	return s
}

// Lines ranges over the lines of the section, the m= line of media included.
func (s Section) Lines() iter.Seq[Line] {
	return func(yield func(Line) bool) { s.d.eachLine(s.lo, s.hi, yield) }
}

// Value returns the value of the first line of a type, such as 's'.
func (s Section) Value(typ byte) (value []byte, ok bool) {
	i := s.d.lineOf(typ, s.lo, s.hi)
	if i < 0 {
		return nil, false
	}
	return s.d.value(i), true
}

// Attribute returns the value of the first attribute with the name, which is
// compared exactly (RFC 8866, 5.13). The value is nil for one without ":".
func (s Section) Attribute(name string) (value []byte, ok bool) {
	i, lo := s.attribute(name, s.lo)
	if i < 0 {
		return nil, false
	}
	return s.attributeValue(i, lo), true
}

// attributeValue returns what is behind the name of the attribute of line i,
// which ends at offset lo.
func (s Section) attributeValue(i, lo int) []byte {
	_, hi := s.d.bounds(i)
	if lo == hi {
		return nil
	}
	return s.d.b[lo+1 : hi : hi]
}

// attribute returns the line of the first attribute with the name at line i or
// behind, and the offset behind the name, or -1.
func (s Section) attribute(name string, i int) (line, end int) {
	d := s.d
	for ; i < s.hi; i++ {
		// The name ends inside the line, or what is compared holds its CR or LF,
		// which are in no name.
		lo := int(d.ends[i] + 1)
		end := lo + 2 + len(name)
		if end > len(d.b) || d.b[lo] != 'a' || string(d.b[lo+2:end]) != name {
			continue
		}
		if end == len(d.b) || d.b[end] == ':' || d.b[end] == '\r' || d.b[end] == '\n' {
			return i, end
		}
	}
	return -1, 0
}

// Has reports whether there is an attribute with the name.
func (s Section) Has(name string) bool {
	i, _ := s.attribute(name, s.lo)
	return i >= 0
}

// All ranges over the values of the attributes with the name.
func (s Section) All(name string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { s.eachNamed(name, yield) }
}

func (s Section) eachNamed(name string, yield func([]byte) bool) {
	for i := s.lo; ; i++ {
		line, lo := s.attribute(name, i)
		if line < 0 || !yield(s.attributeValue(line, lo)) {
			return
		}
		i = line
	}
}

// Attributes ranges over names and values of all attributes in order. The
// value of one without ":" is nil.
func (s Section) Attributes() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { s.eachAttribute(yield) }
}

func (s Section) eachAttribute(yield func(name, value []byte) bool) {
	for i := s.lo; i < s.hi; i++ {
		lo, hi := s.d.bounds(i)
		if s.d.b[lo] != 'a' {
			continue
		}
		name, value := cutAttribute(s.d.b[lo+2 : hi : hi])
		if !yield(name, value) {
			return
		}
	}
}

// cutAttribute parts the value of an a= line.
func cutAttribute(b []byte) (name, value []byte) {
	for i, c := range b {
		if c == ':' {
			return b[:i:i], b[i+1:]
		}
	}
	return b, nil
}

// Bandwidths ranges over the b= lines: the type, such as "AS", and what is
// behind its ":" (RFC 8866, 5.8).
func (s Section) Bandwidths() iter.Seq2[[]byte, []byte] {
	return func(yield func(typ, value []byte) bool) { s.eachBandwidth(yield) }
}

func (s Section) eachBandwidth(yield func(typ, value []byte) bool) {
	for i := s.lo; i < s.hi; i++ {
		if s.d.b[s.d.ends[i]+1] == 'b' && !yield(cutAttribute(s.d.value(i))) {
			return
		}
	}
}

// Bandwidth returns the bandwidth of a type, in the unit of the type: kilobits
// a second for AS and CT (RFC 8866, 5.8), bits for RS, RR (RFC 3556) and TIAS
// (RFC 3890). ErrMissing when there is none.
func (s Section) Bandwidth(typ string) (uint64, error) {
	for i := s.lo; i < s.hi; i++ {
		if s.d.b[s.d.ends[i]+1] != 'b' {
			continue
		}
		name, value := cutAttribute(s.d.value(i))
		if string(name) != typ {
			continue
		}
		n, j, code := abnf.ConsumeUint(value, 0, 1<<63)
		if code == 0 && j != len(value) {
			code = sipwire.ErrTrailing
		}
		if code != 0 {
			return 0, s.d.fail(code, i, s.d.offset(i)+2+len(name)+1+j)
		}
		return n, nil
	}
	return 0, s.d.missing('b', s.lo)
}

// connection returns the number of the c= line of the section, or -1.
func (s Section) connection() int {
	// The first c= line at s.lo or behind.
	conns := s.d.conns
	lo, hi := 0, len(conns)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); int(conns[mid]) < s.lo {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(conns) && int(conns[lo]) < s.hi {
		return int(conns[lo])
	}
	return -1
}

// Connection returns the c= line of the section itself, ErrMissing when it has
// none. [Media.Connection] looks in the session section as well.
func (s Section) Connection() (Connection, error) {
	return s.d.connectionOf(s.connection(), s.lo)
}
