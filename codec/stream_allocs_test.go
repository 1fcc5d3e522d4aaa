//go:build !race

// Under the race detector sync.Pool gives back at random, and what is counted
// here is the pool's work.

package codec

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/pool"
)

// freshBuffers gives the streams of a test a pool that has learned nothing yet:
// one that has seen many short messages does not keep the longest buffers.
func freshBuffers(t *testing.T) {
	old := streamBuffers
	streamBuffers = &pool.Buffers{MaxCap: old.MaxCap}
	t.Cleanup(func() { streamBuffers = old })
}

// TestStreamAllocs counts over the steady state of one connection.
func TestStreamAllocs(t *testing.T) {
	freshBuffers(t)
	in := []byte(strings.Repeat(one+two+"\r\n\r\n", 20))
	bad := []byte(one + "Call ID\r\n\r\n")
	s, m := new(Stream), Acquire()
	for name, b := range map[string][]byte{"messages": in, "garbage": bad} {
		run := func(size int) {
			for rest := b; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				_, _ = s.Write(rest[:min(size, len(rest))])
				for e := LineEnd; e != NeedMore; {
					e, _ = s.Next(m)
				}
			}
			if s.Lost() != nil {
				s.Close()
			}
		}
		for _, size := range []int{1, 64, 1460, 64 << 10} {
			run(size)
			if n := testing.AllocsPerRun(20, func() { run(size) }); n != 0 {
				t.Errorf("%s in pieces of %d: %v allocations", name, size, n)
			}
		}
	}
}

// TestStreamFaultAllocs counts over connections that end at a fault.
func TestStreamFaultAllocs(t *testing.T) {
	freshBuffers(t)
	in := []byte(msg(reqLine, "no colon", "Content-Length: 0") + msg(reqLine, "Content-Length: x"))
	s, m := new(Stream), Acquire()
	defer s.Close()
	text := make([]byte, 0, 1000)
	if n := testing.AllocsPerRun(20, func() {
		s.Close()
		_, _ = s.Write(in)
		for {
			if event, err := s.Next(m); event == NeedMore {
				if err != sipwire.ErrContentLength {
					t.Fatal(err)
				}
				break
			}
		}
		_, _ = s.Fault().AppendText(text)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
