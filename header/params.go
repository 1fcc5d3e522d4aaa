package header

import (
	"iter"
	"math"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// ParamList is a view of the parameters behind a value (RFC 3261, 25.1:
// *( SEMI generic-param )), whitespace and folds between them included. The
// zero ParamList has none. It may be copied freely; it and everything it
// returns are valid as long as the bytes it was parsed from are.
//
// The value of a parameter comes as it stands in the message, a quoted string
// with its quotes; [AppendUnquoted] takes them off. A parameter without "="
// has a nil value, one with nothing behind "=" an empty one that is not nil.
//
// Beyond the grammar, a value may be empty, and may hold the characters
// "=/?@&$#^{}|" without quotes, which are in daily use in tags, branches and
// the parameters of vendors. Names are tokens, and there must be one.
type ParamList struct{ b []byte }

// Parse reads b, the whole of which must be parameters without ";" before the
// first one, as in P-Charging-Vector (RFC 7315, 5.6). Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a
// [Code] and p is empty.
func (p *ParamList) Parse(b []byte) (n int, err error) {
	*p = ParamList{}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	var a param
	n, code := consumeParam(b, lo, &a)
	if code != 0 {
		return n, code
	}
	hi, n, code := consumeParams(b, n)
	if code == 0 && n < len(b) {
		code = sipwire.ErrParam
	}
	if code != 0 {
		return n, code
	}
	p.b = b[lo:hi:hi]
	return n, nil
}

// Bytes returns the parameters as they came, from the first ";" on.
func (p ParamList) Bytes() []byte { return p.b }

// IsEmpty reports whether there are no parameters.
func (p ParamList) IsEmpty() bool { return len(p.b) == 0 }

// All ranges over names and values in their order.
func (p ParamList) All() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { eachParam(p.b, yield) }
}

func eachParam(b []byte, yield func(name, value []byte) bool) {
	var a param
	for i := 0; a.next(b, &i); {
		if !yield(a.name(b), a.value(b)) {
			return
		}
	}
}

// Get returns the value of the first parameter with the name, which is
// compared without case (RFC 3261, 7.3.1). The value is nil when the
// parameter has no "=".
func (p ParamList) Get(name string) (value []byte, ok bool) {
	var a param
	for i := 0; a.next(p.b, &i); {
		if a.is(p.b, name) {
			return a.value(p.b), true
		}
	}
	return nil, false
}

// Has reports whether there is a parameter with the name.
func (p ParamList) Has(name string) bool { _, ok := p.Get(name); return ok }

// AppendUnquoted appends the text of a parameter's value or of a display
// name: a quoted string loses its quotes and the backslashes of its quoted
// pairs, and a fold in it becomes one space (RFC 3261, 25.1 and 7.3.1).
// Everything else is appended as it is.
//
// A quoted pair may stand for any byte but CR and LF, NUL included.
func AppendUnquoted(dst, value []byte) []byte { return abnf.AppendUnquoted(dst, value) }

// A param is one parameter, as offsets into the bytes it was read from.
// Without "=" valueLo is -1.
type param struct{ nameLo, nameHi, valueLo, valueHi int }

func (a *param) name(b []byte) []byte { return b[a.nameLo:a.nameHi:a.nameHi] }

func (a *param) value(b []byte) []byte {
	if a.valueLo < 0 {
		return nil
	}
	return b[a.valueLo:a.valueHi:a.valueHi]
}

// is compares the name, without case, with one in lower case.
func (a *param) is(b []byte, name string) bool {
	return a.nameHi-a.nameLo == len(name) && abnf.EqualFold(b[a.nameLo:a.nameHi], name)
}

// isTag and isBranch are is for the names that every message has. A name is of
// token characters, of which setting bit 5 makes a small letter out of letters
// alone.

func (a *param) isTag(b []byte) bool {
	return a.nameHi-a.nameLo == 3 && uint32(b[a.nameLo])|uint32(b[a.nameLo+1])<<8|uint32(b[a.nameLo+2])<<16|0x202020 == 't'|'a'<<8|'g'<<16
}

func (a *param) isBranch(b []byte) bool {
	if a.nameHi-a.nameLo != 6 {
		return false
	}
	name := b[a.nameLo:a.nameHi]
	return abnf.Load32(name)|0x20202020 == 'b'|'r'<<8|'a'<<16|'n'<<24 && abnf.Load32(name[2:])|0x20202020 == 'a'|'n'<<8|'c'<<16|'h'<<24
}

// next reads the parameter at *i of a list that has been read before, with or
// without the ";" in front of it, and moves *i behind it. It reports false at
// the end of the list.
func (a *param) next(b []byte, i *int) bool {
	j := skipLWS(b, *i)
	if j < len(b) && b[j] == ';' {
		j = skipLWS(b, j+1)
	}
	if j >= len(b) {
		return false
	}
	j, code := consumeParam(b, j, a)
	*i = j
	return code == 0
}

// consumeParams reads *( SEMI generic-param ) at i, up to the end of b or a
// comma outside quotes. hi is the index behind the last parameter, n that of
// the comma or len(b); with a code, n is the index of the byte that is wrong.
func consumeParams(b []byte, i int) (hi, n int, code sipwire.Code) {
	var a param
	for {
		hi = i
		if i = skipLWS(b, i); i >= len(b) || b[i] == ',' {
			return hi, i, 0
		}
		if b[i] != ';' {
			return i, i, sipwire.ErrParam
		}
		if i, code = consumeParam(b, skipLWS(b, i+1), &a); code != 0 {
			return i, i, code
		}
	}
}

// consumeParam reads generic-param at i, the first byte of its name, and
// returns the index behind it. There must be a name: an empty parameter is an
// error (RFC 4475, 3.1.2.1).
func consumeParam(b []byte, i int, a *param) (int, sipwire.Code) {
	j := span(b, i, inToken)
	if j == i {
		return i, sipwire.ErrParam
	}
	a.nameLo, a.nameHi, a.valueLo, a.valueHi = i, j, -1, -1
	if i = skipLWS(b, j); i >= len(b) || b[i] != '=' {
		return j, 0
	}
	j = i + 1
	i = skipLWS(b, j)
	switch {
	case i < len(b) && b[i] == '"':
		var code sipwire.Code
		if j, code = abnf.ConsumeQuoted(b, i); code != 0 {
			return j, code
		}
	case i < len(b) && chars[b[i]]&inValue != 0:
		j = span(b, i+1, inValue)
	default:
		i = j
	}
	a.valueLo, a.valueHi = i, j
	return j, 0
}

// The classes of bytes that the parsers of this package run through most.
const (
	inToken uint8 = 1 << iota // token
	inValue                   // what ParamList lets through as an unquoted value
)

var chars = func() (t [256]uint8) {
	for i := range t {
		if abnf.Is(byte(i), abnf.Token) {
			t[i] = inToken | inValue
		}
	}
	for _, c := range ":[]" + "=/?@&$#^{}|" { // host, and the extra ones
		t[c] |= inValue
	}
	return t
}()

// span returns the index of the first byte of b at or after i that is not in
// set, or len(b).
func span(b []byte, i int, set uint8) int {
	for i < len(b) && chars[b[i]]&set != 0 {
		i++
	}
	return i
}

// skipLWS is [abnf.SkipLWS] with the usual case, no whitespace, inlined.
func skipLWS(b []byte, i int) int {
	if i < len(b) && b[i] <= ' ' {
		return abnf.SkipLWS(b, i)
	}
	return i
}

// tooLong reports whether offsets into b do not fit the 32 bits that the
// values of this package keep them in.
func tooLong(b []byte) bool { return uint64(len(b)) > math.MaxUint32 }
