package abnf

import "github.com/sipwire/sipwire"

// SkipLWS returns the index of the first byte of b at or after i that is not
// linear whitespace (RFC 3261, 25.1: LWS = [*WSP CRLF] 1*WSP). A line end
// counts only when whitespace follows it, that is, when it folds the line; a
// bare LF that folds is taken like CRLF.
func SkipLWS(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ' ', '\t':
			i++
		case '\r':
			if i+2 < len(b) && b[i+1] == '\n' && (b[i+2] == ' ' || b[i+2] == '\t') {
				i += 3
				continue
			}
			return i
		case '\n':
			if i+1 < len(b) && (b[i+1] == ' ' || b[i+1] == '\t') {
				i += 2
				continue
			}
			return i
		default:
			return i
		}
	}
	return i
}

// TrimLWS returns the indices of b without the linear whitespace around it.
// A line end at the very end, with nothing after it, is cut as well.
func TrimLWS(b []byte, lo, hi int) (int, int) {
	lo = SkipLWS(b[:hi], lo)
	for hi > lo {
		switch b[hi-1] {
		case ' ', '\t', '\r', '\n':
			hi--
		default:
			return lo, hi
		}
	}
	return lo, hi
}

// ConsumeQuoted reads a quoted-string whose opening quote is at i, and
// returns the index after the closing quote. Inside, a backslash takes the
// next byte with it whatever it is (quoted-pair; RFC 4475, 3.1.1.2 uses a NUL
// there), except CR and LF (RFC 3261, 25.1), which may only fold.
func ConsumeQuoted(b []byte, i int) (int, sipwire.Code) {
	if i >= len(b) || b[i] != '"' {
		return i, sipwire.ErrQuote
	}
	for j := i + 1; j < len(b); j++ {
		c := b[j]
		if !endsQuoted[c] {
			continue
		}
		if c == '"' {
			return j + 1, 0
		}
		k, code := consumeSpecial(b, j)
		if code != 0 {
			return k, code
		}
		j = k - 1
	}
	return i, sipwire.ErrQuote
}

// endsQuoted holds the bytes that are not themselves in a quoted string.
var endsQuoted = func() (t [256]bool) {
	for c := range t {
		t[c] = c == '"' || c == '\\' || Table[c]&Control != 0
	}
	return t
}()

// ConsumeComment reads a comment whose opening parenthesis is at i, and
// returns the index after its closing one. Comments nest (RFC 3261, 25.1).
func ConsumeComment(b []byte, i int) (int, sipwire.Code) {
	if i >= len(b) || b[i] != '(' {
		return i, sipwire.ErrComment
	}
	depth := 0
	for j := i; j < len(b); j++ {
		switch c := b[j]; {
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return j + 1, 0
			}
		case c == '\\' || Table[c]&Control != 0:
			k, code := consumeSpecial(b, j)
			if code != 0 {
				return k, code
			}
			j = k - 1
		}
	}
	return i, sipwire.ErrComment
}

// consumeSpecial reads what is not an ordinary byte of a quoted-string or
// comment: a quoted-pair, or a fold. Any other control byte is refused.
func consumeSpecial(b []byte, i int) (int, sipwire.Code) {
	if b[i] != '\\' {
		if k := SkipLWS(b, i); k > i {
			return k, 0
		}
		return i, sipwire.ErrControl
	}
	if i+1 < len(b) && (b[i+1] == '\r' || b[i+1] == '\n') {
		return i + 1, sipwire.ErrControl
	}
	return i + 2, 0
}

// ConsumeEscapes reads 0*(set / escaped) at i, where escaped is "%" HEXDIG
// HEXDIG (RFC 3261, 25.1). It stops at the first byte that is neither; a "%"
// without two digits is ErrEscape.
func ConsumeEscapes(b []byte, i int, set Class) (int, sipwire.Code) {
	for i < len(b) {
		switch c := b[i]; {
		case Table[c]&set != 0:
			i++
		case c != '%':
			return i, 0
		case i+2 >= len(b) || Table[b[i+1]]&Table[b[i+2]]&Hex == 0:
			return i, sipwire.ErrEscape
		default:
			i += 3
		}
	}
	return i, 0
}

// ConsumeUint reads 1*DIGIT at i as a number of at most max. The value of a
// longer or larger number is max with ErrRange, and its digits are consumed
// all the same, so that a caller that clamps can go on behind it.
func ConsumeUint(b []byte, i int, max uint64) (v uint64, j int, code sipwire.Code) {
	for j = i; j < len(b); j++ {
		d := uint64(b[j] - '0')
		if d > 9 {
			break
		}
		if code != 0 {
			continue
		}
		if v > (max-d)/10 || d > max {
			v, code = max, sipwire.ErrRange
			continue
		}
		v = v*10 + d
	}
	if j == i {
		return 0, i, sipwire.ErrNumber
	}
	return v, j, code
}

// AppendUint appends v in decimal digits.
func AppendUint(dst []byte, v uint64) []byte {
	// A Content-Length of 0, a status code.
	switch {
	case v < 10:
		return append(dst, byte('0'+v))
	case v-100 < 900:
		return append(dst, byte('0'+v/100), byte('0'+v/10%10), byte('0'+v%10))
	}
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + v%10)
		if v /= 10; v == 0 {
			return append(dst, digits[i:]...)
		}
	}
}

// AppendUnquoted appends the text of a value: the quotes around a quoted-string
// and the backslashes of quoted pairs are left out (RFC 3261, 25.1), and a fold
// becomes one space (7.3.1). The inside of a quoted-string, given without its
// quotes, has the same text.
func AppendUnquoted(dst, b []byte) []byte {
	if len(b) >= 2 && b[0] == '"' && b[len(b)-1] == '"' {
		b = b[1 : len(b)-1]
	}
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\': // one at the very end escapes nothing
			if i++; i < len(b) {
				dst = append(dst, b[i])
			}
		case c == '\r' || c == '\n':
			i = max(SkipLWS(b, i)-1, i)
			dst = append(dst, ' ')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// AppendUnfolded appends b with every fold, the line end together with the
// whitespace around it, replaced by one space (RFC 3261, 7.3.1).
func AppendUnfolded(dst, b []byte) []byte {
	start := len(dst)
	for i := 0; i < len(b); i++ {
		if c := b[i]; c == '\r' || c == '\n' {
			if j := SkipLWS(b, i); j > i {
				for len(dst) > start && (dst[len(dst)-1] == ' ' || dst[len(dst)-1] == '\t') {
					dst = dst[:len(dst)-1]
				}
				dst = append(dst, ' ')
				i = j - 1
				continue
			}
		}
		dst = append(dst, b[i])
	}
	return dst
}
