package show

import (
	"bytes"
	"fmt"

	"github.com/sipwire/sipwire/cmd/internal/record"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/multipart"
)

// maxParts is the most parts of one body that are shown.
const maxParts = 20

func (pr *Printer) body(m *codec.Message, last bool) {
	body, contentType := m.Body(), m.Value(header.IDContentType)
	if len(body) == 0 {
		pr.line(join(last), pr.p.title.Sprint("body"), "  none")
		return
	}
	pr.line(join(last), pr.p.title.Sprint("body"), "  "+sizeAndType(body, contentType))
	if record.IsCompressed(m) {
		pr.text(under(last), body)
		return
	}
	pr.content(under(last), contentType, body, 1)
}

// sizeAndType says how long a body is, and of what type.
func sizeAndType(body, contentType []byte) string {
	kind := "of no stated type"
	if len(contentType) > 0 {
		kind = "of " + Printable(contentType)
	}
	return count(len(body), "byte") + " " + kind
}

// content prints a body as what its type says, below branches.
func (pr *Printer) content(branches string, contentType, body []byte, depth int) {
	switch {
	case multipart.Is(contentType, "application/sdp"):
		pr.sdp(branches, body)
	case multipart.IsMultipart(contentType) && depth <= multipart.MaxDepth:
		pr.parts(branches, contentType, body, depth)
	default:
		pr.text(branches, body)
	}
}

// text prints the lines of a body.
func (pr *Printer) text(branches string, body []byte) {
	n := 0
	for line := range bytes.Lines(body) {
		if n++; n > bodyLines {
			pr.line(branches+trunk, pr.p.faint.Sprint("… and ", count(len(body), "byte")), "")
			return
		}
		body = body[len(line):]
		text := Printable(bytes.TrimRight(line, "\r\n"))
		pr.line(branches+trunk, "", cut(text, bodyColumns))
	}
}

// parts prints the parts of a multipart body.
func (pr *Printer) parts(branches string, contentType, body []byte, depth int) {
	var all []multipart.Part
	r := multipart.NewReader(contentType, body)
	var p multipart.Part
	more := false
	for r.Next(&p) {
		if more = len(all) == maxParts; more {
			break
		}
		all = append(all, p)
	}
	err := r.Err()
	for i := range all {
		p := &all[i]
		last := i == len(all)-1 && err == nil && !more
		pr.line(branches+join(last), pr.p.title.Sprint("part ", i+1), "  "+sizeAndType(p.Body(), p.ContentType()))
		for name, value := range p.Fields() {
			if string(name) != "Content-Type" {
				pr.line(branches+under(last), pr.p.faint.Sprint(Printable(name)), "  "+Printable(value))
			}
		}
		pr.content(branches+under(last), p.ContentType(), p.Body(), depth+1)
	}
	if more {
		pr.line(branches+elbow, pr.p.faint.Sprint("… and more parts"), "")
	} else if err != nil {
		pr.line(branches+elbow, pr.p.bad.Sprint("error"), fmt.Sprintf("  %v at byte %d of the body", err, r.Fault().Offset))
	}
}
