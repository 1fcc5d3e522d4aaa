//go:build !amd64 || purego

package wire

// WriteSplices is not there: it reports false, since this build has no kernel for it.
func WriteSplices(out, buf, text []byte, plan []Splice, at int) bool { return false }
