package peer

import (
	"bufio"
	"bytes"
	"errors"
	"net/netip"
	"net/textproto"
	"runtime"
	"strings"
)

func init() {
	register(30, Impl{
		Name: "textproto", Version: runtime.Version(),
		About: "net/textproto for the header fields and package strings for their values, with the readers reused: what one writes oneself",
		New:   func() Worker { return newDIY() },
	})
}

// diy is a parser made from the standard library in an afternoon. It
// joins folded lines and knows quotes, angle brackets and compact names; it
// loses the order of header fields, so that it cannot write the message.
type diy struct {
	src bytes.Reader
	buf *bufio.Reader
	tp  textproto.Reader
}

func newDIY() *diy {
	d := &diy{buf: bufio.NewReaderSize(nil, 64<<10)}
	d.tp.R = d.buf
	return d
}

// parse reads start line and header fields.
func (d *diy) parse(msg []byte) (start string, h textproto.MIMEHeader, err error) {
	d.src.Reset(msg)
	d.buf.Reset(&d.src)
	if start, err = d.tp.ReadLine(); err != nil {
		return "", nil, err
	}
	h, err = d.tp.ReadMIMEHeader()
	return start, h, err
}

// first returns the first value of a header under its long or compact name,
// both in the spelling of MIME.
func first(h textproto.MIMEHeader, long, short string) string {
	if v := h[long]; len(v) > 0 {
		return v[0]
	}
	if v := h[short]; len(v) > 0 {
		return v[0]
	}
	return ""
}

var errStartLine = errors.New("start line")

func diyFields(start string, h textproto.MIMEHeader, f *Fields[string]) error {
	*f = Fields[string]{}
	if rest, ok := strings.CutPrefix(start, "SIP/2.0 "); ok {
		code, _, _ := strings.Cut(rest, " ")
		f.Status = atoi(code)
	} else {
		_, rest, ok := strings.Cut(start, " ")
		uri, version, ok2 := strings.Cut(rest, " ")
		if !ok || !ok2 || version != "SIP/2.0" {
			return errStartLine
		}
		f.User, f.Host, f.Port = splitURI(uri)
		f.MaxForwards = atoi(first(h, "Max-Forwards", ""))
	}
	via := first(h, "Via", "V")
	if i := strings.IndexByte(via, ','); i >= 0 {
		via = via[:i]
	}
	_, sentBy, _ := strings.Cut(via, " ")
	sentBy, params, _ := strings.Cut(sentBy, ";")
	f.ViaHost, f.ViaPort = splitHostPort(strings.TrimSpace(sentBy))
	f.Branch = param(params, "branch")
	f.FromTag = param(afterAddress(first(h, "From", "F")), "tag")
	f.ToTag = param(afterAddress(first(h, "To", "T")), "tag")
	num, method, _ := strings.Cut(first(h, "Cseq", ""), " ")
	f.CSeq, f.Method = uint32(atoi(num)), strings.TrimSpace(method)
	f.CallID = first(h, "Call-Id", "I")
	return nil
}

// splitURI takes user, host and port out of a SIP URI.
func splitURI(uri string) (user, host string, port int) {
	_, rest, _ := strings.Cut(uri, ":")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		user, _, _ = strings.Cut(rest[:i], ":")
		rest = rest[i+1:]
	}
	if i := strings.IndexAny(rest, ";?"); i >= 0 {
		rest = rest[:i]
	}
	host, port = splitHostPort(rest)
	return user, host, port
}

func splitHostPort(s string) (host string, port int) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.IndexByte(s[i:], ']') >= 0 {
		return s, 0
	}
	return s[:i], atoi(s[i+1:])
}

// afterAddress returns the header parameters behind a name-addr or addr-spec
// (RFC 3261, 20.10: without angle brackets, parameters belong to the header).
func afterAddress(s string) string {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && c == '<':
			if j := strings.IndexByte(s[i:], '>'); j >= 0 {
				return s[i+j+1:]
			}
			return ""
		case !quoted && c == ';':
			return s[i:]
		}
	}
	return ""
}

// param returns the value of a parameter in a list that semicolons part.
func param(s, name string) string {
	for s != "" {
		var p string
		p, s, _ = strings.Cut(s, ";")
		k, v, ok := strings.Cut(p, "=")
		if ok && strings.EqualFold(strings.TrimSpace(k), name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func (d *diy) Fields(msg []byte) (f Fields[string], err error) {
	start, h, err := d.parse(msg)
	if err != nil {
		return f, err
	}
	err = diyFields(start, h, &f)
	return f, err
}

func (d *diy) Output(Task, []byte, netip.AddrPort) ([]byte, error) { return nil, ErrNotDone }

func (d *diy) Prepare(t Task, set [][]byte) (Batch, error) {
	switch t {
	case Index:
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				if _, h, err := d.parse(set[i]); err == nil {
					sum += uint64(len(h))
				}
			}
			return sum
		}, nil
	case Read:
		return func(picks []int32) (sum uint64) {
			var f Fields[string]
			for _, i := range picks {
				start, h, err := d.parse(set[i])
				if err == nil && diyFields(start, h, &f) == nil {
					sum += f.Sum()
				}
			}
			return sum
		}, nil
	}
	return nil, ErrNotDone
}
