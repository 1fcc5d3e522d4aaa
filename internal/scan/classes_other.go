//go:build !amd64 || purego

package scan

// Mask is not there: ok is false, since this build has no kernel for it.
func (s *Set) Mask([]byte) (mask uint64, ok bool) { return 0, false }

// hasValueKernels is false: this build has no kernel for values.
func hasValueKernels() bool { return false }

// ReadAddr is not there: ok is false.
func ReadAddr([]byte, *Addr) (ok bool) { return false }

// ReadVia is not there: ok is false.
func ReadVia([]byte, *Via) (ok bool) { return false }

// ReadURI is not there: ok is false.
func ReadURI([]byte, *URI) (ok bool) { return false }
