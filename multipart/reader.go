package multipart

import (
	"bytes"

	"github.com/sipwire/sipwire"
)

// MaxDepth is how many bodies inside one another [Find] looks into.
const MaxDepth = 4

// A Fault says what is wrong with a body, and where.
type Fault struct {
	Code   sipwire.Code
	Offset int // in the outermost body
}

// A Reader reads the parts of a body one after the other. It is a value that
// may be kept on the stack and copied; a copy goes on by itself.
type Reader struct {
	whole    []byte
	at, end  int // what is left is whole[at:end]
	boundary []byte
	fault    Fault
	done     bool
}

// NewReader reads the body that a value of Content-Type goes with. What is
// wrong with the boundary is the error of the first Next.
func NewReader(contentType, body []byte) Reader {
	return readerOf(contentType, body, 0, len(body))
}

func readerOf(contentType, whole []byte, lo, hi int) Reader {
	r := Reader{whole: whole, at: lo, end: hi}
	var err error
	if r.boundary, err = Boundary(contentType); err != nil {
		r.fail(lo)
		return r
	}
	// What is in front of the first delimiter is the preamble.
	start, next, last := r.delimiter(lo)
	if start < 0 || last {
		r.fail(lo)
		return r
	}
	r.at = next
	return r
}

func (r *Reader) fail(offset int) {
	r.done = true
	r.fault = Fault{sipwire.ErrBoundary, offset}
}

// Err returns what ended the parts, nil for their proper end.
func (r *Reader) Err() error { return r.fault.Code.Err() }

// Fault returns what ended the parts, the zero Fault for their proper end.
func (r *Reader) Fault() Fault { return r.fault }

// Next moves to the next part and reports whether there is one. A part that
// no delimiter ends is none: then Err is ErrBoundary.
func (r *Reader) Next(p *Part) bool {
	if r.done {
		return false
	}
	*p = Part{whole: r.whole, header: r.at}
	p.around[0] = r.boundary
	start, next, last := r.delimiter(r.at)
	if start < 0 {
		r.fail(r.end)
		return false
	}
	// The line end in front belongs to the delimiter, unless the part is
	// empty down to its own line.
	p.end = max(start, p.header)
	p.findBody()
	r.at, r.done = next, last
	return true
}

// delimiter finds the first line from i on, where a line begins, that is the
// delimiter: "--", the boundary, "--" for the last one, and whitespace (RFC
// 2046, 5.1.1). start is where the line end in front of it begins, next is
// behind its own.
func (r *Reader) delimiter(i int) (start, next int, last bool) {
	b := r.whole[:r.end]
	for i < len(b) {
		if n, last, ok := r.isDelimiter(b[i:]); ok {
			start = i
			if start > 0 && b[start-1] == '\n' {
				if start--; start > 0 && b[start-1] == '\r' {
					start--
				}
			}
			return start, i + n, last
		}
		// To the next line that may be one.
		n := bytes.Index(b[i:], newLineDashes)
		if n < 0 {
			break
		}
		i += n + 1
	}
	return -1, 0, false
}

var newLineDashes = []byte("\n--")

// isDelimiter reports whether b begins with a delimiter line, how long it is,
// and whether it is the last one.
func (r *Reader) isDelimiter(b []byte) (n int, last, ok bool) {
	if len(b) < 2 || b[0] != '-' || b[1] != '-' || !bytes.HasPrefix(b[2:], r.boundary) {
		return 0, false, false
	}
	i := 2 + len(r.boundary)
	if i+1 < len(b) && b[i] == '-' && b[i+1] == '-' {
		i, last = i+2, true
	}
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	switch {
	case i == len(b):
		// Only the last one may end with the body.
		return i, last, last
	case b[i] == '\n':
		return i + 1, last, true
	case b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n':
		return i + 2, last, true
	case b[i] == '\r' && i+1 == len(b):
		return i + 1, last, last
	}
	return 0, false, false
}

// Find returns the first part of a media type such as "application/sdp" of a
// body that a value of Content-Type goes with: the whole body, a part of it,
// or a part of a part. ErrMissing when there is none, ErrBoundary and
// ErrNesting when that could not be found out; [Search] says where.
func Find(contentType, body []byte, media string) (Part, error) {
	p, fault := Search(contentType, body, media)
	return p, fault.Code.Err()
}

// Search is Find with the place of the error.
func Search(contentType, body []byte, media string) (Part, Fault) {
	if Is(contentType, media) {
		return Part{whole: body, end: len(body), contentType: contentType, isWhole: true}, Fault{}
	}
	if !IsMultipart(contentType) {
		return Part{}, Fault{Code: sipwire.ErrMissing}
	}
	// The bodies that are being read, each inside the one before.
	var open [MaxDepth]Reader
	open[0] = NewReader(contentType, body)
	fault := Fault{Code: sipwire.ErrMissing}
	for depth := 0; depth >= 0; {
		r := &open[depth]
		var p Part
		if !r.Next(&p) {
			if r.fault.Code != 0 {
				fault = r.fault
			}
			depth--
			continue
		}
		if p.Is(media) {
			for i := range depth + 1 {
				p.around[i] = open[i].boundary
			}
			return p, Fault{}
		}
		t := p.ContentType()
		switch {
		case !IsMultipart(t):
		case depth+1 == MaxDepth:
			fault = Fault{sipwire.ErrNesting, p.body}
		default:
			depth++
			open[depth] = readerOf(t, body, p.body, p.end)
		}
	}
	return Part{}, fault
}
