//go:build !amd64 || purego

package scan

// HasMasks reports that this build has no kernel that tells classes of bytes
// apart.
func HasMasks() bool { return false }

// Masks is not there: ok is false.
func (c *Classes) Masks([]byte, *Masks) (ok bool) { return false }

// Mask is not there: ok is false.
func (s *Set) Mask([]byte) (mask uint64, ok bool) { return 0, false }

// ReadAddr is not there: ok is false.
func ReadAddr([]byte, *Addr) (ok bool) { return false }

// ReadVia is not there: ok is false.
func ReadVia([]byte, int, *Via) (ok bool) { return false }
