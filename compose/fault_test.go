package compose

import (
	"errors"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// faultInvite is an INVITE in which one thing after the other is made wrong.
const faultInvite = "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\n" +
	"Call-ID: i\r\nCSeq: 1 INVITE\r\nContact: <sip:a>\r\nContent-Length: 4\r\n\r\nbody"

// TestFaults asks the messages for the true places of what is wrong in them.
func TestFaults(t *testing.T) {
	busy := "SIP/2.0 486 Busy\r\nTo: <sip:b>;tag=2\r\n\r\n"
	ok := &Reply{Status: 200, Tag: []byte("t"), Source: source}
	reply := func(m, _ *codec.Message) error { _, err := AppendReply(nil, m, ok); return err }
	ack := func(m, response *codec.Message) error { _, err := AppendACK(nil, m, response); return err }
	cancel := func(m, _ *codec.Message) error { _, err := AppendCancel(nil, m); return err }
	request := func(change func(d *Dialog, r *Request)) func(m, _ *codec.Message) error {
		return func(m, _ *codec.Message) error {
			d := Dialog{}
			if err := d.Begin(m, []byte("2")); err != nil {
				return err
			}
			via := *bobVia
			r := &Request{Method: []byte("BYE"), CSeq: 2, Via: &via}
			change(&d, r)
			_, err := AppendRequest(nil, &d, r)
			return err
		}
	}
	dialog := request(func(*Dialog, *Request) {})
	const end = "body" // the end of the header fields
	for _, c := range []struct {
		name     string
		make     func(m, response *codec.Message) error
		old, new string
		code     sipwire.Code
		id       header.ID
		at       string // what is at the offset; "" for 0
	}{
		{"reply", reply, "UDP a;", "UDP [a;", sipwire.ErrHost, header.IDVia, ";branch"},
		{"reply", reply, "To: <sip:b>", "To: <sip:b", sipwire.ErrAngle, header.IDTo, "<sip:b\r"},
		{"reply", reply, "CSeq", "X", sipwire.ErrMissing, header.IDCSeq, end},
		{"reply", reply, "ID: i", "ID: i\x01j", sipwire.ErrControl, header.IDCallID, "\x01j"},
		{"reply", reply, "ID: i", "ID: i\r\n \x01j", sipwire.ErrControl, header.IDCallID, "\x01j"},
		{"ACK", ack, "UDP a;", "UDP [a;", sipwire.ErrHost, header.IDVia, ";branch"},
		{"ACK", ack, "CSeq: 1", "CSeq: x", sipwire.ErrNumber, header.IDCSeq, "x INVITE"},
		{"ACK", ack, "From", "X", sipwire.ErrMissing, header.IDFrom, end},
		{"CANCEL", cancel, "UDP a;", "UDP [a;", sipwire.ErrHost, header.IDVia, ";branch"},
		{"CANCEL", cancel, "CSeq: 1", "CSeq: x", sipwire.ErrNumber, header.IDCSeq, "x INVITE"},
		{"CANCEL", cancel, "INVITE sip", "ACK sip", sipwire.ErrState, header.IDOther, ""},
		{"BYE", dialog, "To: <sip:b>", "To: <sip:b", sipwire.ErrAngle, header.IDTo, "<sip:b\r"},
		{"BYE", dialog, "Contact: <sip:a>", "Contact: <sip:[>", sipwire.ErrHost, header.IDContact, ">\r\nContent"},
		{"BYE", dialog, "Call-ID", "X", sipwire.ErrMissing, header.IDCallID, end},
		{"BYE", request(func(_ *Dialog, r *Request) { r.Via.Host = []byte("a b") }), "", "", sipwire.ErrHost, header.IDVia, ""},
	} {
		in := strings.Replace(faultInvite, c.old, c.new, 1)
		m, response := whole(t, in), whole(t, busy)
		err := c.make(m, response)
		want := codec.Fault{Code: c.code, Header: c.id}
		if c.at != "" {
			want.Offset = strings.Index(in, c.at)
		}
		if got := m.Fault(); err != c.code || got != want || m.Err() != nil {
			t.Errorf("%s of %q: %v, %v, want %v", c.name, in, err, got, want)
		}
	}

	// The first error counts, also where a later one is the message's own.
	m := whole(t, strings.NewReplacer("From", "X", "CSeq: 1", "CSeq: x").Replace(faultInvite))
	if _, err := AppendCancel(nil, m); err != sipwire.ErrMissing || m.Fault().Header != header.IDFrom {
		t.Errorf("%v, %v", err, m.Fault())
	}
	// That of another message is asked of it.
	m, response := whole(t, faultInvite), whole(t, "SIP/2.0 486 Busy\r\nX: y\r\n\r\n")
	if _, err := AppendACK(nil, m, response); err != sipwire.ErrMissing ||
		response.Fault() != (codec.Fault{Code: sipwire.ErrMissing, Header: header.IDTo, Offset: len(response.Bytes())}) {
		t.Errorf("%v, %v", err, response.Fault())
	}
	if _, err := AppendRequest(nil, new(Dialog), new(Request)); err != sipwire.ErrState {
		t.Errorf("a dialog without a peer: %v", err)
	}
}

// TestViaFaults asks for the place of what is wrong in a Via: whatever is made of
// the message says what the message itself says, with other fields and names in
// front of it too.
func TestViaFaults(t *testing.T) {
	const good = "Via: SIP/2.0/UDP a;branch=z9hG4bK1"
	response := whole(t, "SIP/2.0 486 Busy\r\nTo: <sip:b>;tag=2\r\n\r\n")
	for _, c := range []struct {
		via  string
		code sipwire.Code
		at   string
	}{
		{"SIP/2.0/UDP [a;branch=z9hG4bK1", sipwire.ErrHost, ";branch=z"},
		{"SIP/2.0/UDP\r\n [a;branch=z9hG4bK1", sipwire.ErrHost, ";branch=z"},
		{"SIP/2.0/UDP a b;branch=z9hG4bK1", sipwire.ErrHost, "b;branch"},
		{"SIP/2.0 UDP a;branch=z9hG4bK1", sipwire.ErrProtocol, "UDP"},
		{"SIP/2.0/UDP a:x;branch=z9hG4bK1", sipwire.ErrPort, "x;"},
		{"SIP/2.0/UDP a:65536;branch=z9hG4bK1", sipwire.ErrPort, "6;branch"},
		{"SIP/2.0/UDP a;branch=\"", sipwire.ErrQuote, "\"\r"},
		{"SIP/2.0/UDP a;branch=z9hG4bK1;@", sipwire.ErrParam, "@\r"},
		{"SIP/2.0/UDP a;x=\"\x01\"", sipwire.ErrControl, "\x01"},
		{",SIP/2.0/UDP a;branch=z9hG4bK1", sipwire.ErrList, ",SIP"},
	} {
		for _, before := range []string{"Via: ", "v:", "X: y\r\nSubject: z\r\nvia \t: "} {
			in := strings.Replace(faultInvite, good, before+c.via, 1)
			want := codec.Fault{Code: c.code, Header: header.IDVia, Offset: strings.Index(in, c.at)}
			for name, run := range map[string]func(m *codec.Message) error{
				"reply": func(m *codec.Message) error {
					_, err := AppendReply(nil, m, &Reply{Status: 400, Tag: []byte("t"), Source: source})
					return err
				},
				"ACK":    func(m *codec.Message) error { _, err := AppendACK(nil, m, response); return err },
				"CANCEL": func(m *codec.Message) error { _, err := AppendCancel(nil, m); return err },
			} {
				m := whole(t, in)
				if err := run(m); err != c.code || m.Fault() != want {
					t.Errorf("%s of %q: %v, %v, want %v", name, in, err, m.Fault(), want)
				}
			}
		}
	}
}

// TestErrorStays answers in a function that releases the message: the error is
// the same behind it.
func TestErrorStays(t *testing.T) {
	answer := func(in string) error {
		m := codec.Acquire()
		defer codec.Release(m)
		if err := m.Parse([]byte(in)); err != nil {
			return err
		}
		_, err := AppendReply(nil, m, &Reply{Status: 200, Tag: []byte("t")})
		return err
	}
	a := answer(strings.Replace(faultInvite, "CSeq", "X", 1))
	b := answer(strings.Replace(faultInvite, "To: <sip:b>", "To: <sip:b", 1))
	if !errors.Is(a, sipwire.ErrMissing) || !errors.Is(b, sipwire.ErrAngle) || answer(faultInvite) != nil {
		t.Errorf("%v, %v", a, b)
	}
}
