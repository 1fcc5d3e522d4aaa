package codec

import (
	"fmt"
	"sync"
	"testing"

	"github.com/sipwire/sipwire"
)

func copyText(i int) []byte {
	return fmt.Appendf(nil, "OPTIONS sip:b@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK%d\nCall-ID: c%d\n\n", i, i)
}

func TestCopy(t *testing.T) {
	var c Copy
	var m, other Message
	if err := c.Open(&m); err != sipwire.ErrNotParsed {
		t.Errorf("empty: %v", err)
	}
	text := copyText(1)
	if err := m.Parse(text); err != nil {
		t.Fatal(err)
	}
	c.Set(&m)
	clear(text) // the copy has bytes of its own
	if err := c.Open(&other); err != nil || string(other.Bytes()) != string(copyText(1)) || string(c.Bytes()) != string(copyText(1)) {
		t.Errorf("%v: %q", err, other.Bytes())
	}
	// Limits and errors are kept as well.
	strict := Parser{Strictness: Strict}
	_ = strict.Parse(&m, copyText(2))
	c.Set(&m)
	if err := c.Open(&other); err != sipwire.ErrBareLF || other.ParseFault() != m.ParseFault() {
		t.Errorf("%v, %+v, want %+v", err, other.ParseFault(), m.ParseFault())
	}
	c.Reset()
	if err := c.Open(&other); err != sipwire.ErrNotParsed || len(c.Bytes()) != 0 {
		t.Errorf("after Reset: %v, %q", err, c.Bytes())
	}
	in := copyText(3)
	if n := testing.AllocsPerRun(10, func() {
		_ = m.Parse(in)
		c.Set(&m)
		_ = c.Open(&other)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestCopyParallel reads one copy in many goroutines; the race detector judges.
func TestCopyParallel(t *testing.T) {
	var c Copy
	var m Message
	_ = m.Parse(copyText(7))
	c.Set(&m)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			m := Acquire()
			defer Release(m)
			for range 50 {
				if err := c.Open(m); err != nil {
					t.Error(err)
				}
				if via, err := m.TopVia(); err != nil || string(via.Branch()) != "z9hG4bK7" {
					t.Errorf("%v", err)
				}
				_, _ = m.From() // an error is kept in m, not in c
			}
		})
	}
	wg.Wait()
}
