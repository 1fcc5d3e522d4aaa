//go:build (amd64 || arm64) && !purego

package scan

// linesRest ends what a kernel has begun, where that needs the generic code.
// The first n lines have been written; body and odd are what the kernel said.
//
// For want of room: a kernel writes positions by the handful, and to the last
// entries that does not fit. For odd bytes: a kernel takes whole blocks, which
// may end in the body, and does not place the end of a name with a control
// byte in or behind it. Only where there is an odd byte indeed the work is done
// again.
func linesRest(src []byte, from int, lines []Line, n, body, odd int) (int, int, bool) {
	switch {
	case odd != 0 && body > 0 && Odd(src[from:body]) < 0:
		return n, body, true
	case odd != 0:
		return linesGeneric(src, from, lines)
	case body == 0:
		return n, 0, true
	case n > 0:
		from = int(lines[n-1].LF) + 1
	}
	m, body, clean := linesGeneric(src, from, lines[n:])
	return n + m, body, clean
}

// lineStart returns 1 when i is the start of a line of src, and 0 when it is
// not or is outside.
func lineStart(src []byte, i int) int {
	if i == 0 || i > 0 && src[i-1] == '\n' {
		return 1
	}
	return 0
}
