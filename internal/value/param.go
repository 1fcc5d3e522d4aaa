package value

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Param is one parameter, as offsets into the bytes it was read from.
// Without "=" ValueLo is -1.
type Param struct{ NameLo, NameHi, ValueLo, ValueHi int }

// Name returns the name.
func (a *Param) Name(b []byte) []byte { return b[a.NameLo:a.NameHi:a.NameHi] }

// Value returns the value, nil without "=".
func (a *Param) Value(b []byte) []byte {
	if a.ValueLo < 0 {
		return nil
	}
	return b[a.ValueLo:a.ValueHi:a.ValueHi]
}

// Is compares the name, without case, with one in lower case.
func (a *Param) Is(b []byte, name string) bool {
	return a.NameHi-a.NameLo == len(name) && abnf.EqualFold(b[a.NameLo:a.NameHi], name)
}

// IsTag is [Param.Is] for "tag", which every message has, as is [Param.IsBranch].
// A name is made of token characters. Setting bit 5 makes a small letter out of
// nothing but a letter there.
func (a *Param) IsTag(b []byte) bool {
	return a.NameHi-a.NameLo == 3 && uint32(b[a.NameLo])|uint32(b[a.NameLo+1])<<8|uint32(b[a.NameLo+2])<<16|0x202020 == 't'|'a'<<8|'g'<<16
}

// IsBranch reports whether the name is "branch".
func (a *Param) IsBranch(b []byte) bool {
	if a.NameHi-a.NameLo != 6 {
		return false
	}
	name := b[a.NameLo:a.NameHi]
	return abnf.Load32(name)|0x20202020 == 'b'|'r'<<8|'a'<<16|'n'<<24 && abnf.Load32(name[2:])|0x20202020 == 'a'|'n'<<8|'c'<<16|'h'<<24
}

// Next reads the parameter at *i of a list that has been read before, with or
// without the ";" in front of it, and moves *i behind it. It reports false at
// the end of the list.
func (a *Param) Next(b []byte, i *int) bool {
	j := SkipLWS(b, *i)
	if j < len(b) && b[j] == ';' {
		j = SkipLWS(b, j+1)
	}
	if j >= len(b) {
		return false
	}
	j, code := ConsumeParam(b, j, a)
	*i = j
	return code == 0
}

// ConsumeParams reads *( SEMI generic-param ) at i, up to the end of b or a
// comma outside quotes. hi is the index behind the last parameter, n that of
// the comma or len(b); a ";" with nothing behind it may be between them; with a code, n is the index of the byte that is wrong.
func ConsumeParams(b []byte, i int) (hi, n int, code sipwire.Code) {
	var a Param
	for {
		hi = i
		if i = SkipLWS(b, i); i >= len(b) || b[i] == ',' {
			return hi, i, 0
		}
		if b[i] != ';' {
			return i, i, sipwire.ErrParam
		}
		if i = SkipLWS(b, i+1); AtValueEnd(b, i) {
			return hi, i, 0
		}
		if i, code = ConsumeParam(b, i, &a); code != 0 {
			return i, i, code
		}
	}
}

// AtValueEnd reports whether a value ends at i, the index behind a ";" and the
// whitespace after it. Such a ";" is tolerated and belongs to nothing: whoever
// adds a parameter does so in front of it.
func AtValueEnd(b []byte, i int) bool { return i >= len(b) || b[i] == ',' }

// ConsumeParam reads generic-param at i, the first byte of its name, and
// returns the index behind it. There must be a name: an empty parameter is an
// error (RFC 4475, 3.1.2.1).
func ConsumeParam(b []byte, i int, a *Param) (int, sipwire.Code) {
	j := Span(b, i, Token)
	if j == i {
		return i, sipwire.ErrParam
	}
	a.NameLo, a.NameHi, a.ValueLo, a.ValueHi = i, j, -1, -1
	if i = SkipLWS(b, j); i >= len(b) || b[i] != '=' {
		return j, 0
	}
	j = i + 1
	i = SkipLWS(b, j)
	switch {
	case i < len(b) && b[i] == '"':
		var code sipwire.Code
		if j, code = abnf.ConsumeQuoted(b, i); code != 0 {
			return j, code
		}
	case i < len(b) && chars[b[i]]&Unquoted != 0:
		j = Span(b, i+1, Unquoted)
	default:
		i = j
	}
	a.ValueLo, a.ValueHi = i, j
	return j, 0
}

// Keep stores the extent of the value in p.
func (a *Param) Keep(p *Part) {
	if *p = NoValue; a.ValueLo >= 0 {
		*p = MakePart(a.ValueLo, a.ValueHi)
	}
}

// ConsumeRest reads *( SEMI generic-param ) from i up to the end of b.
func ConsumeRest(b []byte, i int, p *Part) (int, sipwire.Code) {
	if j := SkipLWS(b, i); j < len(b) && b[j] != ';' {
		return j, sipwire.ErrTrailing
	}
	hi, n, code := ConsumeParams(b, i)
	if code == 0 && n < len(b) {
		code = sipwire.ErrTrailing // a comma
	}
	if code == 0 {
		*p = MakePart(i, hi)
	}
	return n, code
}

// FindParam returns where the first parameter with the name is in a list that
// has been read before, from its name to the end of its value.
func FindParam(list []byte, name string) (lo, hi int, ok bool) {
	var a Param
	for i := 0; a.Next(list, &i); {
		if a.Is(list, name) {
			return a.NameLo, max(a.NameHi, a.ValueHi), true
		}
	}
	return 0, 0, false
}
