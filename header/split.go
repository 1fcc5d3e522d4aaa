package header

import (
	"bytes"
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Values returns the values of a header field, given the bytes behind its
// colon. The field of a [List] header is split at commas that stand outside
// quoted strings, "<>" and comments; every other field is one value. The
// whitespace around each value is left out, folds inside it are kept.
//
// A field of whitespace alone has no values; an empty element between commas
// is a value of no bytes. What follows an unclosed quote, bracket or comment
// belongs to the value it stands in. The slices point into field.
func Values(id ID, field []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { values(id, field, yield) }
}

func values(id ID, field []byte, yield func([]byte) bool) {
	for next := 0; next <= len(field); {
		var lo, hi int
		lo, hi, next = NextValue(id, field, next)
		if lo == hi && next > len(field) && isBlank(field) {
			return
		}
		if !yield(field[lo:hi:hi]) {
			return
		}
	}
}

// NextValue finds the value of the field that starts at offset i: 0 for the
// first one, then what the call before returned as next. The value is
// field[lo:hi]. next is above len(field) when no value follows. [Values]
// tells what separates values.
func NextValue(id ID, field []byte, i int) (lo, hi, next int) {
	end := len(field)
	// Most fields hold no comma at all, which is seen many bytes at a time.
	if id.IsSplit() && i < end && bytes.IndexByte(field[i:], ',') >= 0 {
		end = ValueEnd(id.Grammar(), field, i)
	}
	lo, hi = abnf.TrimLWS(field, min(i, end), end)
	return lo, hi, end + 1
}

// ValueEnd returns the index of the first comma at or after i that separates
// two values in a list of grammar g, or len(field).
func ValueEnd(g Grammar, field []byte, i int) int {
	stop := splitStops[g&(1<<6-1)]
	for ; i < len(field); i++ {
		c := field[i]
		if splitClass[c]&stop == 0 {
			continue
		}
		j, code := i, sipwire.Code(0)
		switch c {
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
// above len(b) when it is not closed. It does not judge what stands inside:
// a value with a bad byte in it must not run into its neighbour.
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

// splitStops gives the bytes that matter to the splitting of each grammar.
// A Call-ID is made of words, which may hold quotes, brackets and
// parentheses (RFC 3261, 25.1), so that only commas count there. Parentheses
// are ordinary bytes of a URI, so comments are not looked for where a URI
// may stand without brackets; no such header has any.
var splitStops = func() (t [1 << 6]uint8) {
	for g := range t {
		t[g] = stopComma | stopQuote | stopAngle | stopComment
	}
	t[CallIDList] = stopComma
	for _, g := range []Grammar{NameAddrList, ContactList, URIRefList, URIList} {
		t[g] &^= stopComment
	}
	return t
}()

func isBlank(b []byte) bool {
	lo, hi := abnf.TrimLWS(b, 0, len(b))
	return lo == hi
}
