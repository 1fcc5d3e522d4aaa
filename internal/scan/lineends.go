package scan

// LineEnds returns the length of the empty lines before the start
// line (RFC 3261, 7.5).
func LineEnds(b []byte) int {
	i := 0
	for {
		switch {
		case i < len(b) && b[i] == '\n':
			i++
		case i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n':
			i += 2
		default:
			return i
		}
	}
}
