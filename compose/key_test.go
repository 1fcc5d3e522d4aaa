package compose

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
)

// keyRequest is a request as a stateless proxy gets it.
func keyRequest(t *testing.T, method, via, to string, more ...string) *codec.Message {
	t.Helper()
	m := new(codec.Message)
	err := m.Parse([]byte(fmt.Sprintf("%[1]s sip:b@example.org SIP/2.0\r\nVia: %[2]s\r\nMax-Forwards: 70\r\nFrom: <sip:a@example.org>;tag=a\r\n"+
		"To: <sip:b@example.org>%[3]s\r\nCall-ID: c1\r\nCSeq: 7 %[1]s\r\n%[4]s\r\n", method, via, to, strings.Join(more, ""))))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestKeyBranch goes through RFC 3261, 16.11: an INVITE, its copies, its
// CANCEL and the ACK of its failure get one branch, and all else another.
func TestKeyBranch(t *testing.T) {
	key, other := NewKey(), NewKey()
	branch := func(m *codec.Message) string {
		b, err := key.AppendBranch(nil, m)
		if err != nil || len(b) != len("z9hG4bK")+hashLen || !strings.HasPrefix(string(b), "z9hG4bK") {
			t.Fatalf("%q, %v", b, err)
		}
		return string(b)
	}
	for _, via := range []string{"SIP/2.0/UDP a.example:5080;branch=z9hG4bKx", "SIP/2.0/UDP a.example", "SIP/2.0/UDP a.example;branch=1"} {
		invite := keyRequest(t, "INVITE", via, "")
		want := branch(invite)
		for name, m := range map[string]*codec.Message{
			"copy":   keyRequest(t, "INVITE", via, ""),
			"CANCEL": keyRequest(t, "CANCEL", via, ""),
			"ACK":    keyRequest(t, "ACK", via, ";tag=b"),
			"credentials": keyRequest(t, "ACK", via, ";tag=b",
				"Proxy-Authorization: Digest realm=\"r\"\r\n"),
		} {
			if got := branch(m); got != want {
				t.Errorf("%s: the %s has %s, its INVITE %s", via, name, got, want)
			}
		}
		if b, _ := other.AppendBranch(nil, invite); string(b) == want {
			t.Errorf("%s: two keys make the branch %s", via, b)
		}
		if tag, _ := key.AppendTag(nil, invite); len(tag) != hashLen || strings.Contains(want, string(tag)) {
			t.Errorf("%s: branch %s, tag %s", via, want, tag)
		}
		for _, changed := range []string{strings.Replace(via, "a.example", "b.example", 1), via + "z;branch=z9hG4bKy", strings.Replace(via, "a.example", "a.example:5081", 1)} {
			if changed = strings.Replace(changed, ":5081:5080", ":5081", 1); branch(keyRequest(t, "INVITE", changed, "")) == want {
				t.Errorf("%s and %s have one branch", via, changed)
			}
		}
	}
	// The request that this proxy sent, and that comes back over another hop.
	invite := keyRequest(t, "INVITE", "SIP/2.0/UDP a.example;branch=z9hG4bKx", "")
	again := keyRequest(t, "INVITE", "SIP/2.0/UDP p.example;branch="+branch(invite)+", SIP/2.0/UDP a.example;branch=z9hG4bKx", "")
	if branch(again) == branch(invite) {
		t.Error("the branch is the same on the next hop")
	}
	if _, err := key.AppendBranch(nil, keyRequest(t, "INVITE", "x", "")); !errors.Is(err, sipwire.ErrProtocol) {
		t.Errorf("without a good Via: %v", err)
	}
}

// TestKeyLoop asks that a request which comes back unchanged loops, and one
// whose Request-URI has changed does not (RFC 3261, 16.3).
func TestKeyLoop(t *testing.T) {
	key, other := NewKey(), NewKey()
	m := keyRequest(t, "INVITE", "SIP/2.0/UDP a.example;branch=z9hG4bKx", "")
	branch := key.AppendLoopBranch(nil, m)
	if second := key.AppendLoopBranch(nil, m); string(second) == string(branch) {
		t.Errorf("%s twice", second)
	}
	if !key.IsLoop(branch, m) || other.IsLoop(branch, m) {
		t.Errorf("%s: %t with its key, %t with another", branch, key.IsLoop(branch, m), other.IsLoop(branch, m))
	}
	if !key.IsLoop(branch, keyRequest(t, "INVITE", "SIP/2.0/UDP z.example;branch=z9hG4bKother", "")) {
		t.Error("over another hop it is no loop")
	}
	for _, changed := range []*codec.Message{
		keyRequest(t, "INVITE", "SIP/2.0/UDP a.example", ";tag=b"),
		keyRequest(t, "INVITE", "SIP/2.0/UDP a.example", "", "Route: <sip:r.example;lr>\r\n"),
		keyRequest(t, "INVITE", "SIP/2.0/UDP a.example", "", "Proxy-Require: x\r\n"),
	} {
		if key.IsLoop(branch, changed) {
			t.Errorf("%s is a loop of %q", branch, changed.Bytes())
		}
	}
	for _, bad := range []string{"", "z9hG4bK", string(branch[:len(branch)-1]), string(branch) + "x"} {
		if key.IsLoop([]byte(bad), m) {
			t.Errorf("%q is a loop", bad)
		}
	}
}
