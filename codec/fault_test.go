package codec

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
)

// parseAndRelease is the first snippet of README.md: the error is used when
// the message is back in the pool.
func parseAndRelease(b []byte) error {
	m := Acquire()
	defer Release(m)
	if err := m.Parse(b); err != nil {
		return err
	}
	_, err := m.MaxForwards()
	return err
}

// TestErrorStays keeps errors beyond everything that changes the message they
// came from, and looks at them in other goroutines.
func TestErrorStays(t *testing.T) {
	short := []byte(msg(reqLine, "Content-Length: 9"))
	twice := []byte(msg(reqLine, "Content-Length: 1", "Content-Length: 2"))
	hops := []byte(msg(reqLine, "Max-Forwards: x"))
	for range 3 { // the pool gives the same Message again
		a, b, c := parseAndRelease(short), parseAndRelease(twice), parseAndRelease(hops)
		if !errors.Is(a, sipwire.ErrBodyShort) || !errors.Is(b, sipwire.ErrContentLengthTwo) || !errors.Is(c, sipwire.ErrNumber) || a == b {
			t.Errorf("after Release: %v, %v, %v", a, b, c)
		}
	}

	m := new(Message)
	before := m.Parse(short)
	m.Reset()
	if !errors.Is(before, sipwire.ErrBodyShort) {
		t.Errorf("after Reset: %v", before)
	}
	before = m.Parse(short)
	if err := m.Parse(twice); !errors.Is(before, sipwire.ErrBodyShort) || !errors.Is(err, sipwire.ErrContentLengthTwo) {
		t.Errorf("after the next Parse: %v, then %v", before, err)
	}

	var all []error
	m = parsed(t, reqLine, "Via: SIP/2.0/UDP a, , oops, SIP/2.0/UDP [::1")
	for _, err := range m.Vias() {
		all = append(all, err)
	}
	m.Reset()
	want := []error{nil, sipwire.ErrList, sipwire.ErrProtocol, sipwire.ErrHost}
	for i := range want {
		if all[i] != want[i] {
			t.Errorf("Via %d: %v, want %v", i, all[i], want[i])
		}
	}

	// Other goroutines look at errors while the message is parsed into.
	var wg sync.WaitGroup
	errs := make(chan error)
	for range 2 {
		wg.Go(func() {
			for err := range errs {
				if !errors.Is(err, sipwire.ErrBodyShort) || err.Error() == "" {
					t.Errorf("in another goroutine: %v", err)
				}
			}
		})
	}
	for range 200 {
		errs <- m.Parse(short)
		_ = m.Parse(twice)
	}
	close(errs)
	wg.Wait()
}

// TestFault asks messages where what failed did.
func TestFault(t *testing.T) {
	m := new(Message)
	in := msg(reqLine, "Max-Forwards: x", "To: <", "CSeq: 1 "+strings.Fields(reqLine)[0])
	check := func(what string, want Fault) {
		t.Helper()
		if got := m.Fault(); got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	check("nothing parsed", Fault{})
	if _, err := m.To(); err != sipwire.ErrNotParsed {
		t.Error(err)
	}
	check("nothing parsed, asked for To", Fault{sipwire.ErrNotParsed, header.IDTo, 0})
	if err := m.Parse([]byte(in)); err != nil {
		t.Fatal(err)
	}
	check("parsed", Fault{})
	hops := Fault{sipwire.ErrNumber, header.IDMaxForwards, strings.Index(in, "x\r\nTo")}
	to := Fault{sipwire.ErrAngle, header.IDTo, strings.Index(in, "<")}
	for range 2 { // read, then as kept
		_, _ = m.MaxForwards()
		check("Max-Forwards", hops)
		_, _ = m.To()
		check("To", to)
	}
	if _, err := m.CSeq(); err != nil {
		t.Fatal(err)
	}
	check("a call that does not fail leaves it", to)
	if err := m.Fail(Fault{sipwire.ErrState, header.IDRoute, 7}); err != sipwire.ErrState {
		t.Error(err)
	}
	check("of another package", Fault{sipwire.ErrState, header.IDRoute, 7})

	bad := strings.Replace(in, "\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n", 1)
	short := Fault{sipwire.ErrBodyShort, header.IDContentLength, strings.Index(bad, "5\r\n\r\n")}
	_ = m.Parse([]byte(bad))
	check("the next message", short)
	_, _ = m.To()
	check("an accessor after Parse has failed", to)
	if m.ParseFault() != short || m.Err() != sipwire.ErrBodyShort {
		t.Errorf("of Parse: %v, %v", m.ParseFault(), m.Err())
	}
	m.Reset()
	check("reset", Fault{})
	if m.Err() != nil {
		t.Error(m.Err())
	}
}

// TestFaultText is what a Fault puts into a log.
func TestFaultText(t *testing.T) {
	for want, f := range map[string]Fault{
		"sip: malformed host in Via at offset 61":       {sipwire.ErrHost, header.IDVia, 61},
		"sip: message not finished in time at offset 0": {sipwire.ErrIdle, header.IDOther, -1},
		"sip: no error": {},
		"sip: Content-Length larger than the datagram in Content-Length at offset 3": {sipwire.ErrBodyShort, header.IDContentLength, 3},
	} {
		b, err := f.AppendText([]byte("x"))
		if got := fmt.Sprint(f); got != want || string(b) != "x"+want || err != nil {
			t.Errorf("%q and %q, want %q", got, b, want)
		}
	}
	if _, ok := any(Fault{}).(error); ok {
		t.Error("a Fault is an error")
	}
}

// TestForeignErrors has errors of callers pass through.
func TestForeignErrors(t *testing.T) {
	mine := errors.New("mine")
	m := parsed(t, reqLine, "Reason: a, b")
	parse := func([]byte) (int, error) { return 1, mine }
	where := strings.Index(string(m.Bytes()), "a, b")
	if err := m.Read(header.IDReason, parse); err != mine {
		t.Errorf("Read: %v", err)
	}
	if f := m.Fault(); f != (Fault{sipwire.ErrValue, header.IDReason, where + 1}) {
		t.Errorf("Read: %v", f)
	}
	var got []string
	for v, err := range m.ReadAll(header.IDReason, parse) {
		got = append(got, string(v))
		if err != mine {
			t.Errorf("ReadAll: %v", err)
		}
	}
	if strings.Join(got, "|") != "a|b" || m.Fault().Offset != where+4 {
		t.Errorf("ReadAll: %q, %v", got, m.Fault())
	}
	s := new(Stream)
	defer s.Close()
	if _, err := s.ReadNext(brokenReader{mine}, m); err != mine || s.Fault() != (Fault{}) || s.Lost() != nil {
		t.Errorf("ReadNext: %v, %v", err, s.Fault())
	}
	if _, err := s.ReadNext(strings.NewReader(""), m); err != io.EOF {
		t.Errorf("ReadNext: %v", err)
	}
}

type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

// TestFaultAllocs runs into errors of every kind without an allocation.
func TestFaultAllocs(t *testing.T) {
	m, e := new(Message), new(Edit)
	bad := []byte(msg(reqLine, "Via: ,", "From: <", "To: ", "CSeq: x", "Call-ID: @", "Max-Forwards: -1", "Expires: x",
		"Contact: *, *", "Route: , <sip:a>, b", "Record-Route: <sip:a", "Reason: ;", "RSeq: x", "Content-Length: 1"))
	text := make([]byte, 0, 1000)
	var reason ext.Reason
	if n := testing.AllocsPerRun(10, func() {
		if m.Parse(bad) != sipwire.ErrBodyShort {
			t.Fatal(m.Err())
		}
		for range 2 {
			_, _ = m.TopVia()
			_, _ = m.From()
			_, _ = m.To()
			_, _ = m.CSeq()
			_, _ = m.CallID()
			_, _ = m.MaxForwards()
			_, _ = m.Expires()
			_, _ = m.Contact()
			_, _ = m.RemoteTarget()
			_, _ = m.TopRoute()
			_, _ = m.ContentType()
			_, _ = m.TransactionHash(1)
			_, _ = m.DialogHash(1, Either)
			_, _ = m.AppendRAck(text)
			_ = m.Read(header.IDReason, reason.Parse)
			for range m.Vias() {
			}
			for range m.Routes() {
			}
			for range m.Contacts() {
			}
			for range m.ReadAll(header.IDReason, reason.Parse) {
			}
			_, _ = m.Fault().AppendText(text)
			_, _ = m.ParseFault().AppendText(text)
			_, _ = m.AppendText(text)
		}
		_ = e.Begin(m)
		_ = e.Err()
		_, _ = e.AppendTo(text)
		_, _ = e.Fault().AppendText(text)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestMessageText prints messages by every way there is.
func TestMessageText(t *testing.T) {
	m := new(Message)
	for _, c := range []struct{ in, want string }{
		{msg("BYE sip:bob@192.0.2.4 SIP/2.0", "i: a84b4c76e66710", "Subject: secret", "CSeq: 231 BYE"),
			"BYE sip:bob@192.0.2.4 SIP/2.0; Call-ID: a84b4c76e66710; CSeq: 231 BYE"},
		{msg("SIP/2.0 200 OK", "CSeq: 231", "\tBYE"), "SIP/2.0 200 OK; CSeq: 231\\x0d\\x0a\tBYE"},
		{msg("SIP/2.0 200 OK", "Call-ID: a\rb\x1b[0m"), "SIP/2.0 200 OK; Call-ID: a\\x0db\\x1b[0m"},
		{"garbage", ""},
	} {
		_ = m.Parse([]byte(c.in))
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "m", m)
		for _, got := range []string{m.String(), fmt.Sprint(m), fmt.Sprintf("%v", m), fmt.Sprintf("%+v", m), fmt.Sprintf("%#v", m), fmt.Sprintf("%s", m)} {
			if got != c.want {
				t.Errorf("%q prints %q, want %q", c.in, got, c.want)
			}
		}
		if got := log.String(); strings.Contains(got, "secret") || !strings.Contains(got, "m.call_id=") ||
			strings.Count(got, "\n") != 1 {
			t.Errorf("%q logs %q", c.in, got)
		}
	}
}

// TestByName finds fields by names in the table and outside it.
func TestByName(t *testing.T) {
	m := parsed(t, reqLine, "X-a: 1", "f: <sip:a>", "x-B: 2", "X-A : 3", "From: <sip:b>", "x-a:")
	for name, want := range map[string]string{"X-A": "1|3|", "x-a": "1|3|", "from": "<sip:a>|<sip:b>", "F": "<sip:a>|<sip:b>", "X-B": "2"} {
		var got []string
		for f := range m.FieldsByName(name) {
			got = append(got, string(f.Value))
		}
		first, _, _ := strings.Cut(want, "|")
		if strings.Join(got, "|") != want || string(m.ValueByName(name)) != first || string(m.ValueAt(m.IndexByName(name))) != first {
			t.Errorf("%s: %q, %q, want %q", name, got, m.ValueByName(name), want)
		}
	}
	for _, name := range []string{"X-C", "", "To", "X"} {
		for f := range m.FieldsByName(name) {
			t.Errorf("%q is %q", name, f.Value)
		}
		if m.IndexByName(name) != -1 || m.ValueByName(name) != nil {
			t.Errorf("%q: %d, %q", name, m.IndexByName(name), m.ValueByName(name))
		}
	}
	if m.ValueByName("x-a") == nil {
		t.Error("a value that is there is nil")
	}
	if n := testing.AllocsPerRun(10, func() {
		for range m.FieldsByName("X-A") {
		}
		_ = m.ValueByName("x-b")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestLayout has the offsets of the parts add up to the message.
func TestLayout(t *testing.T) {
	for in, want := range map[string]Layout{
		"\r\n\nA b:c SIP/2.0\r\nX: y\r\n\r\nbody": {3, 24, 26, 30},
		"A b:c SIP/2.0\n\nbody":                   {0, 14, 15, 19},
		"A b:c SIP/2.0\r\n\r\n":                   {0, 15, 17, 17},
		"A b:c SIP/2.0\r\nl: 1\r\n\r\nab":         {0, 21, 23, 24},
		"A b:c SIP/2.0\r\nX: y\r\n":               {0, 21, 21, 21},
		"":                                        {},
	} {
		m := new(Message)
		_ = m.Parse([]byte(in))
		if got := m.Layout(); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
		at := m.Layout().HeadEnd
		for i := m.Len() - 1; i >= 0; i-- {
			if m.FieldEnd(i) != at || in[at-1] != '\n' {
				t.Errorf("%q: field %d ends at %d, want %d", in, i, m.FieldEnd(i), at)
			}
			at = m.At(i).Offset
		}
	}
}
