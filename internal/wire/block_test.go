package wire

import (
	"bytes"
	"testing"
)

// TestCopyRun copies every number of bytes, with every number of bytes behind them in
// both, and looks at what else was written.
func TestCopyRun(t *testing.T) {
	in := make([]byte, 256)
	for i := range in {
		in[i] = byte(i + 1)
	}
	for n := range 150 {
		for _, lo := range []int{0, 1, 7, 50} {
			for behind := range 34 {
				out := bytes.Repeat([]byte{0xee}, 300)
				for _, more := range []int{behind, 33} {
					end := CopyRun(out[5:10+n+behind:10+n+behind], 5, in[:lo+n+more:lo+n+more], lo, lo+n)
					if end != 5+n || !bytes.Equal(out[10:10+n], in[lo:lo+n]) {
						t.Fatalf("%d bytes with %d behind: %d, %x", n, behind, end, out[10:10+n])
					}
					for i, b := range out {
						if b != 0xee && (i < 10 || i >= 10+max(n, 32) || i >= 10+n+behind) {
							t.Fatalf("%d bytes with %d behind: byte %d was written", n, behind, i-10)
						}
					}
				}
			}
		}
	}
}
