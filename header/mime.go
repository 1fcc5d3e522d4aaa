package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// MIMEVersion is the value of MIME-Version (RFC 3261, 20.24: 1*DIGIT "."
// 1*DIGIT), the only header of the class [Version]. Numbers above 2**32-1 are
// an error.
type MIMEVersion struct{ Major, Minor uint32 }

// Parse reads b, the whole of which must be one version. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is zero.
func (v *MIMEVersion) Parse(b []byte) (n int, err error) {
	*v = MIMEVersion{}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	major, i, code := abnf.ConsumeUint(b, lo, 1<<32-1)
	if code == sipwire.ErrRange {
		return lo, code
	}
	if code != 0 {
		return i, code
	}
	if i == len(b) || b[i] != '.' {
		return i, sipwire.ErrValue
	}
	lo = i + 1
	minor, i, code := abnf.ConsumeUint(b, lo, 1<<32-1)
	if code == sipwire.ErrRange {
		return lo, code
	}
	if code == 0 {
		i, code = atEnd(b, i, 0)
	}
	if code != 0 {
		return i, code
	}
	*v = MIMEVersion{uint32(major), uint32(minor)}
	return i, nil
}

// AppendTo appends the version.
func (v MIMEVersion) AppendTo(dst []byte) []byte {
	dst = append(abnf.AppendUint(dst, uint64(v.Major)), '.')
	return abnf.AppendUint(dst, uint64(v.Minor))
}

// ContentID is a view of the value of Content-ID (RFC 8262, 3.1; RFC 5322,
// 3.6.4: msg-id), the only header of the class [MsgID]. A "cid:" URI refers to
// it (RFC 2392). The zero ContentID is invalid; a ContentID is valid as long
// as the bytes it was parsed from are.
type ContentID struct{ b []byte }

// Parse reads b, the whole of which must be one msg-id in "<>". Without an
// error n is len(b), with one the offset of the byte that is wrong; the error
// is a [Code] and v is invalid.
func (v *ContentID) Parse(b []byte) (n int, err error) {
	*v = ContentID{}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	if b[lo] != '<' {
		return lo, sipwire.ErrAngle
	}
	i, code := consumeDotAtom(b, lo+1)
	if code != 0 {
		return i, code
	}
	if i == len(b) || b[i] != '@' {
		return i, sipwire.ErrValue
	}
	if i++; i < len(b) && b[i] == '[' {
		i, code = consumeLiteral(b, i)
	} else {
		i, code = consumeDotAtom(b, i)
	}
	if code != 0 {
		return i, code
	}
	if i == len(b) || b[i] != '>' {
		return i, sipwire.ErrAngle
	}
	hi := i + 1
	if i, code = atEnd(b, hi, 0); code != 0 {
		return i, code
	}
	v.b = b[lo:hi:hi]
	return i, nil
}

// consumeDotAtom reads dot-atom-text: 1*atext *( "." 1*atext ).
func consumeDotAtom(b []byte, i int) (int, sipwire.Code) {
	for {
		j := i
		for j < len(b) && atext[b[j]] {
			j++
		}
		if j == i {
			return i, sipwire.ErrValue
		}
		if j == len(b) || b[j] != '.' {
			return j, 0
		}
		i = j + 1
	}
}

// consumeLiteral reads no-fold-literal: "[" *dtext "]".
func consumeLiteral(b []byte, i int) (int, sipwire.Code) {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == ']':
			return i + 1, 0
		case c <= ' ' || c >= 0x7f || c == '[' || c == '\\':
			return i, sipwire.ErrValue
		}
	}
	return i, sipwire.ErrValue
}

var atext = func() (t [256]bool) {
	for i := range t {
		t[i] = abnf.Is(byte(i), abnf.Alpha|abnf.Digit)
	}
	for _, c := range "!#$%&'*+-/=?^_`{|}~" {
		t[c] = true
	}
	return t
}()

// IsValid reports whether v holds a value that was parsed without an error.
func (v ContentID) IsValid() bool { return len(v.b) > 0 }

// Bytes returns the whole value with its brackets.
func (v ContentID) Bytes() []byte { return v.b }

// AppendTo appends the value with its brackets.
func (v ContentID) AppendTo(dst []byte) []byte { return append(dst, v.b...) }

// ID returns what stands in the brackets, as a "cid:" URI names it but for the
// escapes of the URI.
func (v ContentID) ID() []byte {
	if len(v.b) == 0 {
		return nil
	}
	return v.b[1 : len(v.b)-1 : len(v.b)-1]
}
