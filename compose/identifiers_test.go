package compose

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/check"
)

// TestIdentifiers looks for what identifiers must be: tokens, each its own, with
// every character in every place.
func TestIdentifiers(t *testing.T) {
	const n = 4000
	seen := map[string]bool{}
	var places [20][256]bool
	var pairs [19]map[string]bool // of neighbours
	for i := range pairs {
		pairs[i] = map[string]bool{}
	}
	for range n {
		tag := string(AppendTag(nil))
		if len(tag) != 20 || check.Token([]byte(tag)) != 0 || seen[tag] {
			t.Fatalf("tag %q", tag)
		}
		seen[tag] = true
		for i := range tag {
			places[i][tag[i]] = true
		}
		for i := range pairs {
			pairs[i][tag[i:i+2]] = true
		}
	}
	// Of 4096 pairs, 4000 draws find about 2550 when neighbours have nothing
	// to do with each other.
	for i := range pairs {
		if len(pairs[i]) < 2300 {
			t.Errorf("%d pairs at %d", len(pairs[i]), i)
		}
	}
	for i := range places {
		distinct := 0
		for _, ok := range places[i] {
			if ok {
				distinct++
			}
		}
		if distinct != 64 {
			t.Errorf("place %d has %d characters in %d tags", i, distinct, n)
		}
	}
	if b := AppendBranch([]byte("x")); len(b) != 28 || !bytes.HasPrefix(b, []byte("xz9hG4bK")) || check.Branch(b[1:]) != 0 {
		t.Errorf("branch %q", b)
	}
	for host, code := range map[string]sipwire.Code{"": 0, "a.example": 0, "[::1]": 0, "192.0.2.1": 0, "a b": sipwire.ErrHost, "a:1": sipwire.ErrHost, "a\r\nB: c": sipwire.ErrInjection, "a>": sipwire.ErrHost} {
		id, err := AppendCallID([]byte("x"), []byte(host))
		if code == 0 {
			want := 21
			if host != "" {
				want += 1 + len(host)
			}
			if err != nil || len(id) != want || !strings.HasSuffix(string(id), host) {
				t.Errorf("Call-ID for %q: %q %v", host, id, err)
			}
		} else if !errors.Is(err, code) || string(id) != "x" {
			t.Errorf("Call-ID for %q: %q %v, want %v", host, id, err, code)
		}
	}
}

// TestIdentifiersShared has goroutines draw at once, while what they draw from
// changes hands: no identifier comes twice.
func TestIdentifiersShared(t *testing.T) {
	const goroutines, each = 4, 2000
	tags := make(chan string, goroutines*each)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range each {
				if i%200 == 0 {
					runtime.GC() // empties the pool
				}
				tags <- string(AppendTag(nil))
			}
		})
	}
	wg.Wait()
	close(tags)
	seen := map[string]bool{}
	for tag := range tags {
		if seen[tag] {
			t.Fatalf("%s twice", tag)
		}
		seen[tag] = true
	}
}
