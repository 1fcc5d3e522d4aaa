package scan

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/testfiles"
)

// slowSDPLines is the specification of SDPLines, a line at a time.
func slowSDPLines(src string) (ends, marks []uint32, odd bool) {
	odd = strings.Contains(src, "\x00")
	for i, at := 0, 0; at < len(src); i++ {
		line, _, ended := strings.Cut(src[at:], "\n")
		if line != "" && strings.Contains("mc", line[:1]) {
			marks = append(marks, uint32(i))
		}
		if len(line) >= 2 && line[1] != '=' || ended && len(line) < 2 {
			odd = true
		}
		odd = odd || strings.Contains(line[:max(len(line), 1)-1], "\r")
		at += len(line)
		if ended {
			ends = append(ends, uint32(at))
			at++
		}
	}
	return ends, marks, odd
}

func compareSDPLines(t *testing.T, src []byte, out [2][]uint32) {
	t.Helper()
	ends, marks, odd := slowSDPLines(string(src))
	want := [2][]uint32{ends, marks}
	n, m, gotOdd := SDPLines(src, out[0], out[1])
	if gotOdd != odd || n != len(ends) || m != len(marks) {
		t.Fatalf("%d bytes %q:\n%d %d %v, want %d %d %v", len(src), src, n, m, gotOdd, len(ends), len(marks), odd)
	}
	for k := range want {
		for i, w := range want[k] {
			if out[k][i] != w {
				t.Fatalf("%q: table %d: %d at %d, want %d", src, k, out[k][i], i, w)
			}
		}
	}
}

func sdpTables(room int) (out [2][]uint32) {
	for i := range out {
		out[i] = make([]uint32, room)
	}
	return out
}

// TestSDPLines compares every tier with the specification, for every length,
// with the bytes in front of a guard page and behind one.
func TestSDPLines(t *testing.T) {
	const typical = "\r\nm=x\r\nc=IN IP4 192.0.2.1\r\na=sendrecv"
	memory := testfiles.Guarded(t, 1)
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(15, 16))
		out := sdpTables(1000 + SDPRoom)
		bytes := []string{"\n\n\r=mca", "\nm=\n\nc=", "v=0\r\nm=a\r\nc=b", "aaaaaaaaaaa=m=c=\n", "abcdefghijklmnopqrstuvwxyz\n\r=", "\n=\x00abcdefghijklmnopqrs"}
		for round := range 4 {
			for size := range 400 {
				set := bytes[r.IntN(len(bytes))]
				for _, b := range [][]byte{memory[:size:size], memory[len(memory)-size:]} {
					for i := range b {
						if round > 1 && i%9 < 7 {
							b[i] = typical[i%len(typical)]
						} else {
							b[i] = set[r.IntN(len(set))]
						}
					}
					compareSDPLines(t, b, out)
				}
			}
		}
	})
}

// TestSDPLinesEveryPlace changes each byte of a description to each that matters.
func TestSDPLinesEveryPlace(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		out := sdpTables(400)
		src := []byte("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" + strings.Repeat("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 1.1.1.1\r\n", 4))
		for at := range src {
			was := src[at]
			for _, b := range []byte("\r\n=mc\x00\x80\xff ") {
				src[at] = b
				compareSDPLines(t, src, out)
			}
			src[at] = was
		}
	})
}

// TestSDPLinesRoom asks that nothing is written outside the tables, and that
// too little room is said, never guessed.
func TestSDPLinesRoom(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		for _, src := range []string{strings.Repeat("\n", 500), strings.Repeat("m=\n", 200), strings.Repeat("c=abcdefghijklmnopqrstuvwxyz\r\n", 30), strings.Repeat("a", 300)} {
			ends, _, _ := slowSDPLines(src)
			for room := range len(ends) + SDPRoom + 3 {
				out := sdpTables(room + 4)
				for _, o := range out {
					for i := range o {
						o[i] = 0xcafe
					}
				}
				n, _, _ := SDPLines([]byte(src), out[0][:room:room], out[1][:room:room])
				if n != len(ends) && (n != -1 || room >= len(ends)+SDPRoom) {
					t.Fatalf("room %d for %d lines: %d", room, len(ends), n)
				}
				for _, o := range out {
					for _, canary := range o[room:] {
						if canary != 0xcafe {
							t.Fatalf("room %d: written behind it", room)
						}
					}
				}
			}
		}
	})
}

func TestSDPLinesAllocs(t *testing.T) {
	src := []byte(strings.Repeat("a=sendrecv\r\n", 9))
	eachTier(t, func(t *testing.T) {
		if n := testing.AllocsPerRun(10, func() {
			var ends, marks [SDPRoom + 9]uint32 // must stay on the stack
			SDPLines(src, ends[:], marks[:])
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
