package scan

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

func TestTier(t *testing.T) {
	if err := cpufeat.CheckRequired(); err != nil {
		t.Fatal(err)
	}
	t.Logf("tier %v on %s", cpufeat.Current(), cpufeat.Brand())
}

// eachTier runs f once for every tier of this machine.
func eachTier(t *testing.T, f func(t *testing.T)) {
	for _, tier := range cpufeat.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpufeat.Force(tier)()
			f(t)
		})
	}
}

// A checker compares what runs with the specification, in buffers of its own.
type checker struct {
	got, want []Line
}

const canaries = 4

var canary = Line{NameEnd: 0xcafe0001, LF: 0xcafe0002}

func newChecker(room int) *checker {
	return &checker{got: make([]Line, room+canaries), want: make([]Line, room)}
}

// check compares Lines and HeaderEnd with the specification for room entries.
func (c *checker) check(t *testing.T, src []byte, from, room int) {
	t.Helper()
	for i := range canaries {
		c.got[room+i] = canary
	}
	wantN, wantBody, wantClean := linesByLine(src, from, c.want[:room])
	n, body, clean := Lines(src, from, c.got[:room])
	if n != wantN || body != wantBody || clean != wantClean {
		t.Fatalf("Lines(%d bytes, %d, room %d) = %d, %d, %v; want %d, %d, %v\n%.300q", len(src), from, room, n, body, clean, wantN, wantBody, wantClean, src)
	}
	for i := range n {
		if c.got[i] != c.want[i] {
			t.Fatalf("Lines(%d bytes, %d, room %d): line %d is %v, want %v\n%.300q", len(src), from, room, i, c.got[i], c.want[i], src)
		}
	}
	for i := range canaries {
		if c.got[room+i] != canary {
			t.Fatalf("Lines(%d bytes, %d, room %d) wrote behind lines\n%.300q", len(src), from, room, src)
		}
	}
	if end, want := HeaderEnd(src, from), headerEndGeneric(src, from); end != want {
		t.Fatalf("HeaderEnd(%d bytes, %d) = %d, want %d\n%.300q", len(src), from, end, want, src)
	}
}

func TestExamples(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []Line
		body int
	}{
		{"", nil, 0},
		{"\n", nil, 1},
		{"\r\n", nil, 2},
		{"\r", nil, 0},
		{"\r\r\n", []Line{{0, 2}}, 0},
		{"a\n\n", []Line{{1, 1}}, 3},
		{"a\n\r\n", []Line{{1, 1}}, 4},
		{"a\nb\n", []Line{{1, 1}, {3, 3}}, 0},
		{"a: b\r\n c\r\n\r\n", []Line{{1, 5}, {6, 9}}, 12},
		{"a: b\r\n\tc\r\n\r\n", []Line{{1, 5}, {6, 9}}, 12},
		{"a: b\r\n \r\n\r\n", []Line{{1, 5}, {6, 8}}, 11},
		{"a: b\r\n\r\r\n\n", []Line{{1, 5}, {6, 8}}, 10},
		{"a: b", nil, 0},
		{"a: b\r\n\r", []Line{{1, 5}}, 0},
		{": b\r\n\r\n", []Line{{0, 4}}, 7},
		{"\x00\n\xff\n\n", []Line{{0, 1}, {2, 3}}, 5},
		{"OPTIONS sip:a@b SIP/2.0\r\nVia: x\r\n y\r\nfoo\n\r\nbody\r\n\r\n", []Line{{7, 24}, {28, 32}, {33, 36}, {40, 40}}, 43},
	} {
		// Before, a kernel has not enough bytes; behind the filling it has.
		for _, fill := range []int{0, 100} {
			src := append([]byte(c.src), bytes.Repeat([]byte("\n\r\n"), fill)...)
			want, wantBody := c.want, c.body
			if fill > 0 && c.body == 0 {
				continue
			}
			eachTier(t, func(t *testing.T) {
				var lines [16]Line
				n, body, _ := Lines(src, 0, lines[:])
				if n != len(want) || body != wantBody {
					t.Fatalf("%q: %d, %d; want %d, %d", c.src, n, body, len(want), wantBody)
				}
				for i, w := range want {
					if lines[i] != w {
						t.Errorf("%q: line %d is %v, want %v", c.src, i, lines[i], w)
					}
				}
				if end := HeaderEnd(src, 0); end != wantBody {
					t.Errorf("%q: HeaderEnd %d, want %d", c.src, end, wantBody)
				}
			})
		}
	}
}

func TestTokenTable(t *testing.T) {
	for c := range 256 {
		if got, want := token[c] != 0, abnf.Is(byte(c), abnf.Token); got != want {
			t.Errorf("%q: %v, want %v", byte(c), got, want)
		}
	}
}

// samples are bytes of every kind a kernel tells apart, often and seldom.
func samples(seed uint64, size int) map[string][]byte {
	r := rand.New(rand.NewPCG(seed, 5))
	fill := func(set string) []byte {
		b := make([]byte, size)
		for i := range b {
			b[i] = set[r.IntN(len(set))]
		}
		return b
	}
	random := make([]byte, size)
	for i := range random {
		random[i] = byte(r.UintN(256))
	}
	return map[string][]byte{
		"token":  fill("abcXYZ019-.!%*_+`'~"),
		"other":  fill(" \t:;,<>\"@()[]{}/=?\\&$#^|\x00\x01\x0b\x0c\x1f\x7f\x80\x8a\x8d\xff"),
		"LF":     fill("\n"),
		"dense":  fill("a\n"),
		"folds":  fill(" \t\r\n:a"),
		"CRLF":   bytes.Repeat([]byte("a:\r\n"), size/4+1)[:size],
		"tokens": bytes.Repeat([]byte("abcdefg\n"), size/8+1)[:size],
		"random": random,
		"sparse": fill("\n:\ra" + "bcdefghijklmnopqrstuvwxyz0123456789.... <>=;:sip@"),
		"SIP":    bytes.Join(sipLike(seed, size/300+1), nil)[:size],
	}
}

// The generic code against the reference, from every byte of the samples.
func TestGeneric(t *testing.T) {
	got, want := make([]Line, 40), make([]Line, 40)
	for name, src := range samples(1, 1200) {
		for from := 0; from <= len(src); from++ {
			for _, room := range []int{1, 40} {
				n, body, clean := linesGeneric(src, from, got[:room])
				wantN, wantBody, wantClean := slowLines(src, from, want[:room])
				if n != wantN || body != wantBody || clean != wantClean {
					t.Fatalf("%s, from %d: %d, %d, %v; want %d, %d, %v", name, from, n, body, clean, wantN, wantBody, wantClean)
				}
				for i := range n {
					if got[i] != want[i] {
						t.Fatalf("%s, from %d: line %d is %v, want %v", name, from, i, got[i], want[i])
					}
				}
			}
			if end, want := headerEndGeneric(src, from), slowHeaderEnd(src, from); end != want {
				t.Fatalf("%s: HeaderEnd(%d) = %d, want %d", name, from, end, want)
			}
		}
	}
}

// Every length up to 4096. The bytes stand at the end of their memory, so
// that the alignment of the first changes with the length as well.
func TestEveryLength(t *testing.T) {
	const most = 4096
	eachTier(t, func(t *testing.T) {
		c := newChecker(most + 1)
		for name, src := range samples(2, most) {
			for size := range most + 1 {
				c.check(t, src[most-size:], 0, c.room(name))
			}
		}
		for size := range most + 1 {
			c.check(t, samplesSIP[len(samplesSIP)-size:], size/3, 128)
		}
	})
}

var samplesSIP = bytes.Join(sipLike(9, 40), nil)

// room gives the dense samples room for all their lines.
func (c *checker) room(name string) int {
	switch name {
	case "LF", "dense", "CRLF", "tokens":
		return len(c.want)
	}
	return 128
}

// Every position of every kind of special byte or bytes, among token
// characters and among others, from every alignment.
func TestEveryPosition(t *testing.T) {
	const most = 200
	memory := make([]byte, most+64)
	eachTier(t, func(t *testing.T) {
		c := newChecker(16)
		for _, filling := range []byte{'a', ' '} {
			for _, special := range []string{
				"\n", "\r\n", ":", "\r", "\n\n", "\n\r\n", "\r\n\r\n", "\n \n", "\n:\n", "\na\n", "\r\n\r", "\n\r\r\n",
				"a\n", "\nab: c\n", "\x00", "\x8a", "\x80", "\xff", "/", "@", "[", "{", "\x1f", "~", "\x7f",
			} {
				for align := range 64 {
					src := memory[align : align+most]
					for i := range src {
						src[i] = filling
					}
					size := most - align // the end moves over the blocks too
					for at := 0; at+len(special) <= size; at++ {
						copy(src[at:], special)
						c.check(t, src[:size], 0, 16)
						for i := range special {
							src[at+i] = filling
						}
					}
				}
			}
		}
	})
}

// Each byte value at each place of a block, in each of a line's roles.
func TestEveryByte(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		c := newChecker(16)
		src := bytes.Repeat([]byte("abcdefg:hijklmno\r\n"), 12)
		for at := range 150 {
			old := src[at]
			for b := range 256 {
				src[at] = byte(b)
				c.check(t, src, 0, 16)
			}
			src[at] = old
		}
	})
}

func TestEveryFrom(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		c := newChecker(700)
		for _, src := range samples(3, 700) {
			for from := range len(src) + 1 {
				c.check(t, src, from, 700)
			}
		}
	})
}

// Where lines is full, going on behind its last line gives what one call with
// room for all gives; no entry behind lines is written.
func TestRoom(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		c := newChecker(1100)
		for name, src := range samples(4, 1024) {
			for room := range 1100 {
				c.check(t, src, 0, room)
			}
			want := make([]Line, len(src))
			wantN, wantBody, _ := slowLines(src, 0, want)
			for room := 1; room < 80; room++ {
				got, from, body := []Line(nil), 0, 0
				for {
					lines := make([]Line, room)
					var n int
					n, body, _ = Lines(src, from, lines)
					got = append(got, lines[:n]...)
					if body != 0 || n < room {
						break
					}
					from = int(lines[n-1].LF) + 1
				}
				if len(got) != wantN || body != wantBody {
					t.Fatalf("%s in pieces of %d: %d, %d; want %d, %d", name, room, len(got), body, wantN, wantBody)
				}
				for i := range got {
					if got[i] != want[i] {
						t.Fatalf("%s in pieces of %d: line %d is %v, want %v", name, room, i, got[i], want[i])
					}
				}
			}
		}
	})
}

// Random texts of a few bytes that matter, many of them.
func TestRandom(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 12))
		c := newChecker(300)
		src := make([]byte, 300)
		for range 60000 {
			// From one LF in two bytes to one in about sixty.
			set := []byte("\n\r" + "a: \x80bcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:1+r.IntN(60)])
			b := src[:r.IntN(len(src)+1)]
			for i := range b {
				b[i] = set[r.IntN(len(set))]
			}
			c.check(t, b, r.IntN(len(b)+1), r.IntN(301))
		}
	})
}

// A header section that comes in two parts is found as the documentation of
// HeaderEnd says, wherever it is cut.
func TestHeaderEndResumes(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		for _, section := range []string{"\n\n", "\r\n\r\n", "\n\r\n", "\r\n\n"} {
			for lead := range 140 {
				src := append(bytes.Repeat([]byte{'a'}, lead), section...)
				end := len(src)
				if lead == 0 {
					end = slowHeaderEnd(src, 0)
				}
				src = append(src, "body\r\n\r\n"...)
				for cut := range end {
					if got := HeaderEnd(src[:cut], 0); got != 0 {
						t.Fatalf("%q: %d in the first %d", src, got, cut)
					}
					if got := HeaderEnd(src, cut); got != end {
						t.Fatalf("%q: %d from %d, want %d", src, got, cut, end)
					}
				}
			}
		}
	})
}

// The bytes are not written to.
func TestInputUnchanged(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		lines := make([]Line, 128)
		for name, src := range samples(6, 1000) {
			before := bytes.Clone(src)
			Lines(src, 0, lines)
			HeaderEnd(src, 0)
			if !bytes.Equal(src, before) {
				t.Errorf("%s changed", name)
			}
		}
	})
}

func TestAllocs(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		src := sipLike(7, 1)[0]
		if n := testing.AllocsPerRun(100, func() {
			var lines [64]Line // must stay on the stack
			Lines(src, 0, lines[:])
			Lines(src, 0, lines[:2])
			Lines(src[:100], 0, lines[:])
			HeaderEnd(src, 0)
			var short [80]byte
			Lines(short[:], 0, lines[:])
			HeaderEnd(short[:], 0)
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
