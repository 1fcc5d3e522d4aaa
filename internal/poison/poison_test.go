package poison

import "testing"

func TestFill(t *testing.T) {
	for _, n := range []int{0, 1, 4095, 4096, 4097, 9000} {
		b := make([]byte, n)
		Fill(b[:n/2]) // all of the capacity counts
		if !Intact(b[:n/3]) {
			t.Fatalf("%d bytes: not intact", n)
		}
		for _, at := range []int{0, n / 2, n - 1} {
			if n == 0 {
				break
			}
			if Enabled && b[at] != 0xDB || !Enabled && b[at] != 0 {
				t.Fatalf("byte %d of %d is %#x", at, n, b[at])
			}
			old := b[at]
			b[at] = 'x'
			if Intact(b) == Enabled {
				t.Fatalf("%d bytes: a write at %d: intact %v", n, at, !Enabled)
			}
			b[at] = old
		}
	}
}
