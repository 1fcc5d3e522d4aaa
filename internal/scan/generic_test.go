package scan

import "testing"

func TestLinesExample(t *testing.T) {
	const msg = "OPTIONS sip:a@b SIP/2.0\r\nVia: x\r\n y\r\nfoo\n\r\nbody\r\n\r\n"
	var lines [8]Line
	n, body := Lines([]byte(msg), 0, lines[:])
	want := []Line{{7, 24}, {28, 32}, {33, 36}, {40, 40}}
	if n != len(want) || body != 43 {
		t.Fatalf("n %d body %d, want %d 43", n, body, len(want))
	}
	for i, w := range want {
		if lines[i] != w {
			t.Errorf("line %d: %v, want %v", i, lines[i], w)
		}
	}
	if end := HeaderEnd([]byte(msg), 0); end != body {
		t.Errorf("HeaderEnd %d, want %d", end, body)
	}
}
