package uri

import "github.com/sipwire/sipwire/internal/abnf"

// Comparison and hash see a text as symbols: the byte itself, or
// the byte that an escape encodes. An escaped byte of the reserved set is another
// symbol than the byte itself, every other is the same (RFC 3261, 19.1.4; RFC
// 3966, 3; RFC 2396, 2.2 and 2.3).

// mode says what two texts may differ in and still be equal.
type mode uint8

const (
	fold   mode   = 1 << iota // the case of letters
	bare                      // visual separators (RFC 3966, 4)
	keep                      // nothing by escaping but the case of its digits (RFC 8141, 3.1)
	escape uint16 = 0x100     // marks the symbol of an escape that counts
)

// symbol returns the symbol at b[i] and the index behind it. A "%" without
// two digits, which no parsed URI has, is itself.
func symbol(b []byte, i int, m mode) (uint16, int) {
	c := b[i]
	if c == '%' && i+2 < len(b) && abnf.Table[b[i+1]]&abnf.Table[b[i+2]]&abnf.Hex != 0 {
		c = abnf.Unhex(b[i+1])<<4 | abnf.Unhex(b[i+2])
		i += 2
		if m&keep != 0 || isReserved(c) {
			return uint16(c) | escape, i + 1
		}
	}
	if m&fold != 0 {
		c = abnf.Lower(c)
	}
	return uint16(c), i + 1
}

// isReserved reports whether c is of the reserved set of RFC 2396, 2.2.
func isReserved(c byte) bool {
	switch c {
	case ';', '/', '?', ':', '@', '&', '=', '+', '$', ',':
		return true
	}
	return false
}

func isVisual(s uint16) bool { return s == '-' || s == '.' || s == '(' || s == ')' }

// equalText compares a and b symbol by symbol, each in its own mode. The two
// modes may differ in bare only.
func equalText(a []byte, am mode, b []byte, bm mode) bool {
	i := 0
	if (am|bm)&bare == 0 {
		// Up to the first escape symbols are bytes.
		n := min(len(a), len(b))
		for ; i < n && a[i] != '%' && b[i] != '%'; i++ {
			if a[i] != b[i] && (am&fold == 0 || abnf.Lower(a[i]) != abnf.Lower(b[i])) {
				return false
			}
		}
		if i == n {
			return len(a) == len(b)
		}
	}
	for j := i; ; {
		var s, t uint16
		s, i = nextSymbol(a, i, am)
		t, j = nextSymbol(b, j, bm)
		if s != t {
			return false
		}
		if s == end {
			return true
		}
	}
}

// end is the symbol behind a text.
const end uint16 = 0xffff

// nextSymbol is symbol, but passes over what the mode leaves out and returns
// end behind the last.
func nextSymbol(b []byte, i int, m mode) (s uint16, next int) {
	for i < len(b) {
		if s, i = symbol(b, i, m); m&bare == 0 || !isVisual(s) {
			return s, i
		}
	}
	return end, i
}

// hashText continues the hash h over b and its end, so that texts equal under
// equalText have equal hashes.
func hashText(h uint64, b []byte, m mode) uint64 {
	for i := 0; i < len(b); {
		s := uint16(b[i])
		if s == '%' {
			s, i = symbol(b, i, m)
		} else {
			if m&fold != 0 {
				s = uint16(abnf.Lower(b[i]))
			}
			i++
		}
		if m&bare == 0 || !isVisual(s) {
			h = hashSymbol(h, s)
		}
	}
	return hashSymbol(h, end)
}

// hashSymbol is one step of FNV-1a, over 16 bits.
func hashSymbol(h uint64, s uint16) uint64 { return (h ^ uint64(s)) * 1099511628211 }
