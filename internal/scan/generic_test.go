package scan

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// Where lineFeeds gives up, linesByLine gives the right answer too. So it is asked itself
// whether it reads what nearly everyone sends, with the end in every place of a window,
// with a body and without.
func TestLineFeedsDoTheWork(t *testing.T) {
	var got, want [128]Line
	for _, src := range sipLike(16, 300) {
		_, head, _ := linesByLine(src, 0, want[:])
		for _, src := range [][]byte{src, src[:head]} {
			wantN, wantBody, _ := linesByLine(src, 0, want[:])
			n, body, control := lineFeeds(src, 0, got[:])
			if n != wantN || body != wantBody || control != 2*n || !nameEnds(src, 0, got[:n]) ||
				!slices.Equal(got[:n], want[:n]) {
				t.Fatalf("%d lines, body %d, %d control bytes; want %d, %d\n%q", n, body, control, wantN, wantBody, src)
			}
		}
	}
}

// The same of lines that continue another one, which begin in every place of two windows.
func TestLineFeedsFolds(t *testing.T) {
	var got, want [128]Line
	for lead := range 2 * window {
		for _, fold := range []string{"\r\n ", "\r\n\t", "\r\n \t", "\r\n\t\t", "\r\n  \r\n\t"} {
			src := []byte("X: " + strings.Repeat("x", lead) + fold + "y\r\nSubject: \u20ac\xff~" + fold + "b" + fold + "c\r\n\r\n" + strings.Repeat("v", window))
			wantN, wantBody, _ := linesByLine(src, 0, want[:])
			n, body, control := lineFeeds(src, 0, got[:])
			if n != wantN || body != wantBody || control != 2*n || !nameEnds(src, 0, got[:n]) || !slices.Equal(got[:n], want[:n]) {
				t.Fatalf("%d lines, body %d, %d control bytes; want %d, %d\n%q", n, body, control, wantN, wantBody, src)
			}
		}
	}
}

// The line ends of two lines in every place of two windows, and behind them every pair of
// bytes that could be taken for one, with a line in front that continues another one and
// without.
func TestLineFeedsPlaces(t *testing.T) {
	const line = "Subject: a-b\r\n"
	var got, want [64]Line
	for lead := range 4 * window {
		for _, pair := range []string{"\r\n", "\n\n", "\r\r", "\n\r", "\t\t", "\t ", "\r ", "\n ", "\x00\n", "\x7f\n", "~\n", "\xff~",
			"a\x7f", "a\x01", "a\t", "\x89\x80", "\xff\x8d", "\xff\n"} {
			folds := strings.Repeat("\r\n y", lead/window/2)
			src := []byte(line + "X: x" + folds + strings.Repeat("x", lead%(2*window)) + pair + line + "\r\n" + strings.Repeat("v", lead/2))
			n, body, clean := linesGeneric(src, 0, got[:])
			wantN, wantBody, wantClean := slowLines(src, 0, want[:])
			if n != wantN || body != wantBody || clean != wantClean || !slices.Equal(got[:n], want[:n]) {
				t.Fatalf("%d, %d, %v; want %d, %d, %v\n%q", n, body, clean, wantN, wantBody, wantClean, src)
			}
		}
	}
}

// Names of every length with every byte in every place.
func TestNameEnds(t *testing.T) {
	var lines [1]Line
	for size := 1; size <= 20; size++ {
		src := append(bytes.Repeat([]byte{'-'}, size), ": value, and more bytes\r\n"...)
		lf := uint32(len(src) - 1)
		for i := range size {
			for c := range 256 {
				if c == '\n' {
					continue
				}
				src[i] = byte(c)
				want := bytes.IndexFunc(src, func(r rune) bool { return r >= 0x80 || token[r] == 0 })
				for _, first := range []byte("aA-zZ") {
					if i > 0 {
						src[0] = first
					}
					lines[0].LF = lf
					if ok := nameEnds(src, 0, lines[:]); !ok || int(lines[0].NameEnd) != want {
						t.Fatalf("%q ends at %d, want %d", src, lines[0].NameEnd, want)
					}
				}
				src[0] = '-'
			}
			src[i] = '-'
		}
	}
}

// TestLineFeedsStop: a section with LF alone is left where that is seen, not read on to
// an empty line of the body.
func TestLineFeedsStop(t *testing.T) {
	src := strings.Repeat("a: b\n", 20) + "\nbody\r\n\r\n" + strings.Repeat("x", window)
	if n, body, _ := lineFeeds([]byte(src), 0, make([]Line, 200)); n != 0 || body != 0 {
		t.Errorf("%d lines, and the body at %d", n, body)
	}
}
