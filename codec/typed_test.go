package codec

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
)

// parsed indexes a message made of lines.
func parsed(t testing.TB, lines ...string) *Message {
	t.Helper()
	m := new(Message)
	if err := m.Parse([]byte(msg(lines...))); err != nil {
		t.Fatalf("%q: %v", lines, err)
	}
	return m
}

// at checks that err is the code and that the fault of the message has it at
// the last place where rest is in the message; at its end for an empty rest.
func at(t *testing.T, m *Message, err error, code sipwire.Code, rest string) {
	t.Helper()
	e := m.Fault()
	if err != code {
		t.Errorf("%q: error %v, want %v", m.Bytes(), err, code)
		return
	}
	want := len(m.Bytes())
	if rest != "" {
		want = bytes.LastIndex(m.Bytes(), []byte(rest))
	}
	if e.Code != code || e.Offset != want {
		t.Errorf("%q: %v at %d, want %v at %d", m.Bytes(), e.Code, e.Offset, code, want)
	}
	if !errors.Is(err, code) {
		t.Errorf("%v is not %v", err, code)
	}
}

func TestTyped(t *testing.T) {
	m := parsed(t, "INVITE sips:al%69ce:pw@[2001:db8::1]:5061;lr SIP/2.0",
		"v: SIP / 2.0\r\n / TLS  a.example : 5071 ; branch = z9hG4bK1;rport , SIP/2.0/UDP b",
		"Via: SIP/2.0/TCP c",
		`f: "x, <y>" <sip:a@b.example;x=1>;tag = 2`,
		"To: sip:c@d.example;TAG=Q",
		"CSeq: 1  \t INVITE",
		"i: a<b>@c",
		"Max-Forwards: 069",
		"m: <sip:e@f>;q=.5, *",
		"c: application/sdp;x=y",
		"Expires: 4294967296",
		"Route: sip:g;lr, <sip:h>")
	u, err := m.RequestURI()
	if port, _ := u.Port(); err != nil || string(u.User()) != "al%69ce" || string(u.Host()) != "[2001:db8::1]" || port != 5061 {
		t.Errorf("Request-URI: %v %v", u, err)
	}
	via, err := m.TopVia()
	port, _ := via.Port()
	if err != nil || via.Transport() != header.TransportTLS || string(via.Host()) != "a.example" ||
		port != 5071 || string(via.Branch()) != "z9hG4bK1" || !via.HasRPort() {
		t.Errorf("Via: %q %v", via.Bytes(), err)
	}
	var hosts []string
	for v, err := range m.Vias() {
		hosts = append(hosts, fmt.Sprint(string(v.Host()), err))
	}
	if got := fmt.Sprint(hosts); got != "[a.example<nil> b<nil> c<nil>]" {
		t.Errorf("Vias: %s", got)
	}
	from, err := m.From()
	if err != nil || string(from.Tag()) != "2" || string(from.Display()) != `"x, <y>"` {
		t.Errorf("From: %q %v", from.Bytes(), err)
	}
	if u, err = m.FromURI(); err != nil || string(u.Bytes()) != "sip:a@b.example;x=1" {
		t.Errorf("From: %q %v", u.Bytes(), err)
	}
	to, err := m.To()
	if err != nil || string(to.Tag()) != "Q" {
		t.Errorf("To: %q %v", to.Bytes(), err)
	}
	if u, err = m.ToURI(); err != nil || string(u.Bytes()) != "sip:c@d.example" {
		t.Errorf("To: %q %v", u.Bytes(), err)
	}
	cseq, err := m.CSeq()
	if err != nil || cseq.Number() != 1 || cseq.Method() != header.MethodINVITE || string(cseq.MethodBytes()) != "INVITE" {
		t.Errorf("CSeq: %v %v", cseq, err)
	}
	if id, err := m.CallID(); err != nil || string(id) != "a<b>@c" {
		t.Errorf("Call-ID: %q %v", id, err)
	}
	if hops, err := m.MaxForwards(); err != nil || hops != 69 {
		t.Errorf("Max-Forwards: %d %v", hops, err)
	}
	if n, err := m.Expires(); err != nil || n != 1<<32-1 {
		t.Errorf("Expires: %d %v", n, err)
	}
	if c, err := m.ContentType(); err != nil || string(c.Bytes()) != "application/sdp;x=y" {
		t.Errorf("Content-Type: %q %v", c.Bytes(), err)
	}
	if c, err := m.Contact(); err != nil || string(c.Bytes()) != "<sip:e@f>;q=.5" {
		t.Errorf("Contact: %q %v", c.Bytes(), err)
	}
	if u, err := m.RemoteTarget(); err != nil || string(u.Bytes()) != "sip:e@f" {
		t.Errorf("remote target: %q %v", u.Bytes(), err)
	}
	if r, err := m.TopRoute(); err != nil || string(r.Bytes()) != "sip:g;lr" {
		t.Errorf("Route: %q %v", r.Bytes(), err)
	}
	_, err = m.TopRouteURI()
	at(t, m, err, sipwire.ErrNeedAngle, "sip:g")
	n := 0
	for c, err := range m.Contacts() {
		if n++; n == 2 {
			at(t, m, err, sipwire.ErrWildcard, "*")
		} else if err != nil {
			t.Errorf("Contact: %q %v", c.Bytes(), err)
		}
	}
	if n != 2 {
		t.Errorf("%d Contacts", n)
	}
	same, _ := m.From()
	if same != from {
		t.Error("From is read twice")
	}
	m.Reset()
	if !reflect.DeepEqual(m.typed, typedCache{errs: m.typed.errs}) {
		t.Error("Reset leaves typed values behind")
	}
}

func TestTypedErrors(t *testing.T) {
	ask := map[string]func(m *Message) error{
		"uri":     func(m *Message) error { _, err := m.RequestURI(); return err },
		"via":     func(m *Message) error { _, err := m.TopVia(); return err },
		"from":    func(m *Message) error { _, err := m.From(); return err },
		"fromURI": func(m *Message) error { _, err := m.FromURI(); return err },
		"to":      func(m *Message) error { _, err := m.To(); return err },
		"toURI":   func(m *Message) error { _, err := m.ToURI(); return err },
		"cseq":    func(m *Message) error { _, err := m.CSeq(); return err },
		"callid":  func(m *Message) error { _, err := m.CallID(); return err },
		"hops":    func(m *Message) error { _, err := m.MaxForwards(); return err },
		"expires": func(m *Message) error { _, err := m.Expires(); return err },
		"contact": func(m *Message) error { _, err := m.Contact(); return err },
		"target":  func(m *Message) error { _, err := m.RemoteTarget(); return err },
		"route":   func(m *Message) error { _, err := m.TopRoute(); return err },
		"hop":     func(m *Message) error { _, err := m.TopRouteURI(); return err },
		"type":    func(m *Message) error { _, err := m.ContentType(); return err },
		"rack":    func(m *Message) error { var v header.RAck; return m.Read(header.IDRAck, v.Parse) },
		"event":   func(m *Message) error { var v ext.Event; return m.Read(header.IDEvent, v.Parse) },
	}
	for name, f := range ask {
		m := parsed(t, reqLine)
		if name == "uri" {
			m = parsed(t, "SIP/2.0 200 OK")
			at(t, m, f(m), sipwire.ErrMissing, "SIP/2.0")
		} else {
			at(t, m, f(m), sipwire.ErrMissing, "")
		}
		if err := f(new(Message)); !errors.Is(err, sipwire.ErrNotParsed) {
			t.Errorf("%s of an empty Message: %v", name, err)
		}
	}
	for _, c := range []struct {
		ask, line string
		code      sipwire.Code
		rest      string
	}{
		{"via", "Via: , SIP/2.0/UDP a", sipwire.ErrList, ", SIP"},
		{"via", "Via:", sipwire.ErrEmpty, "\r\n\r\n"},
		{"via", "Via: SIP/2.0/UDP a;@", sipwire.ErrParam, "@"},
		{"from", "From: <sip:a@b", sipwire.ErrAngle, "<sip:a@b"},
		{"from", "From: a, <sip:b>", sipwire.ErrScheme, ", <sip:b>"},
		{"from", "f: <sip:a>, <sip:b>", sipwire.ErrTrailing, ", <sip:b>"},
		{"fromURI", "From: <sip:a@b", sipwire.ErrAngle, "<sip:a@b"},
		{"fromURI", "From: x <sip:a@@b>;tag=1", abnfErrHost, "@b>"},
		{"toURI", "To: <nothing>", sipwire.ErrScheme, ">"},
		{"cseq", "CSeq: 2147483648 INVITE", sipwire.ErrRange, "2147483648"},
		{"cseq", "CSeq: 1INVITE", sipwire.ErrMethod, "INVITE\r\n"},
		{"cseq", "CSeq: x INVITE", sipwire.ErrNumber, "x INVITE"},
		{"cseq", "CSeq: 1", sipwire.ErrMethod, "\r\n\r\n"},
		{"cseq", "CSeq: 1 INVITE x", sipwire.ErrTrailing, "x\r\n"},
		{"cseq", "CSeq:", sipwire.ErrEmpty, "\r\n\r\n"},
		{"callid", "Call-ID: a b", sipwire.ErrCallID, "b\r\n"},
		{"callid", "Call-ID: a@@b", sipwire.ErrCallID, "@b"},
		{"callid", "Call-ID:", sipwire.ErrEmpty, "\r\n\r\n"},
		{"hops", "Max-Forwards: 256", sipwire.ErrRange, "256"},
		{"hops", "Max-Forwards: 7x", sipwire.ErrTrailing, "x"},
		{"expires", "Expires: soon", sipwire.ErrNumber, "soon"},
		{"contact", "Contact: *, <sip:a>", sipwire.ErrWildcard, "*, <sip"},
		{"target", "Contact: *", sipwire.ErrWildcard, "*"},
		{"target", "Contact: <sip:>", abnfErrHost, ">"},
		{"route", "Route: <sip:a;lr", sipwire.ErrAngle, "<sip:a"},
		{"hop", "Route: sip:a;lr", sipwire.ErrNeedAngle, "sip:a"},
		{"type", "Content-Type: text", sipwire.ErrValue, ""},
		{"rack", "RAck: 1 2", sipwire.ErrMethod, "\r\n\r\n"},
		{"rack", "RAck: 1", sipwire.ErrNumber, "\r\n\r\n"},
		{"event", "Event: a b", sipwire.ErrTrailing, "b\r\n"},
	} {
		m := parsed(t, reqLine, "X: y", c.line)
		err := ask[c.ask](m)
		if c.ask == "type" {
			if err == nil {
				t.Errorf("%s: no error", c.line)
			}
			continue
		}
		at(t, m, err, c.code, c.rest)
		at(t, m, ask[c.ask](m), c.code, c.rest) // and again, from the cache
		if via, _ := m.TopVia(); via == nil || via.IsValid() {
			t.Errorf("%s: a Via that has an error is %v", c.line, via)
		}
		if !bytes.Contains(m.At(1).Value, []byte(strings.TrimSpace(c.line[strings.Index(c.line, ":")+1:]))) {
			t.Errorf("%s: the raw value is lost", c.line)
		}
	}
	if n, _ := parsed(t, reqLine, "Expires: soon").Expires(); n != 3600 {
		t.Errorf("a malformed Expires is %d", n)
	}
	m := new(Message)
	m.Parse([]byte(msg("INVITE <sip:a> SIP/2.0", "From: <sip:a>;tag=1")))
	_, err := m.RequestURI()
	at(t, m, err, sipwire.ErrRequestURI, "<sip:a> SIP")
	if from, err := m.From(); err != nil || string(from.Tag()) != "1" {
		t.Errorf("behind a bad Request-URI, From is %q %v", from.Bytes(), err)
	}
}

const abnfErrHost = sipwire.ErrHost

// TestTypedStrict has a parameter twice: the first wins, or it is an error.
func TestTypedStrict(t *testing.T) {
	b := []byte(msg("INVITE sip:a;x=1;X=2 SIP/2.0", "Via: SIP/2.0/UDP a;branch=1;branch=2", "From: <sip:b>;tag=1;TAG=2",
		"To: <sip:c;y;y>", "Contact: <sip:d>;q=1;q=0", "Route: <sip:e>;z;z"))
	loose, strict := new(Message), new(Message)
	loose.Parse(b)
	(&Parser{Strictness: Strict}).Parse(strict, b)
	for _, c := range []struct {
		rest string
		ask  func(m *Message) error
	}{
		{"sip:a;", func(m *Message) error { _, err := m.RequestURI(); return err }},
		{"SIP/2.0/UDP", func(m *Message) error { _, err := m.TopVia(); return err }},
		{"<sip:b>", func(m *Message) error { _, err := m.From(); return err }},
		{"sip:c", func(m *Message) error { _, err := m.ToURI(); return err }},
		{"<sip:d>", func(m *Message) error { _, err := m.Contact(); return err }},
		{"<sip:e>", func(m *Message) error { _, err := m.TopRoute(); return err }},
	} {
		if err := c.ask(loose); err != nil {
			t.Errorf("%s: %v", c.rest, err)
		}
		at(t, strict, c.ask(strict), sipwire.ErrParamTwice, c.rest)
	}
	if from, _ := loose.From(); string(from.Tag()) != "1" {
		t.Errorf("tag %q of two", from.Tag())
	}
}

func TestLists(t *testing.T) {
	m := parsed(t, reqLine, "Via: SIP/2.0/UDP a, SIP/2.0/UDP b", "Via: oops;x=\"1,2\", SIP/2.0/UDP c,", "Via:",
		"Route: <sip:a,b;lr>, \"x, y\" <sip:c>, ,<sip:d", "Route: <sip:e>",
		"Contact: <sip:f>", "Contact: *", "Reason: SIP;cause=200;text=\"a, b\", x y, Q.850;cause=16",
		"P-Asserted-Identity: <sip:g@h>, tel:+1", "From: <sip:a>, <sip:b>")
	show := func(b []byte, err error) string {
		if err != nil {
			e := m.Fault()
			if err != e.Code {
				t.Errorf("%v with the fault %v", err, e)
			}
			return fmt.Sprintf("%s@%.3q", e.Code.Name(), m.Bytes()[e.Offset:])
		}
		return string(b)
	}
	var got []string
	for v, err := range m.Vias() {
		got = append(got, show(v.Host(), err))
	}
	for v, err := range m.Routes() {
		got = append(got, show(v.URIBytes(), err))
	}
	for range m.RecordRoutes() {
		t.Error("a Record-Route that is not there")
	}
	for v, err := range m.Contacts() {
		got = append(got, show(v.URIBytes(), err))
	}
	var r ext.Reason
	for _, err := range m.ReadAll(header.IDReason, r.Parse) {
		got = append(got, show(r.Protocol(), err))
	}
	for v, err := range m.NameAddrs(header.IDPAssertedIdentity) {
		got = append(got, show(v.URIBytes(), err))
	}
	for v, err := range m.NameAddrs(header.IDFrom) {
		got = append(got, show(v.URIBytes(), err))
	}
	want := []string{
		"a", "b", `protocol@";x="`, "c", `empty@"\r\nV"`, `empty@"\r\nR"`,
		"sip:a,b;lr", "sip:c", `list@",<s"`, `angle@"<si"`, "sip:e",
		"sip:f", `wildcard@"*\r\n"`, "SIP", `trailing@"y, "`, "Q.850",
		"sip:g@h", "tel:+1", `trailing@", <"`,
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	n := 0
	m = parsed(t, reqLine, "m: *", "Contact: <sip:a>")
	for _, err := range m.Contacts() {
		if n++; n == 1 {
			at(t, m, err, sipwire.ErrWildcard, "*")
		} else if err != nil {
			t.Errorf("behind a *: %v", err)
		}
	}
	for c, err := range parsed(t, reqLine, "Contact: *").Contacts() {
		if n++; err != nil || !c.IsWildcard() {
			t.Errorf("a * alone: %v", err)
		}
	}
	if n != 3 {
		t.Errorf("%d Contacts", n)
	}
	for range m.Vias() {
		break
	}
	for range m.Contacts() {
		break
	}
	for range m.Routes() {
		break
	}
}

// TestEmptyLists: a list that may be empty has nothing to read when it is, and
// nothing that is wrong (RFC 3261, 25.1); any other has an error.
func TestEmptyLists(t *testing.T) {
	var m Message
	if err := m.Parse([]byte("OPTIONS sip:b@h SIP/2.0\r\nAllow:\r\nAccept: \r\nk:\r\nSupported: path\r\nP-Associated-URI:\r\nPath:\r\nRequire:\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	var media header.ContentType
	for v, err := range m.ReadAll(header.IDAccept, media.ParseRange) {
		t.Errorf("Accept: %q, %v", v, err)
	}
	var options header.OptionSet
	n := 0
	for _, err := range m.ReadAll(header.IDSupported, options.Add) {
		if n++; err != nil {
			t.Errorf("Supported: %v", err)
		}
	}
	for v, err := range m.NameAddrs(header.IDPAssociatedURI) {
		t.Errorf("P-Associated-URI: %q, %v", v.Bytes(), err)
	}
	if n != 1 || !options.Has(header.OptionPath) {
		t.Errorf("%d values of Supported: %v", n, options)
	}
	n = 0
	for _, err := range m.NameAddrs(header.IDPath) {
		if n++; err != sipwire.ErrEmpty {
			t.Errorf("Path: %v", err)
		}
	}
	for v, err := range m.ReadAll(header.IDRequire, func(b []byte) (int, error) { return 0, sipwire.ErrToken }) {
		if n++; err != sipwire.ErrToken || len(v) != 0 {
			t.Errorf("Require: %q, %v", v, err)
		}
	}
	if n != 2 {
		t.Errorf("%d values that must not be empty", n)
	}
}
