package multipart

import (
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
)

const contentType = `multipart/mixed; charset="a;b"; boundary="frontier 1"`

var body = strings.ReplaceAll(`preamble
--frontier 1x
--frontier 1
Content-Type: application/sdp
Content-Disposition: session;
 handling=required
Content-Length: 5

v=0

--frontier 1
content-type : application/pidf+xml

<x/>
--frontier 1

plain
--frontier 1--
epilogue`, "\n", "\r\n")

func parts(t *testing.T, contentType, body string) (out []string, err error) {
	t.Helper()
	r := NewReader([]byte(contentType), []byte(body))
	var p Part
	for r.Next(&p) {
		out = append(out, string(p.ContentType())+"|"+string(p.Body()))
		if got := string(p.Body()); !strings.HasPrefix(body[p.Offset():], got) || !p.IsValid() {
			t.Errorf("offset %d of %q", p.Offset(), got)
		}
	}
	if f := r.Fault(); f.Code.Err() != r.Err() || f.Offset > len(body) {
		t.Errorf("%+v, %v", f, r.Err())
	}
	return out, r.Err()
}

func TestReader(t *testing.T) {
	for _, c := range []struct {
		name, contentType, body string
		want                    string
		err                     error
	}{
		{"all", contentType, body, "application/sdp|v=0\r\n, application/pidf+xml|<x/>, |plain", nil},
		{"LF", contentType, strings.ReplaceAll(body, "\r", ""), "application/sdp|v=0\n, application/pidf+xml|<x/>, |plain", nil},
		{"empty part", "multipart/mixed;boundary=a", "--a\r\n--a--", "|", nil},
		{"fields only", "multipart/mixed;boundary=a", "--a\r\nContent-Type: x/y\r\n--a--", "x/y|", nil},
		{"body empty", "multipart/mixed;boundary=a", "--a\r\n\r\n--a--\r\n", "|", nil},
		{"spaces behind", "multipart/mixed;boundary=a", "--a \t\r\n\r\nb\r\n--a-- \r\n", "|b", nil},
		{"unquoted =", "multipart/mixed;boundary=--=_a/b", "----=_a/b\r\n\r\nb\r\n----=_a/b--", "|b", nil},
		{"prefix is none", "multipart/mixed;boundary=a", "--a\r\n\r\nb\r\n--ab\r\n--a--", "|b\r\n--ab", nil},
		{"not closed", "multipart/mixed;boundary=a", "--a\r\n\r\nb\r\n--a\r\n\r\nc", "|b", sipwire.ErrBoundary},
		{"cut in delimiter", "multipart/mixed;boundary=a", "--a\r\n\r\nb\r\n--a", "", sipwire.ErrBoundary},
		{"never opened", "multipart/mixed;boundary=a", "b\r\n", "", sipwire.ErrBoundary},
		{"closed first", "multipart/mixed;boundary=a", "--a--\r\n", "", sipwire.ErrBoundary},
		{"none", "multipart/mixed", "--a\r\n\r\nb\r\n--a--", "", sipwire.ErrBoundary},
		{"empty", `multipart/mixed;boundary=""`, "--\r\n\r\nb\r\n----", "", sipwire.ErrBoundary},
		{"space last", `multipart/mixed;boundary="a "`, "--a \r\n\r\nb\r\n--a --", "", sipwire.ErrBoundary},
		{"CR", "multipart/mixed;boundary=\"a\r\n b\"", "--a\r\n\r\nb\r\n--a--", "", sipwire.ErrBoundary},
		{"71", "multipart/mixed;boundary=" + strings.Repeat("a", 71), "", "", sipwire.ErrBoundary},
		{"no quote", `multipart/mixed;boundary="a`, "--a\r\n\r\nb\r\n--a--", "", sipwire.ErrBoundary},
		{"no body", "multipart/mixed;boundary=a", "", "", sipwire.ErrBoundary},
	} {
		got, err := parts(t, c.contentType, c.body)
		if strings.Join(got, ", ") != c.want || err != c.err {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, err, c.want, c.err)
		}
	}
	long := strings.Repeat("a", 70)
	if got, err := parts(t, "multipart/mixed;boundary="+long, "--"+long+"\n\nb\n--"+long+"--"); err != nil || len(got) != 1 {
		t.Errorf("70 bytes: %q, %v", got, err)
	}
}

func TestFields(t *testing.T) {
	r := NewReader([]byte(contentType), []byte(body))
	var p Part
	r.Next(&p)
	if got := string(p.Field("CONTENT-DISPOSITION")); got != "session;\r\n handling=required" || p.Field("Content") != nil {
		t.Errorf("%q", got)
	}
	r.Next(&p)
	if !p.Is("application/PIDF+xml") || p.Is("text/plain") {
		t.Error("type")
	}
	r.Next(&p)
	if !p.Is("text/plain") || p.ContentType() != nil {
		t.Error("a part without a type is plain text")
	}
}

func nested(depth int) (contentType, body string) {
	contentType, body = "application/sdp", "v=0\r\n"
	for i := range depth {
		b := "b" + strconv.Itoa(i)
		body = "--" + b + "\r\nContent-Type: " + contentType + "\r\n\r\n" + body + "\r\n--" + b + "--\r\n"
		contentType = "multipart/mixed;boundary=" + b
	}
	return contentType, body
}

func TestFind(t *testing.T) {
	for depth := range 8 {
		contentType, body := nested(depth)
		p, fault := Search([]byte(contentType), []byte(body), "application/sdp")
		if depth > MaxDepth {
			if fault.Code != sipwire.ErrNesting || fault.Offset == 0 || p.IsValid() {
				t.Errorf("depth %d: %+v", depth, fault)
			}
			continue
		}
		if fault.Code != 0 || string(p.Body()) != "v=0\r\n" || p.IsWhole() != (depth == 0) {
			t.Errorf("depth %d: %q, %+v", depth, p.Body(), fault)
		}
	}
	for _, c := range []struct {
		contentType, body string
		want              error
	}{
		{"text/plain", "v=0", sipwire.ErrMissing},
		{"", "", sipwire.ErrMissing},
		{"multipart/mixed;boundary=a", "--a\n\nb\n--a--", sipwire.ErrMissing},
		{"multipart/mixed;boundary=a", "--a\n\nb\n", sipwire.ErrBoundary},
		{"multipart/mixed;boundary=a", "--a\nContent-Type: multipart/mixed\n\nb\n--a--", sipwire.ErrBoundary},
		// What is wrong in one part does not hide the next.
		{"multipart/mixed;boundary=a", "--a\nContent-Type: multipart/mixed\n\nb\n--a\nContent-Type: Application/SDP;x=y\n\nv=0\n--a--", nil},
	} {
		if p, err := Find([]byte(c.contentType), []byte(c.body), "application/sdp"); err != c.want || p.IsValid() != (err == nil) {
			t.Errorf("%q: %v, want %v", c.body, err, c.want)
		}
	}
}

func TestReplace(t *testing.T) {
	var r Replacement
	for depth := range MaxDepth + 1 {
		contentType, body := nested(depth)
		p, err := Find([]byte(contentType), []byte(body), "application/sdp")
		if err != nil {
			t.Fatal(err)
		}
		r.Set(p, []byte("v=0\r\ns=longer\r\n"))
		out, err := r.AppendTo([]byte("x"))
		n, _ := r.Len()
		if want := "x" + strings.Replace(body, "v=0\r\n", "v=0\r\ns=longer\r\n", 1); string(out) != want || err != nil || n != len(out)-1 {
			t.Errorf("depth %d: %q, %v, Len %d; want %q", depth, out, err, n, want)
		}
		for i := range depth {
			r.Set(p, []byte("v=0\r\n--b"+strconv.Itoa(i)+"0\r\n"))
			if out, err := r.AppendTo([]byte("x")); err != sipwire.ErrBoundary || string(out) != "x" {
				t.Errorf("depth %d: a boundary of %d is put in: %q, %v", depth, i, out, err)
			}
		}
	}
	p, _ := Find([]byte(contentType), []byte(body), "application/sdp")
	for _, with := range []string{"", "v", strings.Repeat("v=0\r\n", 2000)} {
		r.Set(p, []byte(with))
		out, err := r.AppendTo(nil)
		want := strings.Replace(strings.Replace(body, "v=0\r\n", with, 1), "Content-Length: 5", "Content-Length: "+strconv.Itoa(len(with)), 1)
		if n, _ := r.Len(); string(out) != want || err != nil || n != len(out) {
			t.Errorf("%d bytes: %.300q, %v, Len %d", len(with), out, err, n)
		}
	}
}

// TestLinear reads bodies made to be dear: what is like a delimiter and is none.
func TestLinear(t *testing.T) {
	for _, line := range []string{"\n--", "\n--a", "--", "\r", "\n--aaaaaaaaab"} {
		b := []byte("--aaaaaaaaa\n\n" + strings.Repeat(line, 1<<20/len(line)))
		r := NewReader([]byte("multipart/mixed;boundary=aaaaaaaaa"), b)
		var p Part
		if r.Next(&p) || r.Err() != sipwire.ErrBoundary {
			t.Errorf("%q: %v", line, r.Err())
		}
	}
}

func TestAllocs(t *testing.T) {
	contentType, body := []byte(contentType), []byte(body)
	deepType, deep := nested(MaxDepth)
	deepest, deepBody := []byte(deepType), []byte(deep)
	tooDeepType, tooDeep := nested(MaxDepth + 1)
	tooDeepest, tooDeepBody := []byte(tooDeepType), []byte(tooDeep)
	dst := make([]byte, 0, 4096)
	r := new(Replacement)
	for name, f := range map[string]func(){
		"reader": func() {
			rd := NewReader(contentType, body)
			var p Part
			for rd.Next(&p) {
				for name, value := range p.Fields() {
					_, _ = name, value
				}
				_ = p.Is("application/sdp")
			}
			_ = rd.Err()
		},
		"find":    func() { _, _ = Find(deepest, deepBody, "application/sdp") },
		"nesting": func() { _, _ = Find(tooDeepest, tooDeepBody, "application/sdp") },
		"error":   func() { _, _ = Find(contentType, body[:40], "application/sdp") },
		"replace": func() {
			p, _ := Find(contentType, body, "application/sdp")
			r.Set(p, body)
			_, _ = r.Len()
			_, _ = r.AppendTo(dst)
		},
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
