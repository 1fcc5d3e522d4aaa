// Package abnf holds what RFC 3261 section 25 says about single bytes and the
// small pieces every grammar rule is made of: character classes, case
// folding, linear whitespace, digits, tokens, quoted strings and comments.
//
// Every function takes a slice and an index, never reads outside the slice,
// never writes to it and never allocates. The ConsumeX functions return the
// index after what they read, or the index of the byte that stopped them
// together with a [Code].
package abnf

// Class is a set of character classes; a byte belongs to a class when its
// entry in the table has the bit.
type Class uint16

// The character classes of RFC 3261, 25.1.
const (
	Token     Class = 1 << iota // token: method, header name, parameter name, tag, branch
	Word                        // word: Call-ID
	Digit                       // DIGIT
	Alpha                       // ALPHA
	Hex                         // HEXDIG, either case
	User                        // user without escapes: unreserved / user-unreserved
	Password                    // password without escapes
	URIParam                    // paramchar without escapes: param-unreserved / unreserved
	URIHeader                   // hname and hvalue without escapes
	Host                        // hostname: alphanum "-" "."; IPv6 is told apart by its brackets
	WSP                         // SP, HTAB
	Control                     // below SP without HTAB, and DEL
	Reserved                    // reserved and unreserved: what an absolute URI may hold, without escapes
	Scheme                      // scheme after its first letter
	IPv6                        // HEXDIG ":" "."
	Visual                      // tel: visual-separator (RFC 3966, 3)
)

// Table gives the classes of every byte.
var Table = buildTable()

func buildTable() (t [256]Class) {
	mark := func(set string, c Class) {
		for i := range len(set) {
			t[set[i]] |= c
		}
	}
	const (
		marks = "-_.!~*'()"
		// Reserved characters of RFC 3261, 25.1.
		reserved = ";/?:@&=+$,"
	)
	for b := range 256 {
		c := byte(b)
		switch {
		case c >= '0' && c <= '9':
			t[c] |= Digit | Hex
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			t[c] |= Alpha
			if c|0x20 <= 'f' {
				t[c] |= Hex
			}
		case c == ' ' || c == '\t':
			t[c] |= WSP
		case c < ' ' || c == 0x7f:
			t[c] |= Control
		}
		if t[c]&(Alpha|Digit) != 0 {
			t[c] |= Token | Word | User | Password | URIParam | URIHeader | Host | Reserved | Scheme
		}
		if t[c]&Hex != 0 {
			t[c] |= IPv6
		}
	}
	mark("-.!%*_+`'~", Token)
	mark("-.!%*_+`'~()<>:\\\"/[]?{}", Word)
	mark(marks+"&=+$,;?/", User)
	mark(marks+"&=+$,", Password)
	mark(marks+"[]/:&+$", URIParam)
	mark(marks+"[]/?:+$", URIHeader)
	mark("-.", Host)
	mark(marks+reserved, Reserved)
	mark("+-.", Scheme)
	mark(":.", IPv6)
	mark("-.()", Visual)
	return t
}

// Is reports whether c belongs to one of the classes in set.
func Is(c byte, set Class) bool { return Table[c]&set != 0 }

// Span returns the index of the first byte of b at or after i that belongs to
// none of the classes in set, or len(b).
func Span(b []byte, i int, set Class) int {
	for i < len(b) && Table[b[i]]&set != 0 {
		i++
	}
	return i
}

// All reports whether b is not empty and every byte of it belongs to set.
func All(b []byte, set Class) bool { return len(b) > 0 && Span(b, 0, set) == len(b) }
