package scan

import "github.com/sipwire/sipwire/internal/abnf"

// The references read a byte at a time and remember what they have seen. They
// are what the generic code is held to; the kernels are held to the generic
// code.

func slowLines(src []byte, from int, lines []Line) (n, body int, clean bool) {
	start, nameEnd := from, -1
	for i := from; i < len(src); i++ {
		c := src[i]
		if nameEnd < 0 && !abnf.Is(c, abnf.Token) {
			nameEnd = i
		}
		if c != '\n' {
			continue
		}
		if line := string(src[start:i]); line == "" || line == "\r" {
			return n, i + 1, slowOdd(src[from:i+1]) < 0
		}
		if n == len(lines) {
			break
		}
		lines[n] = Line{NameEnd: uint32(nameEnd), LF: uint32(i)}
		n++
		start, nameEnd = i+1, -1
	}
	return n, 0, slowOdd(src[from:start]) < 0
}

func slowOdd(src []byte) int {
	for i, c := range src {
		switch {
		case c == '\t', c == '\n':
		case c == '\r':
			if i+1 == len(src) || src[i+1] != '\n' {
				return i
			}
		case c < ' ', c == 0x7f:
			return i
		}
	}
	return -1
}

func slowHeaderEnd(src []byte, from int) int {
	line := ""
	for i, c := range src {
		if c != '\n' {
			line += string(rune(c))
			if len(line) > 2 { // two bytes say enough
				line = line[:2]
			}
			continue
		}
		if i >= from && (line == "" || line == "\r") {
			return i + 1
		}
		line = ""
	}
	return 0
}
