package sipwire_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/multipart"
	"github.com/sipwire/sipwire/sdp"
)

// What a phone sends while it puts a call on hold and takes it back.

func sessionOf(version int, address, direction string) string {
	body := fmt.Sprintf("v=0\r\no=phone 7 %d IN IP4 192.0.2.5\r\ns=call\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n", version, address)
	if direction != "" {
		body += "a=" + direction + "\r\n"
	}
	return body
}

func inviteOf(toTag string, cseq int, credentials, body string) []byte {
	if toTag != "" {
		toTag = ";tag=" + toTag
	}
	if credentials != "" {
		credentials = "Proxy-Authorization: " + credentials + "\r\n"
	}
	return fmt.Appendf(nil, "INVITE sip:bob@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKh%d\r\nMax-Forwards: 70\r\n"+
		"From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>%s\r\nCall-ID: hold@192.0.2.5\r\nCSeq: %d INVITE\r\n"+
		"Contact: <sip:alice@192.0.2.5>\r\n%sContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", cseq, toTag, cseq, credentials, len(body), body)
}

func responseOf(status, toTag string, cseq int, body string) []byte {
	return fmt.Appendf(nil, "SIP/2.0 %s\r\nVia: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKh%d\r\nFrom: <sip:alice@example.com>;tag=a1\r\n"+
		"To: <sip:bob@example.com>;tag=%s\r\nCall-ID: hold@192.0.2.5\r\nCSeq: %d INVITE\r\nContact: <sip:bob@192.0.2.9>\r\n"+
		"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", status, cseq, toTag, cseq, len(body), body)
}

// answerOf is what the other side answers.
func answerOf(version int, direction string) string {
	return strings.NewReplacer("phone 7", "other 9", "192.0.2.5", "192.0.2.9").Replace(sessionOf(version, "192.0.2.9", direction))
}

// TestHoldFlow goes through a call: a re-INVITE that is challenged and sent
// again, hold by direction, resume, hold by address. At each step it is right
// what is a re-INVITE, what it changes, and who holds whom.
func TestHoldFlow(t *testing.T) {
	const credentials = `Digest username="alice", realm="example.com", nonce="n", uri="sip:bob@192.0.2.9", response="0123456789abcdef0123456789abcdef"`
	first, held, resumed, old := sessionOf(1, "192.0.2.5", "sendrecv"), sessionOf(2, "192.0.2.5", "sendonly"), sessionOf(3, "192.0.2.5", "sendrecv"), sessionOf(4, "0.0.0.0", "")
	challenge := []byte("SIP/2.0 407 Proxy Authentication Required\r\nVia: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKh2\r\nFrom: <sip:alice@example.com>;tag=a1\r\n" +
		"To: <sip:bob@example.com>;tag=b2\r\nCall-ID: hold@192.0.2.5\r\nCSeq: 2 INVITE\r\nProxy-Authenticate: Digest realm=\"example.com\", nonce=\"n\"\r\nContent-Length: 0\r\n\r\n")
	steps := []struct {
		name            string
		message         []byte
		reinvite, offer bool
		holds, answered bool // the caller holds, the called holds
		changes         sdp.Changes
	}{
		{"INVITE", inviteOf("", 1, "", first), false, true, false, false, 0},
		{"200", responseOf("200 OK", "b2", 1, answerOf(1, "")), false, false, false, false, 0},
		{"hold", inviteOf("b2", 2, "", held), true, true, true, false, sdp.NewVersion | sdp.StreamHeld | sdp.NewDirection},
		{"407", challenge, false, false, true, false, 0},
		{"hold again", inviteOf("b2", 3, credentials, held), true, true, true, false, 0},
		{"200 to hold", responseOf("200 OK", "b2", 3, answerOf(2, "recvonly")), false, false, true, false, sdp.NewVersion | sdp.NewDirection},
		{"resume", inviteOf("b2", 4, credentials, resumed), true, true, false, false, sdp.NewVersion | sdp.StreamResumed | sdp.NewDirection},
		{"200 to resume", responseOf("200 OK", "b2", 4, answerOf(3, "sendrecv")), false, false, false, false, sdp.NewVersion | sdp.NewDirection},
		{"hold by 0.0.0.0", inviteOf("b2", 5, credentials, old), true, true, true, false, sdp.NewVersion | sdp.StreamHeld | sdp.NewAddress},
		{"200 to that", responseOf("200 OK", "b2", 5, answerOf(4, "")), false, false, true, false, sdp.NewVersion},
		{"resume", inviteOf("b2", 6, credentials, sessionOf(5, "192.0.2.5", "")), true, true, false, false, sdp.NewVersion | sdp.StreamResumed | sdp.NewAddress},
	}
	m := codec.Acquire()
	defer codec.Release(m)
	// The last description of each side, and the one before.
	var offers, answers [2]sdp.Description
	for i, s := range steps {
		if err := m.Parse(s.message); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if m.IsReinvite() != s.reinvite {
			t.Errorf("%s: IsReinvite is %v", s.name, !s.reinvite)
		}
		part, err := multipart.Find(m.Value(header.IDContentType), m.Body(), "application/sdp")
		if err != nil {
			if s.name != "407" {
				t.Errorf("%s: %v", s.name, err)
			}
			continue
		}
		side := &answers
		if s.offer {
			side = &offers
		}
		if err := side[1].Parse(part.Body()); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if i > 1 {
			changes := sdp.Compare(&side[0], &side[1])
			if changes != s.changes {
				t.Errorf("%s: changes %v, want %v", s.name, changes, s.changes)
			}
		}
		_ = side[0].Parse(part.Body())
		if s.offer {
			if got := offers[0].Hold().Holds(); got != s.holds {
				t.Errorf("%s: the offer holds: %v", s.name, got)
			}
			continue
		}
		if caller, called := sdp.Holders(&offers[0], &answers[0], 0); caller != s.holds || called != s.answered {
			t.Errorf("%s: caller holds %v, called %v; want %v, %v", s.name, caller, called, s.holds, s.answered)
		}
	}
}

// A relay takes an INVITE with a part in front of the description, sends it on
// with its own address and port in the description, and all else as received.
func TestRelayMultipart(t *testing.T) {
	body := "--b\r\nContent-Type: application/pidf+xml\r\n\r\n<presence/>\r\n--b\r\nContent-Type: application/sdp\r\n\r\n" + sessionOf(1, "192.0.2.5", "") + "\r\n--b--\r\n"
	in := fmt.Appendf(nil, "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:bob@example.com>\r\n"+
		"Call-ID: r\r\nCSeq: 1 INVITE\r\nContent-Type: multipart/mixed;boundary=b\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	want := strings.NewReplacer("IN IP4 192.0.2.5", "IN IP6 2001:db8::1", "audio 4000", "audio 12000",
		fmt.Sprintf("Length: %d", len(body)), fmt.Sprintf("Length: %d", len(body)+2*len("2001:db8::1")-2*len("192.0.2.5")+1)).Replace(string(in))
	var (
		m    codec.Message
		e    codec.Edit
		d    sdp.Description
		de   sdp.Edit
		part multipart.Replacement
	)
	dst := make([]byte, 0, 4096)
	relay := func() []byte {
		if err := m.Parse(in); err != nil {
			t.Fatal(err)
		}
		p, err := multipart.Find(m.Value(header.IDContentType), m.Body(), "application/sdp")
		if err != nil {
			t.Fatal(err)
		}
		_ = d.Parse(p.Body())
		_ = de.Begin(&d)
		_ = de.SetOriginAddress(netip.MustParseAddr("2001:db8::1"))
		_ = de.SetConnections(netip.MustParseAddr("2001:db8::1"))
		_ = de.SetPort(0, 12000)
		part.SetFrom(p, &de)
		_ = e.Begin(&m)
		_ = e.SetBodyFrom(nil, &part)
		out, err := e.AppendTo(dst)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := string(relay()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if n := testing.AllocsPerRun(100, func() { relay() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
