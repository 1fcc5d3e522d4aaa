package codec

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/scan"
)

// benchMessages returns the valid messages of testdata that carry a
// Content-Length, without what trails them.
func benchMessages(b testing.TB) (out [][]byte) {
	files, _ := filepath.Glob(filepath.Join("..", "testdata", "*", "*.sip"))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		m := new(Message)
		if m.Parse(raw) != nil {
			continue
		}
		if _, ok := m.ContentLength(); ok {
			raw = raw[scan.LineEnds(raw):]
			out = append(out, raw[:len(raw)-len(m.Trailing())])
		}
	}
	if len(out) == 0 {
		b.Fatal("no messages in testdata")
	}
	return out
}

// BenchmarkStream cuts a stream of the messages of testdata, read in pieces
// of several sizes, next to the parse of the same messages as datagrams.
func BenchmarkStream(b *testing.B) {
	msgs := benchMessages(b)
	var all []byte
	for range 100 {
		for _, m := range msgs {
			all = append(all, m...)
		}
	}
	n := 100 * len(msgs)
	perMessage := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/msg")
	}
	b.Run("impl=datagram", func(b *testing.B) {
		b.SetBytes(int64(len(all)))
		b.ReportAllocs()
		m := Acquire()
		for b.Loop() {
			for i := range n {
				if m.Parse(msgs[i%len(msgs)]) != nil {
					b.Fatal("no message")
				}
			}
		}
		perMessage(b)
	})
	for _, size := range []int{1, 64, 1460, 64 << 10} {
		b.Run(fmt.Sprintf("impl=stream/read=%d", size), func(b *testing.B) {
			b.SetBytes(int64(len(all)))
			b.ReportAllocs()
			s, m := new(Stream), Acquire()
			for b.Loop() {
				if got := drain(s, m, all, size); got != n {
					b.Fatalf("%d messages, want %d", got, n)
				}
			}
			perMessage(b)
		})
	}
}

// drain feeds all in pieces and returns the number of messages.
func drain(s *Stream, m *Message, all []byte, size int) (n int) {
	for len(all) > 0 {
		k := min(size, len(all))
		_, _ = s.Write(all[:k])
		all = all[k:]
		for {
			e, err := s.Next(m)
			if e == NeedMore || err != nil {
				break
			}
			n++
		}
	}
	return n
}

// BenchmarkStreamBody shows that a byte costs the same whatever the length of
// the body it is in, and whatever the size of the pieces.
func BenchmarkStreamBody(b *testing.B) {
	for _, body := range []int{1 << 10, 16 << 10, 256 << 10, 1000 << 10} {
		in := []byte(fmt.Sprintf("MESSAGE sip:a@b SIP/2.0\r\nCall-ID: x\r\nl: %d\r\n\r\n%s", body, strings.Repeat("x", body)))
		for _, size := range []int{1, 1460, 64 << 10} {
			b.Run(fmt.Sprintf("body=%d/read=%d", body, size), func(b *testing.B) {
				b.SetBytes(int64(len(in)))
				s, m := new(Stream), Acquire()
				for b.Loop() {
					if drain(s, m, in, size) != 1 {
						b.Fatal("no message")
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(in)), "ns/byte")
			})
		}
	}
}

// BenchmarkStreamIdle shows what 10,000 connections hold that each stopped
// in the middle of a header section.
func BenchmarkStreamIdle(b *testing.B) {
	const n = 10_000
	part := []byte("INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKx\r\nFrom: <sip:")
	m := Acquire()
	var held uint64
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		streams := make([]Stream, n)
		for i := range streams {
			_, _ = streams[i].ReadNext(&onceReader{part}, m)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		held = after.HeapAlloc - before.HeapAlloc
		for i := range streams {
			streams[i].Close()
		}
	}
	b.ReportMetric(float64(held)/n, "B/conn")
}

// onceReader gives its bytes in one read and then fails, as a connection
// whose deadline passes.
type onceReader struct{ b []byte }

func (r *onceReader) Read(p []byte) (int, error) {
	n := copy(p, r.b)
	r.b = r.b[n:]
	if n == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return n, nil
}

// TestStreamLinear counts work instead of time: a megabyte in single bytes
// moves a bounded number of bytes, since nothing is copied but by growth.
func TestStreamLinear(t *testing.T) {
	const body = 1 << 19
	s, m := new(Stream), Acquire()
	defer s.Close()
	_, _ = s.Write([]byte(fmt.Sprintf("MESSAGE sip:a@b SIP/2.0\r\nl: %d\r\n\r\n", body)))
	grown, last := 0, 0
	one := []byte{'x'}
	for range body {
		_, _ = s.Write(one)
		if n := cap(s.buf.B); n != last {
			grown, last = grown+1, n
		}
		if e, err := s.Next(m); err != nil {
			t.Fatal(e, err)
		}
	}
	if grown > 16 {
		t.Errorf("the buffer grew %d times", grown)
	}
	if len(m.Body()) != body {
		t.Errorf("body of %d", len(m.Body()))
	}
}
