//go:build !amd64 || purego

package scan

// Masks is the kernel of package scan that tells classes of bytes apart, which
// this build has not: ok is false.
func (c *Classes) Masks([]byte, *Masks) (ok bool) { return false }
