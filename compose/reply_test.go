package compose

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// optionsMsg is a request that has all that its response needs.
const optionsMsg = "OPTIONS sip:b SIP/2.0\r\nv: SIP/2.0/UDP a:5060;branch=z9hG4bK1;rport,\r\n SIP/2.0/TCP b\r\n" +
	"Record-Route: <sip:p;lr>\r\nVia: x/y/z q\r\nf: \"A\r\n B\" <sip:a>;tag=1\r\nt: sip:b\r\ni: i\r\nCSeq: 1\r\n\tOPTIONS\r\nTimestamp: 54\r\n"

func TestReply(t *testing.T) {
	const (
		vias  = "Via: SIP/2.0/UDP a:5060;branch=z9hG4bK1;rport, SIP/2.0/TCP b\r\nVia: x/y/z q\r\n"
		seen  = "Via: SIP/2.0/UDP a:5060;branch=z9hG4bK1;rport=5062;received=192.0.2.3, SIP/2.0/TCP b\r\nVia: x/y/z q\r\n"
		from  = "From: \"A B\" <sip:a>;tag=1\r\n"
		rest  = "Call-ID: i\r\nCSeq: 1 OPTIONS\r\n"
		empty = "Content-Length: 0\r\n\r\n"
	)
	invite := strings.ReplaceAll(optionsMsg, "OPTIONS", "INVITE")
	tagged := strings.Replace(invite, "sip:b\r\ni:", "<sip:b>;x;TAG=9\r\ni:", 1)
	tag := []byte("t")
	for _, c := range []struct {
		name, in string
		r        Reply
		want     string
	}{
		{"200", optionsMsg, Reply{Status: 200, Tag: tag}, "SIP/2.0 200 OK\r\n" + vias + from + "To: sip:b;tag=t\r\n" + rest + empty},
		{"reason", optionsMsg, Reply{Status: 299, Tag: tag, Reason: []byte("Fine, für jetzt")}, "SIP/2.0 299 Fine, für jetzt\r\n" + vias + from + "To: sip:b;tag=t\r\n" + rest + empty},
		{"no registered reason", optionsMsg, Reply{Status: 699, Tag: tag}, "SIP/2.0 699 \r\n" + vias + from + "To: sip:b;tag=t\r\n" + rest + empty},
		{"100", optionsMsg, Reply{Status: 100, Tag: tag}, "SIP/2.0 100 Trying\r\n" + vias + from + "To: sip:b\r\n" + rest + "Timestamp: 54\r\n" + empty},
		{"100 with a delay", optionsMsg, Reply{Status: 100, Fields: []HeaderField{{ID: header.IDTimestamp, Value: []byte("54 .1")}}},
			"SIP/2.0 100 Trying\r\n" + vias + from + "To: sip:b\r\n" + rest + "Timestamp: 54 .1\r\n" + empty},
		{"100 with a delay by name", optionsMsg, Reply{Status: 100, Fields: []HeaderField{{Name: []byte("X"), Value: []byte("y")}, {Name: []byte("timestamp"), Value: []byte("54 .1")}}},
			"SIP/2.0 100 Trying\r\n" + vias + from + "To: sip:b\r\n" + rest + "X: y\r\ntimestamp: 54 .1\r\n" + empty},
		{"Record-Route first", "INVITE sip:b SIP/2.0\r\nRecord-Route: <sip:p;lr>\r\n" + without(t, "INVITE sip:b SIP/2.0\r\n"+invite[strings.Index(invite, "\n")+1:], "Record-Route")[len("INVITE sip:b SIP/2.0\r\n"):], Reply{Status: 200, Tag: tag},
			"SIP/2.0 200 OK\r\n" + vias + "Record-Route: <sip:p;lr>\r\n" + from + "To: sip:b;tag=t\r\n" + strings.Replace(rest, "OPTIONS", "INVITE", 1) + empty},
		{"source", optionsMsg, Reply{Status: 200, Tag: tag, Source: source}, "SIP/2.0 200 OK\r\n" + seen + from + "To: sip:b;tag=t\r\n" + rest + empty},
		{"dialog", invite, Reply{Status: 183, Tag: tag}, "SIP/2.0 183 Session Progress\r\n" + vias + "Record-Route: <sip:p;lr>\r\n" + from + "To: sip:b;tag=t\r\n" + strings.Replace(rest, "OPTIONS", "INVITE", 1) + empty},
		{"100 to an INVITE", invite, Reply{Status: 100, Tag: tag}, "SIP/2.0 100 Trying\r\n" + vias + from + "To: sip:b\r\n" + strings.Replace(rest, "OPTIONS", "INVITE", 1) + "Timestamp: 54\r\n" + empty},
		{"no dialog", invite, Reply{Status: 300, Tag: tag}, "SIP/2.0 300 Multiple Choices\r\n" + vias + from + "To: sip:b;tag=t\r\n" + strings.Replace(rest, "OPTIONS", "INVITE", 1) + empty},
		{"tag of the request", tagged, Reply{Status: 200}, "SIP/2.0 200 OK\r\n" + vias + "Record-Route: <sip:p;lr>\r\n" + from + "To: <sip:b>;x;TAG=9\r\n" + strings.Replace(rest, "OPTIONS", "INVITE", 1) + empty},
		{"fields and body", optionsMsg, Reply{Status: 200, Tag: tag, ContentType: []byte("a/b"), Body: []byte("\r\n\x00x"),
			Fields: []HeaderField{{ID: header.IDAllow, Value: []byte("A")}, {Name: []byte("x"), Value: nil}, {ID: header.IDAllow, Value: []byte("B")}}},
			"SIP/2.0 200 OK\r\n" + vias + from + "To: sip:b;tag=t\r\n" + rest + "Allow: A\r\nx: \r\nAllow: B\r\nContent-Type: a/b\r\nContent-Length: 4\r\n\r\n\r\n\x00x"},
		// A request with an error can be told so.
		{"400", optionsMsg + "Content-Length: x\r\n", Reply{Status: 400, Tag: tag}, "SIP/2.0 400 Bad Request\r\n" + vias + from + "To: sip:b;tag=t\r\n" + rest + empty},
		{"400 for To", strings.Replace(optionsMsg, "sip:b\r\ni:", "<sip:b\r\ni:", 1), Reply{Status: 400, Tag: tag}, "SIP/2.0 400 Bad Request\r\n" + vias + from + "To: <sip:b\r\n" + rest + empty},
		{"505", strings.Replace(optionsMsg, "SIP/2.0\r\n", "SIP/7.0\r\n", 1), Reply{Status: 505, Tag: tag}, "SIP/2.0 505 Version Not Supported\r\n" + vias + from + "To: sip:b;tag=t\r\n" + rest + empty},
	} {
		m := new(codec.Message)
		_ = m.Parse([]byte(c.in + "\r\n"))
		got, err := AppendReply([]byte("x"), m, &c.r)
		if err != nil || string(got) != "x"+c.want {
			t.Errorf("%s:\ngot  %q %v\nwant %q", c.name, got, err, c.want)
		}
	}
}

// without returns s without the line that begins with name, and its folds.
func without(t *testing.T, s, name string) string {
	t.Helper()
	lo := strings.Index(s, "\r\n"+name)
	if lo < 0 {
		t.Fatalf("no %s in %q", name, s)
	}
	hi := lo + 2
	for {
		hi += strings.Index(s[hi:], "\r\n") + 2
		if hi >= len(s) || s[hi] != ' ' && s[hi] != '\t' {
			return s[:lo+2] + s[hi:]
		}
	}
}

// TestReplyErrors has what gets no response, or no request: an error with dst
// as it was, and never half a message.
func TestReplyErrors(t *testing.T) {
	ok := Reply{Status: 200, Tag: []byte("t")}
	with := func(change func(r *Reply)) Reply { r := ok; change(&r); return r }
	field := func(id header.ID, name, value string) Reply {
		return with(func(r *Reply) { r.Fields = []HeaderField{{ID: id, Name: []byte(name), Value: []byte(value)}} })
	}
	noVias := without(t, without(t, optionsMsg, "v: "), "Via: ")
	for _, c := range []struct {
		name, in string
		r        Reply
		code     sipwire.Code
	}{
		{"no Via", noVias, ok, sipwire.ErrMissing},
		{"no From", without(t, optionsMsg, "f: "), ok, sipwire.ErrMissing},
		{"no To", without(t, optionsMsg, "t: "), ok, sipwire.ErrMissing},
		{"no To for a 400", without(t, optionsMsg, "t: "), Reply{Status: 400}, sipwire.ErrMissing},
		{"no To for a 100", without(t, optionsMsg, "t: "), Reply{Status: 100}, sipwire.ErrMissing},
		{"no Call-ID", without(t, optionsMsg, "i: "), ok, sipwire.ErrMissing},
		{"no CSeq", without(t, optionsMsg, "CSeq: "), ok, sipwire.ErrMissing},
		{"empty From", strings.Replace(without(t, optionsMsg, "f: "), "t: ", "f:\r\nt: ", 1), ok, sipwire.ErrMissing},
		{"no tag", optionsMsg, Reply{Status: 200}, sipwire.ErrMissing},
		{"empty tag", optionsMsg, with(func(r *Reply) { r.Tag = []byte{} }), sipwire.ErrToken},
		{"tag with a parameter", optionsMsg, with(func(r *Reply) { r.Tag = []byte("a;b") }), sipwire.ErrToken},
		{"tag with a line", optionsMsg, with(func(r *Reply) { r.Tag = []byte("a\r\nB: c") }), sipwire.ErrInjection},
		{"To that does not parse", strings.Replace(optionsMsg, "sip:b\r\ni:", "<sip:b\r\ni:", 1), ok, sipwire.ErrAngle},
		{"top Via that does not parse", strings.Replace(optionsMsg, "v: ", "v: , ", 1), with(func(r *Reply) { r.Source = source }), sipwire.ErrList},
		{"a CR that folds nothing", strings.Replace(optionsMsg, "i: i", "i: i\rj", 1), ok, sipwire.ErrControl},
		{"status 99", optionsMsg, Reply{Status: 99}, sipwire.ErrState},
		{"status 700", optionsMsg, Reply{Status: 700}, sipwire.ErrState},
		{"ACK", strings.ReplaceAll(optionsMsg, "OPTIONS", "ACK"), ok, sipwire.ErrState},
		{"a response", strings.Replace(optionsMsg, "OPTIONS sip:b SIP/2.0", "SIP/2.0 200 OK", 1), ok, sipwire.ErrState},
		{"reason", optionsMsg, with(func(r *Reply) { r.Reason = []byte("a\nb") }), sipwire.ErrInjection},
		{"reason with a bell", optionsMsg, with(func(r *Reply) { r.Reason = []byte("a\ab") }), sipwire.ErrControl},
		{"value", optionsMsg, field(header.IDAllow, "", "a\r\n b"), sipwire.ErrInjection},
		{"name", optionsMsg, field(header.IDOther, "a: b\r\nc", ""), sipwire.ErrInjection},
		{"no name", optionsMsg, field(header.IDOther, "", ""), sipwire.ErrToken},
		{"no such ID", optionsMsg, field(255, "", ""), sipwire.ErrState},
		{"Via", optionsMsg, field(header.IDVia, "", "SIP/2.0/UDP x"), sipwire.ErrState},
		{"Route by name", optionsMsg, field(header.IDOther, "rOute", "<sip:x>"), sipwire.ErrState},
		{"Content-Length", optionsMsg, field(header.IDOther, "l", "9"), sipwire.ErrState},
		{"Content-Type", optionsMsg, field(header.IDContentType, "", "a/b"), sipwire.ErrState},
		{"a second To", optionsMsg, field(header.IDTo, "", "sip:x"), sipwire.ErrHeaderTwice},
		{"a second Call-ID", optionsMsg, field(header.IDOther, "I", "x"), sipwire.ErrHeaderTwice},
		{"two Subjects", optionsMsg, with(func(r *Reply) {
			r.Fields = []HeaderField{{ID: header.IDSubject}, {Name: []byte("s")}}
		}), sipwire.ErrHeaderTwice},
		{"body without a type", optionsMsg, with(func(r *Reply) { r.Body = []byte("x") }), sipwire.ErrMissing},
		{"type with a line", optionsMsg, with(func(r *Reply) { r.Body, r.ContentType = []byte("x"), []byte("a/b\n") }), sipwire.ErrInjection},
	} {
		m := new(codec.Message)
		_ = m.Parse([]byte(c.in + "\r\n"))
		got, err := AppendReply([]byte("x"), m, &c.r)
		if f := m.Fault(); string(got) != "x" || err != c.code || f.Code != c.code || f.Offset > len(m.Bytes()) {
			t.Errorf("%s: %q %v, want %v", c.name, got, err, c.code)
		}
	}
	if got, err := AppendReply(nil, new(codec.Message), &ok); got != nil || !errors.Is(err, sipwire.ErrNotParsed) {
		t.Errorf("no message: %q %v", got, err)
	}
}

// TestRequestErrors is the same for requests.
func TestRequestErrors(t *testing.T) {
	invite := strings.ReplaceAll(optionsMsg, "OPTIONS", "INVITE") + "Contact: <sip:c>\r\n"
	busy := "SIP/2.0 486 Busy\r\nTo: <sip:b>;tag=2\r\n"
	m := func(s string) *codec.Message { return whole(t, s+"\r\n") }
	ack := func(invite, response string) func() ([]byte, error) {
		return func() ([]byte, error) { return AppendACK([]byte("x"), m(invite), m(response)) }
	}
	cancel := func(in string) func() ([]byte, error) {
		return func() ([]byte, error) { return AppendCancel([]byte("x"), m(in)) }
	}
	good := Request{Method: []byte("BYE"), CSeq: 1, Via: &codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("h"), Branch: []byte("z9hG4bK1")}}
	in := func(dialog string, tag string, change func(d *Dialog, r *Request)) func() ([]byte, error) {
		return func() ([]byte, error) {
			var d Dialog
			if err := d.Begin(m(dialog), []byte(tag)); err != nil {
				return []byte("x"), err
			}
			r := good
			v := *good.Via
			r.Via = &v
			change(&d, &r)
			return AppendRequest([]byte("x"), &d, &r)
		}
	}
	same := func(*Dialog, *Request) {}
	for _, c := range []struct {
		name string
		make func() ([]byte, error)
		code sipwire.Code
	}{
		{"ACK for a 299", ack(invite, strings.Replace(busy, "486", "299", 1)), sipwire.ErrState},
		{"ACK for a 200", ack(invite, strings.Replace(busy, "486", "200", 1)), sipwire.ErrState},
		{"ACK for an OPTIONS", ack(optionsMsg, busy), sipwire.ErrState},
		{"ACK of a response", ack(busy, busy), sipwire.ErrState},
		{"ACK without the To of the response", ack(invite, "SIP/2.0 486 Busy\r\nA: b\r\n"), sipwire.ErrMissing},
		{"ACK without From", ack(without(t, invite, "f: "), busy), sipwire.ErrMissing},
		{"ACK without Call-ID", ack(without(t, invite, "i: "), busy), sipwire.ErrMissing},
		{"ACK without CSeq", ack(without(t, invite, "CSeq: "), busy), sipwire.ErrMissing},
		{"ACK without Via", ack(without(t, without(t, invite, "v: "), "Via: "), busy), sipwire.ErrMissing},
		{"CANCEL of a response", cancel(busy), sipwire.ErrState},
		{"CANCEL of an ACK", cancel(strings.ReplaceAll(optionsMsg, "OPTIONS", "ACK")), sipwire.ErrState},
		{"CANCEL of a CANCEL", cancel(strings.ReplaceAll(optionsMsg, "OPTIONS", "CANCEL")), sipwire.ErrState},
		{"CANCEL without To", cancel(without(t, invite, "t: ")), sipwire.ErrMissing},
		{"dialog without Contact", in(without(t, invite, "Contact: "), "2", same), sipwire.ErrMissing},
		{"dialog without From", in(without(t, invite, "f: "), "2", same), sipwire.ErrMissing},
		{"dialog without To", in(without(t, invite, "t: "), "2", same), sipwire.ErrMissing},
		{"dialog without Call-ID", in(without(t, invite, "i: "), "2", same), sipwire.ErrMissing},
		{"Record-Route that is none", in(invite+"Record-Route: <x\r\n", "2", same), sipwire.ErrAngle},
		{"Contact *", in(strings.Replace(invite, "<sip:c>", "*", 1), "2", same), sipwire.ErrWildcard},
		{"no Via", in(invite, "2", func(_ *Dialog, r *Request) { r.Via = nil }), sipwire.ErrMissing},
		{"Via without the cookie", in(invite, "2", func(_ *Dialog, r *Request) { r.Via.Branch = []byte("1") }), sipwire.ErrParam},
		{"Via with a line", in(invite, "2", func(_ *Dialog, r *Request) { r.Via.Host = []byte("h\r\nA: b") }), sipwire.ErrInjection},
		{"Via with a port in the host", in(invite, "2", func(_ *Dialog, r *Request) { r.Via.Host = []byte("h:1") }), sipwire.ErrHost},
		{"Via without a transport", in(invite, "2", func(_ *Dialog, r *Request) { r.Via.Transport = header.TransportOther }), sipwire.ErrProtocol},
		{"Via of no transport", in(invite, "2", func(_ *Dialog, r *Request) { r.Via.Transport = 200 }), sipwire.ErrProtocol},
		{"no method", in(invite, "2", func(_ *Dialog, r *Request) { r.Method = nil }), sipwire.ErrToken},
		{"method with a line", in(invite, "2", func(_ *Dialog, r *Request) { r.Method = []byte("A b:c SIP/2.0\r\n") }), sipwire.ErrInjection},
		{"CSeq too large", in(invite, "2", func(_ *Dialog, r *Request) { r.CSeq = 1 << 31 }), sipwire.ErrRange},
		{"local tag with a line", in(invite, "2\n", same), sipwire.ErrInjection},
		{"a second Max-Forwards", in(invite, "2", func(_ *Dialog, r *Request) { r.Fields = []HeaderField{{ID: header.IDMaxForwards}} }), sipwire.ErrHeaderTwice},
		{"no target", in(invite, "2", func(d *Dialog, _ *Request) { *d = Dialog{Peer: d.Peer, LocalTag: d.LocalTag} }), sipwire.ErrMissing},
		{"route that is none", in(invite, "2", func(d *Dialog, _ *Request) { d.Routes = make([]header.NameAddr, 1) }), sipwire.ErrEmpty},
		{"no peer", in(invite, "2", func(d *Dialog, _ *Request) { d.Peer = new(codec.Message) }), sipwire.ErrNotParsed},
		{"PRACK of a final response", func() ([]byte, error) {
			var d Dialog
			_ = d.Begin(m(invite), []byte("2"))
			return AppendPRACK([]byte("x"), &d, m(busy), &good)
		}, sipwire.ErrState},
		{"ACK of an OPTIONS in a dialog", func() ([]byte, error) {
			var d Dialog
			_ = d.Begin(m(invite), []byte("2"))
			return AppendACK2xx([]byte("x"), &d, m(optionsMsg), &good)
		}, sipwire.ErrState},
	} {
		got, err := c.make()
		if string(got) != "x" || !errors.Is(err, c.code) {
			t.Errorf("%s: %q %v, want %v", c.name, got, err, c.code)
		}
	}
}

// TestReplySource agrees with Edit.SetReceived on what the top Via becomes.
func TestReplySource(t *testing.T) {
	for _, via := range []string{"a", "192.0.2.3", "192.0.2.3;rport", "a;rport=1;received=9", "192.0.2.3;received=1.2.3.4;x", "[::1];x;RPORT , b", "a;received;rport;branch=1"} {
		for _, src := range []string{"192.0.2.3:1", "[::1]:65535", "[::ffff:192.0.2.3]:0"} {
			addr := netip.MustParseAddrPort(src)
			in := strings.Replace(without(t, optionsMsg, "v: "), "Record-Route", "Via: SIP/2.0/UDP "+via+"\r\nRecord-Route", 1) + "\r\n"
			m := whole(t, edited(t, in, func(e *codec.Edit) { e.SetReceived(addr) }))
			out, err := AppendReply(nil, whole(t, in), &Reply{Status: 200, Tag: []byte("t"), Source: addr})
			if err != nil {
				t.Fatalf("%s: %v", via, err)
			}
			if got, want := whole(t, string(out)).Value(header.IDVia), m.Value(header.IDVia); !bytes.Equal(got, want) {
				t.Errorf("%s from %s: reply %q, edit %q", via, src, got, want)
			}
		}
	}
}

// TestReplyLineEnds puts every byte at every place of what a reply copies: the
// look at all of it at once must find what the looks at each value find.
func TestReplyLineEnds(t *testing.T) {
	const in = "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;rport\r\nv: SIP/2.0/TCP b,\r\n c\r\nRecord-Route: <sip:p>\r\nFrom: <sip:a>;tag=1\r\nt: <sip:b>\r\nCall-ID: i\r\n j\r\nCSeq: 1 INVITE\r\nTimestamp: 5\r\n\r\n"
	m := new(codec.Message)
	var dst, slow []byte
	refused := 0
	for _, r := range []*Reply{{Status: 200, Tag: []byte("t")}, {Status: 100, Source: source}, {Status: 400, Tag: []byte("t\n")}} {
		for i := range in {
			for c := range 256 {
				b := []byte(in)
				b[i] = byte(c)
				_ = m.Parse(b)
				if !m.IsRequest() || m.Method() == header.MethodACK {
					continue
				}
				w := writer{m: m, dst: slow[:0]}
				w.reply(r)
				want, werr := w.done(slow[:0])
				slow = w.dst
				code, _ := werr.(sipwire.Code)
				fault := m.Fault()
				got, err := AppendReply(dst[:0], m, r)
				dst = got
				if err != werr || err != nil && (m.Fault() != fault || fault.Code != code) || !bytes.Equal(got, want) {
					t.Fatalf("%q: %q with %v, want %q with %v", b, got, err, want, code)
				}
				if code == sipwire.ErrControl {
					refused++
				}
			}
		}
	}
	if refused < 100 {
		t.Errorf("%d messages had a line end in a value", refused)
	}
}
