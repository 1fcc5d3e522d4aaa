package compose

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// TestAllocs answers and makes requests of every message at hand; nothing may
// allocate with room in dst, errors included.
func TestAllocs(t *testing.T) {
	dst := make([]byte, 0, 1<<18)
	tag := []byte("t")
	fields := []HeaderField{{ID: header.IDAllow, Value: []byte("INVITE")}, {Name: []byte("X-A"), Value: []byte("b")}}
	reply := &Reply{Status: 200, Tag: tag, Source: source, Fields: fields, ContentType: []byte("a/b"), Body: []byte("body")}
	badReply := &Reply{Status: 200, Tag: []byte("a\r\nb")}
	request := &Request{Method: []byte("BYE"), CSeq: 1, Via: bobVia, Fields: fields}
	ringing := whole(t, reliableMsg)
	d := Dialog{Routes: make([]header.NameAddr, 0, 1<<10)}
	m := new(codec.Message)
	inputs := append(testfiles.Messages(t), nil, []byte("garbage\r\n"),
		[]byte("INVITE sip:a SIP/2.0\r\nVia: ,\r\nFrom: <\r\nTo: \r\nCSeq: x\r\nCall-ID: @\r\nContact: *, *\r\nRecord-Route: <sip:a\r\n\r\n"),
		[]byte(optionsMsg+"\r\n"), []byte(strings.ReplaceAll(optionsMsg, "OPTIONS", "INVITE")+"Contact: <sip:c>\r\n\r\n"),
		[]byte(strings.Replace(reliableMsg, "Require", "Contact: <sip:a>\r\nRequire", 1)))
	key := NewKey()
	authenticator := newAuthenticator()
	challenged := whole(t, challengeMsg(401, `WWW-Authenticate: Digest realm="a", nonce="n", algorithm=SHA-256, qop="auth"`))
	for _, in := range inputs {
		_ = m.Parse(in)
		for name, run := range map[string]func(){
			"reply":     func() { _, _ = AppendReply(dst, m, reply); _ = m.Fault() },
			"bad reply": func() { _, _ = AppendReply(dst, m, badReply) },
			"ACK":       func() { _, _ = AppendACK(dst, m, ringing); _, _ = AppendACK(dst, m, m) },
			"CANCEL":    func() { _, _ = AppendCancel(dst, m) },
			"retry":     func() { _, _ = authenticator.AppendRetry(dst, m, challenged) },
			"dialog": func() {
				if d.Begin(m, tag) == nil {
					_, _ = AppendRequest(dst, &d, request)
					_, _ = AppendACK2xx(dst, &d, m, request)
					_, _ = AppendPRACK(dst, &d, m, request)
					_, _ = d.Destination()
				}
			},
		} {
			if n := testing.AllocsPerRun(1, run); n != 0 {
				t.Errorf("%s: %v allocations for %.60q", name, n, in)
			}
		}
	}
	// The system's generator may allocate now and then.
	if n := testing.AllocsPerRun(1000, func() {
		_ = AppendBranch(dst)
		_, _ = key.AppendBranch(dst, m)
		_, _ = key.AppendTag(dst, m)
		_ = key.IsLoop(key.AppendLoopBranch(dst, m), m)
		_ = AppendTag(dst)
		_, _ = AppendCallID(dst, tag)
		_, _ = AppendCallID(dst, []byte("a b"))
	}); n != 0 {
		t.Errorf("identifiers: %v allocations", n)
	}
}
