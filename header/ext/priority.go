package ext

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// ResourcePriority is a view of one value of Resource-Priority and
// Accept-Resource-Priority (RFC 4412, 3: namespace "." r-priority). The zero
// ResourcePriority is invalid. It may be copied freely. It and everything it
// returns are valid as long as the bytes it was parsed from are.
type ResourcePriority struct {
	b   []byte
	dot int
}

// Parse reads b, the whole of which must be one value. Neither part of it may hold
// a ".". Without an error n is len(b). With one n is the offset of the byte that
// is wrong, the error is a sipwire.Code and v is invalid.
func (v *ResourcePriority) Parse(b []byte) (n int, err error) {
	*v = ResourcePriority{}
	lo, dot, hi, n, code := value.ParsePriority(b)
	if code != 0 {
		return n, code
	}
	v.b, v.dot = b[lo:hi:hi], dot-lo
	return n, nil
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v ResourcePriority) IsValid() bool { return len(v.b) > 0 }

// Bytes returns the whole value, such as "wps.0".
func (v ResourcePriority) Bytes() []byte { return v.b }

// AppendTo appends the value as received.
func (v ResourcePriority) AppendTo(dst []byte) []byte { return append(dst, v.b...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v ResourcePriority) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v ResourcePriority) String() string { return string(v.AppendTo(nil)) }

// Namespace returns the part before the dot, such as "wps".
func (v ResourcePriority) Namespace() []byte { return v.b[:v.dot:v.dot] }

// Priority returns the part after the dot, such as "0". The namespace defines its
// order (RFC 4412, 10).
func (v ResourcePriority) Priority() []byte {
	if !v.IsValid() {
		return nil
	}
	return v.b[v.dot+1:]
}

// Is compares the whole value with s, without case (RFC 4412, 3.1).
func (v ResourcePriority) Is(s string) bool { return abnf.EqualFold(v.b, s) }
