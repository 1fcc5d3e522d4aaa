package multipart

import (
	"bytes"
	"iter"

	"github.com/sipwire/sipwire/internal/abnf"
)

// A Part is one part of a body, or the whole of a body that has no parts. It
// may be copied. The zero Part is not valid.
type Part struct {
	whole             []byte // the outermost body, which offsets count from
	header, body, end int    // whole[header:body] are the fields, whole[body:end] is the body
	contentType       []byte // of a part that is the whole body
	isWhole           bool
	around            [MaxDepth][]byte // the boundaries of the bodies that it is in
}

// IsValid reports whether p is a part.
func (p *Part) IsValid() bool { return p.whole != nil || p.isWhole }

// Body returns the body of the part, without the line end in front of the
// delimiter, which belongs to that (RFC 2046, 5.1.1).
func (p *Part) Body() []byte { return p.whole[p.body:p.end:p.end] }

// Offset returns where the body of the part begins in the outermost body.
func (p *Part) Offset() int { return p.body }

// IsWhole reports whether the part is the whole of a body that has no parts.
func (p *Part) IsWhole() bool { return p.isWhole }

// ContentType returns the value of Content-Type. Without one it is nil, and
// the part is plain text (RFC 2046, 5.1); see [Part.Is].
func (p *Part) ContentType() []byte {
	if p.isWhole {
		return p.contentType
	}
	return p.Field("Content-Type")
}

// Is reports whether the part is of a media type such as "application/sdp";
// parameters and case do not count. Without a Content-Type it is "text/plain"
// (RFC 2046, 5.1).
func (p *Part) Is(media string) bool {
	if t := p.ContentType(); t != nil {
		return Is(t, media)
	}
	return media == "text/plain"
}

// Field returns the value of the first header field with the name, without the
// whitespace around it, nil when there is none. Folds are kept.
func (p *Part) Field(name string) []byte {
	for n, value := range p.Fields() {
		if abnf.EqualFold(n, name) {
			return value
		}
	}
	return nil
}

// Fields ranges over the names and values of the header fields. A line that
// is none is passed over.
func (p *Part) Fields() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { p.eachField(yield) }
}

func (p *Part) eachField(yield func(name, value []byte) bool) {
	head := p.whole[p.header:p.body]
	for i := 0; i < len(head); {
		end := fieldEnd(head, i)
		line := head[i:end]
		i = end
		colon := bytes.IndexByte(line, ':')
		if colon < 1 {
			continue
		}
		name := bytes.TrimRight(line[:colon], " \t")
		if len(name) == 0 || !abnf.All(name, abnf.Token) {
			continue
		}
		if !yield(name[:len(name):len(name)], trim(line[colon+1:])) {
			return
		}
	}
}

// fieldEnd returns the index behind the field that begins at i, its
// continuation lines included.
func fieldEnd(b []byte, i int) int {
	for {
		lf := bytes.IndexByte(b[i:], '\n')
		if lf < 0 {
			return len(b)
		}
		if i += lf + 1; i == len(b) || b[i] != ' ' && b[i] != '\t' {
			return i
		}
	}
}

// findBody finds where the body of the part begins that begins at p.header and
// ends at p.end: behind the first empty line. A part without one has header
// fields alone.
func (p *Part) findBody() {
	b := p.whole[:p.end]
	for i := p.header; i < len(b); {
		if b[i] == '\n' {
			p.body = i + 1
			return
		}
		if b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n' {
			p.body = i + 2
			return
		}
		lf := bytes.IndexByte(b[i:], '\n')
		if lf < 0 {
			break
		}
		i += lf + 1
	}
	p.body = p.end
}
