package state

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// TestConformance sends every message of the corpus through the proxy without
// state and through the one with transactions, over a datagram and over a
// stream. What a proxy must never do is checked for each: see checkSent.
func TestConformance(t *testing.T) {
	dir := testfiles.Corpus(t)
	var kinds [2][forward.Kinds]int
	count := 0
	worlds := map[string]*world{}
	for _, from := range []string{"alice", "ta"} {
		worlds[from] = newWorld(t, nextHops{from}, nil)
	}
	for _, pattern := range []string{"messages/*/*.sip", "field/*.sip", "streams/*.bin"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		for i, file := range files {
			if testing.Short() && i%8 != 0 {
				continue // the race detector makes it long
			}
			count++
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for from, w := range worlds {
				for _, s := range []codec.Strictness{codec.Lenient, codec.Hardened} {
					name := fmt.Sprintf("%s from %s, strictness %v", filepath.Base(file), from, s)
					through(t, w, name, b, from, s, &kinds)
				}
			}
		}
	}
	for i, k := range kinds {
		t.Logf("%d messages, each 4 ways, %s: %d dropped, %d forwarded, %d answered, %d absorbed", count,
			[]string{"without state", "with transactions"}[i], k[forward.Dropped], k[forward.Forwarded], k[forward.Answered], k[forward.Absorbed])
		if k[forward.Dropped] == 0 || k[forward.Forwarded] == 0 || k[forward.Answered] == 0 {
			t.Error("the messages cannot have been read")
		}
	}
}

// through sends what a file has through both proxies.
func through(t *testing.T, w *world, name string, b []byte, from string, s codec.Strictness, kinds *[2][forward.Kinds]int) {
	t.Helper()
	p := codec.Parser{Strictness: s}
	m := new(codec.Message)
	one := func(err error) {
		kinds[0][stateless(t, name, m, err, from).kind]++
		kinds[1][stateful(t, w, name, m, err, from).kind]++
	}
	if elements[from].Local == 0 {
		if !forward.IsKeepAlive(b) {
			one(p.Parse(m, b))
		}
		return
	}
	stream := codec.Stream{Parser: p}
	defer stream.Close()
	for r := bytes.NewReader(b); ; {
		event, err := stream.ReadNext(r, m)
		if event == codec.GotMessage || stream.Lost() != nil && m.Len() > 0 {
			one(err)
		}
		if event == codec.NeedMore && err != nil || stream.Lost() != nil {
			return
		}
	}
}
