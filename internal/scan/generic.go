package scan

import "bytes"

// linesGeneric is [Lines] without a kernel. In a section as nearly everyone writes it, the
// LFs are found first, 64 bytes at a time, and then the ends of the names: so no branch is
// about how long a line or a name is, which is unpredictable. Line by line alone, the index
// of messages that the branch predictor has not seen took half as long again, and as long
// as now where one message repeats (2026-11).
func linesGeneric(src []byte, from int, lines []Line) (n, body int, clean bool) {
	n, body, control := lineFeeds(src, from, lines)
	start := from // of the line behind those
	if n > 0 {
		start = int(lines[n-1].LF) + 1
	}
	if body == 0 {
		control = controls(src[from:start])
	}
	if !nameEnds(src, from, lines[:n]) || control != 2*n {
		return linesByLine(src, from, lines)
	}
	if body == 0 {
		m, body, clean := linesByLine(src, start, lines[n:])
		return n + m, body, clean
	}
	return n, body, true
}

// linesByLine is the specification of [Lines].
func linesByLine(src []byte, from int, lines []Line) (n, body int, clean bool) {
	ends := 0 // bytes of line ends
	i := from
	for i < len(src) {
		nl := bytes.IndexByte(src[i:], '\n')
		if nl < 0 {
			break
		}
		lf := i + nl
		if nl == 0 || nl == 1 && src[i] == '\r' {
			ends += nl + 1
			i, body = lf+1, lf+1
			break
		}
		if n == len(lines) {
			break
		}
		ends++ // what controls is to find when there is nothing else
		if src[lf-1] == '\r' {
			ends++
		}
		for token[src[i]] != 0 {
			i++
		}
		lines[n] = Line{NameEnd: uint32(i), LF: uint32(lf)}
		n++
		i = lf + 1
	}
	section := src[from:i]
	return n, body, controls(section) == ends || Odd(section) < 0
}

// headerEndGeneric is the specification of [HeaderEnd].
func headerEndGeneric(src []byte, from int) int {
	for i := from; i < len(src); i++ {
		nl := bytes.IndexByte(src[i:], '\n')
		if nl < 0 {
			return 0
		}
		i += nl
		switch {
		case i == 0 || src[i-1] == '\n':
			return i + 1
		case src[i-1] == '\r' && (i == 1 || src[i-2] == '\n'):
			return i + 1
		}
	}
	return 0
}
