package ext

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/value"
)

// ContentID is a view of the value of Content-ID (RFC 8262, 3.1; RFC 5322, 3.6.4:
// msg-id). A "cid:" URI refers to it (RFC 2392). The zero ContentID is invalid. It
// and everything it returns are valid as long as the bytes it was parsed from are.
type ContentID struct{ b []byte }

// Parse reads b, the whole of which must be one msg-id in "<>". Without an
// error n is len(b). With one n is the offset of the byte that is wrong, the error
// is a sipwire.Code and v is invalid.
func (v *ContentID) Parse(b []byte) (n int, err error) {
	*v = ContentID{}
	lo, hi, n, code := value.ParseMsgID(b)
	if code != 0 {
		return n, code
	}
	v.b = b[lo:hi:hi]
	return n, nil
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v ContentID) IsValid() bool { return len(v.b) > 0 }

// Bytes returns the whole value with its brackets.
func (v ContentID) Bytes() []byte { return v.b }

// AppendTo appends the value with its brackets.
func (v ContentID) AppendTo(dst []byte) []byte { return append(dst, v.b...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v ContentID) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v ContentID) String() string { return string(v.AppendTo(nil)) }

// ID returns what is in the brackets. A "cid:" URI has the same text, escaped.
func (v ContentID) ID() []byte {
	if len(v.b) == 0 {
		return nil
	}
	return v.b[1 : len(v.b)-1 : len(v.b)-1]
}
