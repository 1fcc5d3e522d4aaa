package compose

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
)

// TestReplyRepeatedParams asks that a reply whose top Via is stamped has one
// received and one rport, whatever the sender has forged.
func TestReplyRepeatedParams(t *testing.T) {
	m := new(codec.Message)
	err := m.Parse([]byte("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;received=1;RPort=2" + strings.Repeat(";received=3", 100) +
		";branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := Reply{Status: 200, Tag: []byte("t"), Source: netip.MustParseAddrPort("192.0.2.9:1234")}
	out, err := AppendReply(nil, m, &r)
	want := "Via: SIP/2.0/UDP h;rport=1234;received=192.0.2.9;branch=z9hG4bK1\r\n"
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v, %q, want %q", err, out, want)
	}
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(20, func() { _, _ = AppendReply(dst, m, &r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestReplyTag has one reading of "has a tag": a parameter without a value is
// none, and is replaced.
func TestReplyTag(t *testing.T) {
	for _, tt := range []struct{ to, want string }{
		{"<sip:b@x.example>", "<sip:b@x.example>;tag=u1"},
		{"<sip:b@x.example>;tag=", "<sip:b@x.example>;tag=u1"},
		{"<sip:b@x.example>;tag", "<sip:b@x.example>;tag=u1"},
		{"<sip:b@x.example>;a=b;TAG= ;c", "<sip:b@x.example>;a=b;tag=u1 ;c"},
		{"<sip:b@x.example>\r\n ; Tag\r\n ;c", "<sip:b@x.example> ; tag=u1 ;c"},
		{"<sip:b@x.example>;", "<sip:b@x.example>;tag=u1"},
		{"<sip:b@x.example>;c ;", "<sip:b@x.example>;c;tag=u1"},
		{"sip:b@x.example;tag", "sip:b@x.example;tag=u1"},
		{"<sip:b@x.example>;tag=q;", "<sip:b@x.example>;tag=q;"},
	} {
		var m codec.Message
		if err := m.Parse([]byte("OPTIONS sip:b@x.example SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" +
			"From: <sip:a@x.example>;tag=1\r\nTo: " + tt.to + "\r\nCall-ID: t\r\nCSeq: 1 OPTIONS\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(tt.want, "u1") == m.InDialog() {
			t.Errorf("%q: in a dialog %t", tt.to, m.InDialog())
		}
		out, err := AppendReply(nil, &m, &Reply{Status: 200, Tag: []byte("u1")})
		if err != nil || !strings.Contains(string(out), "\r\nTo: "+tt.want+"\r\n") {
			t.Errorf("%q: %v\n%s", tt.to, err, out)
		}
	}
}

// TestSameTransactionOfOldPeer: CANCEL and ACK have the Via of their INVITE
// without its folds, and still match it (RFC 3261, 17.2.3).
func TestSameTransactionOfOldPeer(t *testing.T) {
	var invite, response, other codec.Message
	if err := invite.Parse([]byte("INVITE sip:b@x.example SIP/2.0\r\nVia: SIP/2.0/UDP\r\n h.example ;\r\n\tq=\"1\r\n 2\" ;branch=7\r\n" +
		"From: <sip:a@x.example>;tag=1\r\nTo: <sip:b@x.example>\r\nCall-ID: t\r\nCSeq: 1 INVITE\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	reply, err := AppendReply(nil, &invite, &Reply{Status: 486, Tag: []byte("u1")})
	if err == nil {
		err = response.Parse(reply)
	}
	if err != nil {
		t.Fatal(err)
	}
	want, _ := invite.AppendTransactionKey(nil)
	cancel, err := AppendCancel(nil, &invite)
	if err == nil {
		err = other.Parse(cancel)
	}
	got, keyErr := other.AppendCanceledKey(nil)
	if err != nil || keyErr != nil || string(got) != string(want) {
		t.Errorf("CANCEL: %v, %v: %q, want %q", err, keyErr, got, want)
	}
	ack, err := AppendACK(nil, &invite, &response)
	if err == nil {
		err = other.Parse(ack)
	}
	got, keyErr = other.AppendTransactionKey(nil)
	if err != nil || keyErr != nil || string(got) != string(want) {
		t.Errorf("ACK: %v, %v: %q, want %q", err, keyErr, got, want)
	}
}
