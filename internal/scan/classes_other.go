//go:build !amd64 || purego

package scan

// Masks is the kernel that tells classes of bytes apart, which this build has
// not: ok is false.
func (c *Classes) Masks([]byte, *Masks) (ok bool) { return false }

// Mask is not there either.
func (s *Set) Mask([]byte) (mask uint64, ok bool) { return 0, false }
