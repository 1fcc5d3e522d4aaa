package peer

import (
	"bufio"
	"bytes"
	"errors"
	"net/netip"

	"github.com/valyala/fasthttp"
)

func init() {
	register(31, Impl{
		Name: "fasthttp", Version: moduleVersion("github.com/valyala/fasthttp"),
		About: "the header parser of fasthttp on the like HTTP message, without normalizing of names: what Go's fastest HTTP header parser does",
		New:   func() Worker { return newFast() },
	})
}

// fast parses not the SIP message but an HTTP message with the same header
// fields: a reference for speed, not an answer to the same question. Reader
// and headers are reused, as the server of fasthttp reuses them.
type fast struct {
	src bytes.Reader
	buf *bufio.Reader
	*fastHeads
}

type fastHeads struct {
	req fasthttp.RequestHeader
	res fasthttp.ResponseHeader
}

func newFast() *fast {
	return &fast{buf: bufio.NewReaderSize(nil, 64<<10), fastHeads: new(fastHeads)}
}

// httpLike turns a SIP message into an HTTP message that differs by a few
// bytes: the version, a slash before the URI, and for requests the name Host
// in place of Call-ID, since HTTP/1.1 refuses a request without one. The body
// goes, because the header parser does not look at it.
func httpLike(msg []byte) []byte {
	end := bytes.Index(msg, []byte("\r\n\r\n"))
	if end < 0 {
		return nil
	}
	line, rest, _ := bytes.Cut(msg[:end+4], []byte("\r\n"))
	var b []byte
	if status, ok := bytes.CutPrefix(line, []byte("SIP/2.0 ")); ok {
		b = append(append(b, "HTTP/1.1 "...), status...)
	} else {
		method, uri, _ := bytes.Cut(line, []byte(" "))
		uri = bytes.TrimSuffix(uri, []byte(" SIP/2.0"))
		b = append(append(append(b, method...), " /"...), uri...)
		b = append(b, " HTTP/1.1"...)
		for _, name := range []string{"\r\ncall-id:", "\r\ni:"} {
			lower := bytes.ToLower(msg[:end+4])
			if i := bytes.Index(lower, []byte(name)); i >= 0 {
				i -= len(line) + 2
				rest = bytes.Join([][]byte{rest[:i+2], rest[i+len(name)-1:]}, []byte("Host"))
				break
			}
		}
	}
	return append(append(b, "\r\n"...), rest...)
}

func (f *fast) parse(like []byte, response bool) error {
	f.src.Reset(like)
	f.buf.Reset(&f.src)
	if response {
		f.res.DisableNormalizing()
		return f.res.Read(f.buf)
	}
	f.req.DisableNormalizing()
	return f.req.Read(f.buf)
}

func isResponse(b []byte) bool { return bytes.HasPrefix(b, []byte("HTTP/")) }

// Fields cannot be read by an HTTP parser; what the check learns is whether
// it takes the message.
func (f *fast) Fields(msg []byte) (Fields[string], error) {
	like := httpLike(msg)
	if err := f.parse(like, isResponse(like)); err != nil {
		return Fields[string]{}, err
	}
	want := bytes.Count(like, []byte("\r\n")) - bytes.Count(like, []byte("\r\n ")) - bytes.Count(like, []byte("\r\n\t")) - 2
	have := 0
	if isResponse(like) {
		for range f.res.All() {
			have++
		}
	} else {
		for range f.req.All() {
			have++
		}
	}
	// All yields some headers that the message did not have, never fewer.
	if have < want {
		return Fields[string]{}, errors.New("header fields were lost")
	}
	return Fields[string]{}, ErrNotDone
}

func (f *fast) Output(Task, []byte, netip.AddrPort) ([]byte, error) { return nil, ErrNotDone }

func (f *fast) Prepare(t Task, set [][]byte) (Batch, error) {
	if t != Index {
		return nil, ErrNotDone
	}
	likes := make([][]byte, len(set))
	responses := make([]bool, len(set))
	for i, m := range set {
		likes[i] = httpLike(m)
		responses[i] = isResponse(likes[i])
	}
	run := func(picks []int32) (sum uint64) {
		for _, i := range picks {
			if f.parse(likes[i], responses[i]) == nil {
				sum += uint64(len(likes[i]))
			}
		}
		return sum
	}
	return inPlaces(run, &f.fastHeads), nil
}
