package multipart

import (
	"bytes"
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A Body is what can be written once its length is known: an edit of a session
// description, for one, or [Bytes].
type Body interface {
	// Len returns the number of bytes that AppendTo appends.
	Len() (int, error)
	// AppendTo appends the body to dst.
	AppendTo(dst []byte) ([]byte, error)
}

// A Replacement is a body in which the body of one part is another. All else
// is byte for byte as received, but for the Content-Length of the part, where
// it has one. It is a [Body] itself. The zero Replacement is ready for Set; one
// that is kept and used again costs no allocation.
type Replacement struct {
	part  Part
	from  Body
	bytes []byte
}

// Set makes r the body that p is a part of, with b as the new body of p. The
// part, what it points into, and b must stay as they are until the result is
// written.
func (r *Replacement) Set(p Part, b []byte) { *r = Replacement{part: p, bytes: b} }

// SetFrom is Set with a new body that is written when the result is.
func (r *Replacement) SetFrom(p Part, b Body) { *r = Replacement{part: p, from: b} }

// newLen returns the length of the new body of the part.
func (r *Replacement) newLen() (int, error) {
	if r.from == nil {
		return len(r.bytes), nil
	}
	return r.from.Len()
}

// Len returns the length of the whole body.
func (r *Replacement) Len() (int, error) {
	n, err := r.newLen()
	if err != nil {
		return 0, err
	}
	p := &r.part
	lo, hi := p.contentLength()
	return len(p.whole) - (p.end - p.body) + n - (hi - lo) + r.lengthDigits(n), nil
}

// lengthDigits returns how many digits take the place of those of
// Content-Length.
func (r *Replacement) lengthDigits(n int) int {
	if lo, hi := r.part.contentLength(); lo == hi {
		return 0
	}
	digits := 1
	for ; n > 9; n /= 10 {
		digits++
	}
	return digits
}

// AppendTo appends the whole body. A new body that holds the boundary of a
// body that the part is in is ErrBoundary: it would end the part. With room
// for Len bytes nothing is allocated; after an error dst is as it was.
func (r *Replacement) AppendTo(dst []byte) ([]byte, error) {
	size, err := r.Len()
	if err != nil {
		return dst, err
	}
	n, err := r.newLen()
	if err != nil {
		return dst, err
	}
	p := &r.part
	out := slices.Grow(dst, size)
	at := p.body
	if lo, hi := p.contentLength(); lo < hi {
		out = append(out, p.whole[:lo]...)
		out = abnf.AppendUint(out, uint64(n))
		out = append(out, p.whole[hi:at]...)
	} else {
		out = append(out, p.whole[:at]...)
	}
	from := len(out)
	if r.from == nil {
		out = append(out, r.bytes...)
	} else if out, err = r.from.AppendTo(out); err != nil {
		return dst, err
	}
	if len(out)-from != n {
		return dst, sipwire.ErrState
	}
	if p.isEndedBy(out[from:]) {
		return dst, sipwire.ErrBoundary
	}
	return append(out, p.whole[p.end:]...), nil
}

// contentLength returns the bounds of the digits of the Content-Length of the
// part, equal when it has none.
func (p *Part) contentLength() (lo, hi int) {
	if p.isWhole {
		return 0, 0
	}
	head := p.whole[p.header:p.body]
	for i := 0; i < len(head); {
		end := fieldEnd(head, i)
		line := head[i:end]
		if colon := bytes.IndexByte(line, ':'); colon > 0 && abnf.EqualFold(bytes.TrimRight(line[:colon], " \t"), "Content-Length") {
			lo, hi := abnf.TrimLWS(line, colon+1, len(line))
			if lo < hi && abnf.All(line[lo:hi], abnf.Digit) {
				return p.header + i + lo, p.header + i + hi
			}
		}
		i = end
	}
	return 0, 0
}

// isEndedBy reports whether a line of a new body begins with a delimiter of a
// body that the part is in.
func (p *Part) isEndedBy(b []byte) bool {
	for i := 0; i < len(b); {
		if bytes.HasPrefix(b[i:], newLineDashes[1:]) {
			for _, boundary := range p.around {
				if len(boundary) > 0 && bytes.HasPrefix(b[i+2:], boundary) {
					return true
				}
			}
		}
		n := bytes.Index(b[i:], newLineDashes)
		if n < 0 {
			break
		}
		i += n + 1
	}
	return false
}
