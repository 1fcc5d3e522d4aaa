package scan

import "bytes"

// token holds 1 for the token characters of RFC 3261, 25.1.
var token = func() (t [256]uint8) {
	for c := range 256 {
		b := byte(c)
		if b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' {
			t[c] = 1
		}
	}
	for _, b := range []byte("-.!%*_+`'~") {
		t[b] = 1
	}
	return t
}()

// linesGeneric is the specification of [Lines]. The like of the kernels, masks
// of 64 bytes won by arithmetic on eight bytes at a time, took twice as long on
// messages the branch predictor has not seen, and a search for the LF eight or
// sixteen bytes at a time a tenth longer: bytes.IndexByte is a vector kernel of
// the Go runtime almost everywhere.
func linesGeneric(src []byte, from int, lines []Line) (n, body int, clean bool) {
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
