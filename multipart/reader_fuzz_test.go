package multipart

import (
	"bytes"
	"testing"

	"github.com/sipwire/sipwire"
)

// FuzzReader asks that the parts and what is around them make up the body,
// and that an unchanged part is replaced by itself.
func FuzzReader(f *testing.F) {
	f.Add(contentType, []byte(body))
	for depth := range 6 {
		contentType, body := nested(depth)
		f.Add(contentType, []byte(body))
	}
	f.Add("multipart/mixed;boundary=a", []byte("--a\n--a\r\n\r\n--a--"))
	f.Fuzz(func(t *testing.T, contentType string, b []byte) {
		was := bytes.Clone(b)
		r := NewReader([]byte(contentType), b)
		var p Part
		at := 0
		for r.Next(&p) {
			lo, hi := p.Offset(), p.Offset()+len(p.Body())
			if lo < at || hi > len(b) || !bytes.Equal(b[lo:hi], p.Body()) {
				t.Fatalf("part at %d to %d, behind %d", lo, hi, at)
			}
			at = hi
			var rep Replacement
			rep.Set(p, p.Body())
			out, err := rep.AppendTo(nil)
			n, _ := rep.Len()
			if p.isEndedBy(p.Body()) { // a line that begins like a delimiter and is none here: others may differ
				if err != sipwire.ErrBoundary {
					t.Fatalf("%q, part at %d: %v", b, p.Offset(), err)
				}
				continue
			}
			if lo, hi := p.contentLength(); lo == hi && (err != nil || !bytes.Equal(out, b) || n != len(b)) {
				t.Fatalf("%q, part at %d: %q, %v", b, p.Offset(), out, err)
			}
		}
		_, fault := Search([]byte(contentType), b, "application/sdp")
		if fault.Offset > len(b) || !bytes.Equal(b, was) {
			t.Fatalf("fault %+v", fault)
		}
	})
}
