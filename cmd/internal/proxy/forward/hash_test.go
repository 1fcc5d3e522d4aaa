package forward

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
)

// TestLoopHash: each byte of each part counts, where one part ends and the next
// begins, and the key.
func TestLoopHash(t *testing.T) {
	key := compose.Key{1}
	seen := map[string]string{}
	note := func(what string, key compose.Key, parts ...string) {
		t.Helper()
		h := seed(key, "loop")
		for _, p := range parts {
			h.part([]byte(p))
		}
		text := string(h.appendShort([]byte("x")))
		if len(text) != 1+loopLen {
			t.Errorf("%s: %q", what, text)
		}
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s have the hash %s", what, other, text)
		}
		seen[text] = what
	}
	const long = "sip:somebody@example.org;x=1" // three words and a half
	note("none", key)
	note("another key", compose.Key{2})
	note("empty", key, "")
	note("two empty", key, "", "")
	note("long", key, long)
	note("after empty", key, "", long)
	for i := 1; i < len(long); i++ {
		note("in two at "+long[:i], key, long[:i], long[i:])
		note("up to "+long[:i], key, long[:i])
		changed := []byte(long)
		changed[i] ^= 0x20
		note("changed behind "+long[:i], key, string(changed))
	}
	h := seed(key, "loop")
	h.part([]byte(long))
	// The proxies of a fleet must agree while one after the other is replaced: who changes
	// this says so in the changelog.
	if got := string(h.appendShort(nil)); got != "sf5dlO3t" {
		t.Errorf("the hash of a known part is %s", got)
	}
}

// TestTransactionHash: a branch and a tag are the same for all that RFC 3261, 16.11 and
// 8.2.7 say, and for nothing else.
func TestTransactionHash(t *testing.T) {
	const text = "INVITE sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nFrom: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n\r\n"
	old := strings.Replace(text, "z9hG4bKa", "a", 1)
	f := testForwarder(t, nil)
	ids := func(text string) (branch, tag string) {
		t.Helper()
		var m codec.Message
		if err := m.Parse([]byte(text)); err != nil {
			t.Fatal(err)
		}
		b, err := f.AppendKeyedBranch(nil, &m)
		if err != nil {
			t.Fatal(err)
		}
		tagged, err := f.appendTag(nil, &m)
		if err != nil {
			t.Fatal(err)
		}
		return string(b), string(tagged)
	}
	for _, c := range []struct {
		what, text, old, new string
		branch, tag          bool // are the same
	}{
		{"sent again", text, "Max-Forwards: 70", "X-More: 1\r\nMax-Forwards: 69", true, true},
		{"its CANCEL", text, "INVITE", "CANCEL", true, true},
		{"its ACK", text, "To: <sip:b@b.example>", "To: <sip:b@b.example>;tag=x", true, true},
		{"without the cookie, its ACK", old, "INVITE", "ACK", true, true},
		{"without the cookie, another From URI", old, "<sip:a@", "<sip:z@", true, true},
		{"another branch", text, "z9hG4bKa", "z9hG4bKb", false, false},
		{"another sent-by", text, "192.0.2.1", "192.0.2.2", false, false},
		{"another port", text, "192.0.2.1", "192.0.2.1:5062", false, false},
		{"another Request-URI", text, "INVITE sip:b@", "INVITE sip:c@", false, true}, // a spiral
		{"another Call-ID", text, "c1", "c2", false, true},
		{"without the cookie, another branch", old, "branch=a", "branch=b", false, false},
		{"without the cookie, another Request-URI", old, "INVITE sip:b@", "INVITE sip:c@", false, false},
		{"without the cookie, another From tag", old, "tag=1", "tag=2", false, false},
		{"without the cookie, another Call-ID", old, "c1", "c2", false, false},
		{"without the cookie, another CSeq", old, "CSeq: 1", "CSeq: 2", false, false},
	} {
		branch, tag := ids(c.text)
		changed := strings.ReplaceAll(c.text, c.old, c.new)
		if changed == c.text {
			t.Fatalf("%s: nothing is changed", c.what)
		}
		if b, tg := ids(changed); (b == branch) != c.branch || (tg == tag) != c.tag {
			t.Errorf("%s: %s and %s, tags %s and %s", c.what, branch, b, tag, tg)
		}
	}
	branch, tag := ids(text)
	if !strings.HasPrefix(branch, "z9hG4bK") || len(branch) != len("z9hG4bK")+longLen+1+loopLen || len(tag) != longLen {
		t.Errorf("%s, %s", branch, tag)
	}
	if strings.Contains(branch, tag) {
		t.Errorf("branch %s and tag %s are made of the same hash", branch, tag)
	}
	// The proxies of a fleet must agree on them, too: see TestLoopHash.
	if branch != "z9hG4bKnV7oAWrVSCG.Em9SKHSJ" || tag != "VliB5rsCWTP" {
		t.Errorf("a known request has %s and %s", branch, tag)
	}
}
