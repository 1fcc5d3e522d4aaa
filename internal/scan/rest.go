//go:build (amd64 || arm64) && !purego

package scan

// linesRest goes on with the generic code where a kernel stopped for want of
// room: a kernel writes positions by the handful, and to the last entries that
// does not fit. The first n lines have been written.
func linesRest(src []byte, from int, lines []Line, n int) (int, int) {
	if n > 0 {
		from = int(lines[n-1].LF) + 1
	}
	m, body := linesGeneric(src, from, lines[n:])
	return n + m, body
}

// lineStart returns 1 when i is the start of a line of src, and 0 when it is
// not or is outside.
func lineStart(src []byte, i int) int {
	if i == 0 || i > 0 && src[i-1] == '\n' {
		return 1
	}
	return 0
}
