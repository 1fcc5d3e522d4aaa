package forward

import (
	"testing"

	"github.com/sipwire/sipwire/compose"
)

// TestLoopHash: each byte of each part counts, where one part ends and the next
// begins, and the key.
func TestLoopHash(t *testing.T) {
	key := compose.Key{1}
	seen := map[string]string{}
	note := func(what string, key compose.Key, parts ...string) {
		t.Helper()
		h := loopSeed(key)
		for _, p := range parts {
			h.part([]byte(p))
		}
		text := string(h.appendTo([]byte("x")))
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
	h := loopSeed(key)
	h.part([]byte(long))
	// The proxies of a fleet must agree while one after the other is replaced: who changes
	// this says so in the changelog.
	if got := string(h.appendTo(nil)); got != "sf5dlO3t" {
		t.Errorf("the hash of a known part is %s", got)
	}
}
