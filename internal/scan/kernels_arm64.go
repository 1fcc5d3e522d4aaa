//go:build !purego

package scan

// linesNEON is Lines for src of size bytes, at least 64, and lines at out with
// room for room 32-bit words. body is -1 when it stopped because room ran
// short; the n lines before that have been written. odd is 0 when no block that
// was read has an odd byte; else one may have, and a name may have been taken to
// go on behind a control byte.
//
//go:noescape
func linesNEON(src *byte, size, from int, out *uint32, room int) (n, body, odd int)

// headerEndNEON is HeaderEnd for src of size bytes, at least 64. afterLF is 1
// when from is the start of a line, afterLF1 when from-1 is one, else 0.
//
//go:noescape
func headerEndNEON(src *byte, size, from, afterLF, afterLF1 int) int
