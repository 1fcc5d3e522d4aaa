package grammar

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// NextValue is the method NextValue of header.ID.
func NextValue(id uint8, field []byte, i int) (lo, hi, next int) {
	end := len(field)
	// Most fields hold no comma at all, which is seen many bytes at a time.
	if IsSplit(id) && i < end && bytes.IndexByte(field[i:], ',') >= 0 {
		end = ValueEnd(Of(id), field, i)
	}
	lo, hi = abnf.TrimLWS(field, min(i, end), end)
	return lo, hi, end + 1
}

// ValueEnd returns the index of the first comma at or after i that separates
// two values in a list of class c, or len(field).
func ValueEnd(c Class, field []byte, i int) int {
	stop := splitStops[c&(1<<6-1)]
	for ; i < len(field); i++ {
		char := field[i]
		if splitClass[char]&stop == 0 {
			continue
		}
		j, code := i, sipwire.Code(0)
		switch char {
		case ',':
			return i
		case '"':
			j = skipQuoted(field, i)
		case '<':
			for j < len(field) && field[j] != '>' {
				j++
			}
			j++
		case '(':
			if j, code = abnf.ConsumeComment(field, i); code != 0 {
				return len(field)
			}
		}
		if j > len(field) {
			return len(field)
		}
		i = j - 1
	}
	return len(field)
}

// skipQuoted returns the index behind the quoted string that opens at i, one
// above len(b) when it is not closed. It does not check what is inside:
// a value with a bad byte in it must not run into the next one.
func skipQuoted(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return len(b) + 1
}

const (
	stopComma = 1 << iota
	stopQuote
	stopAngle
	stopComment
)

var splitClass = [256]uint8{',': stopComma, '"': stopQuote, '<': stopAngle, '(': stopComment}

// splitStops gives the bytes that matter when a list of each class is split.
// A Call-ID is made of words, which may hold quotes, brackets and
// parentheses (RFC 3261, 25.1), so that only commas count there. Parentheses
// are ordinary bytes of a URI, so comments are not looked for where a URI
// may occur without brackets; no such header has any.
var splitStops = func() (t [1 << 6]uint8) {
	for c := range t {
		t[c] = stopComma | stopQuote | stopAngle | stopComment
	}
	t[CallIDList] = stopComma
	for _, c := range []Class{NameAddrList, ContactList, URIRefList, URIList} {
		t[c] &^= stopComment
	}
	return t
}()
