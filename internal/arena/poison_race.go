//go:build race

package arena

// poison overwrites freed bytes under the race detector, so that a view that
// is kept too long shows itself in a test.
func poison(b []byte) {
	for i := range b {
		b[i] = 0xDB
	}
}
