package header

import (
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/plain"
	"github.com/sipwire/sipwire/internal/scan"
)

// The fast paths of the values that every proxy reads. Each takes what nearly
// all values are and reports whether it did; it reads them as the parser of the
// whole grammar would, which is for all others and which the tests compare it
// with.

func isToken(c byte) bool { return abnf.Is(c, abnf.Token) }

// plainVia are the classes of bytes that [Via.plain] tells apart.
var plainVia = scan.Classes{
	Sets: [...]scan.Set{
		scan.NewSet(plain.IsLabel),
		scan.NewSet(plain.IsPunct),
		scan.NewSet(isToken),
	},
	Bytes: [...]byte{';', '=', '='},
}

// plain reads a Via value that is the whole of b: SIP/2.0, a transport of three
// letters, one space, host and port of less than 64 bytes and as much or twice as much of
// parameters, without whitespace and quotes.
func (v *Via) plain(b []byte) bool {
	const front = len("SIP/2.0/UDP ")
	if len(b) < front {
		return false
	}
	rest := b[front:]
	window := rest[:min(len(rest), plain.MaxLen)]
	var m scan.Masks
	if !plainVia.Masks(window, &m) {
		return false
	}
	id := LookupTransport(b[len("SIP/2.0/") : front-1])
	if abnf.Load64(b) != sip20 || id == TransportOther || b[front-1] != ' ' {
		return false
	}
	hostEnd, portEnd, port := plain.HostPort(window, m.Sets[0], m.Sets[1], 1)
	if hostEnd == 0 {
		return false
	}
	v.branch = part{}
	from, start := front, portEnd
	if len(rest) > plain.MaxLen {
		// The parameters are cut in front of the last one that begins here.
		cut := bits.Len64(m.Bytes[0]) - 1
		if cut < 0 || !plainParams(b, from, start, 1<<cut, &m, &v.branch) {
			return false
		}
		from, start = front+cut, 1
		if window = b[from:]; len(window) > plain.MaxLen || !plainVia.Masks(window, &m) {
			return false
		}
	}
	if !plainParams(b, from, start, 1<<len(window), &m, &v.branch) {
		return false
	}
	v.b = b
	v.all = part{hi: uint32(len(b))}
	v.transport = makePart(len("SIP/2.0/"), front-1)
	v.host = makePart(front, front+bits.TrailingZeros64(hostEnd))
	v.sentBy = makePart(front, front+bits.TrailingZeros64(portEnd))
	v.paramLo = v.sentBy.hi
	v.port, v.id, v.hasPort = port, id, hostEnd != portEnd
	return true
}

// plainParams reads the parameters of a Via from the bit start, which is where
// end is or a ";", to the bit end; m are the masks of b[from:]. It sets branch
// to the first one of that name, unless it is set.
func plainParams(b []byte, from int, start, end uint64, m *scan.Masks, branch *part) bool {
	const before = len(";branch=")
	inside := end - 1
	semicolons, equals := m.Bytes[0]&inside, m.Bytes[1]
	nameEnds, ok := plain.Params(m.Sets[2]&inside, semicolons, equals, start, end)
	// A name of six letters without a value may be a branch, too.
	if !ok || nameEnds&^equals&(semicolons<<(before-1)) != 0 {
		return false
	}
	// The first parameter with a value nearly always is the branch.
	for values := nameEnds & equals; values != 0 && branch.hi == 0; values &= values - 1 {
		lo := from + bits.TrailingZeros64(values) + 1
		if abnf.Load64(b[lo-before:])|branchLetters == branchParam {
			behind := (semicolons | end) &^ (values ^ (values - 1))
			*branch = makePart(lo, from+bits.TrailingZeros64(behind))
		}
	}
	return true
}

// The words that are looked for, and bit 5 of their letters, which makes small
// ones of large ones. Of a ";" or "=" it would make more than that byte equal.
const (
	sip20 = 'S' | 'I'<<8 | 'P'<<16 | '/'<<24 | '2'<<32 | '.'<<40 | '0'<<48 | '/'<<56

	branchParam   = ';' | 'b'<<8 | 'r'<<16 | 'a'<<24 | 'n'<<32 | 'c'<<40 | 'h'<<48 | '='<<56
	branchLetters = 0x202020202020 << 8

	tagParam   = ';' | 't'<<8 | 'a'<<16 | 'g'<<24 | '='<<32
	tagLetters = 0x202020 << 8
)

// plainAddr are the classes of bytes that [NameAddr.plain] tells apart.
var plainAddr = scan.Classes{
	Sets: [...]scan.Set{
		scan.NewSet(func(c byte) bool { return c == '<' || c == '>' }),
		scan.NewSet(func(c byte) bool { return abnf.Is(c, abnf.Control) }),
		scan.NewSet(isToken),
	},
	Bytes: [...]byte{' ', '"', '\\'},
}

// plain reads a name-addr or addr-spec that is the whole of b, with a tag or no
// parameter at all. A name-addr may have twice 63 bytes when its "<" is one of
// the first 63, and its ">" one of the last; an addr-spec may have 63.
func (v *NameAddr) plain(b []byte) bool {
	var front, back scan.Masks
	first, m := 0, &front // bit 0 of m is byte first
	if len(b) < 8 || len(b) > 2*plain.MaxLen || !plainAddr.Masks(b[:min(len(b), plain.MaxLen)], &front) {
		return false
	}
	if front.Sets[0] == 0 {
		return v.plainSpec(b, front.Sets[2])
	}
	if len(b) > plain.MaxLen {
		first, m = len(b)-plain.MaxLen, &back
		if !plainAddr.Masks(b[first:], &back) {
			return false
		}
	}
	open, display := plainDisplay(&front)
	upTo := open<<1 - 1 // with the "<"
	between := front.Sets[0] &^ upTo & (1<<(first&63) - 1)
	angles := m.Sets[0] &^ (upTo >> (first & 63))
	shut := angles & -angles
	lo, hi := bits.TrailingZeros64(open), first+bits.TrailingZeros64(shut)
	if between != 0 || lo >= len(b) || hi >= len(b) || b[lo] != '<' || b[hi] != '>' {
		return false
	}
	v.angle = true
	v.display = display
	v.uri = makePart(lo+1, hi)
	return v.plainTag(b, hi+1, m.Sets[2], first)
}

// plainDisplay reads the display name in front of the "<" at the bit open. It
// is one of words or one in quotes: which can not be foretold, and one piece of
// arithmetic is for both. open is 0 when it is not plain.
func plainDisplay(m *scan.Masks) (open uint64, display part) {
	spaces, quotes, backslashes := m.Bytes[0], m.Bytes[1], m.Bytes[2]
	for ; backslashes != 0; backslashes &= backslashes - 1 {
		escaped := (backslashes & -backslashes) << 1
		quotes &^= escaped
		backslashes &^= escaped
	}
	quoted := -(quotes & 1) // all ones or none
	quotes &^= 1
	shut := quotes & -quotes & quoted
	text := (shut<<1 - 1) & quoted // with both quotes; everything when the second is missing
	angles := m.Sets[0] &^ text
	open = angles & -angles
	front := (open - 1) &^ text
	words := front & m.Sets[2] &^ quoted
	bad := text&m.Sets[1] | front&^(spaces|words) | front&^words&^quoted&1
	if bad != 0 {
		open = 0
	}
	return open, part{hi: uint32(bits.Len64(shut | words))}
}

// plainBare are the characters of an addr-spec without "<>".
var plainBare = scan.NewSet(func(c byte) bool { return bareURI[c] })

// plainSpec reads an addr-spec without "<>".
func (v *NameAddr) plainSpec(b []byte, tokens uint64) bool {
	bare, ok := plainBare.Mask(b)
	if !ok || len(b) > plain.MaxLen {
		return false
	}
	colon := bits.TrailingZeros64((tokens + 1) &^ tokens)
	hi := bits.TrailingZeros64((bare + 1) &^ bare)
	if colon == 0 || colon >= hi || b[colon] != ':' {
		return false
	}
	v.angle = false
	v.display = part{}
	v.uri = makePart(0, hi)
	return v.plainTag(b, hi, tokens, 0)
}

// plainTag reads what stands behind the URI, from b[i] on: a tag, or nothing.
// Bit 0 of tokens is about b[first].
func (v *NameAddr) plainTag(b []byte, i int, tokens uint64, first int) bool {
	// The name is looked at in the eight bytes that end behind it; without one
	// some other eight are, and do not matter.
	const before = len(";tag=")
	has := (i - len(b)) >> (bits.UintSize - 1) // all ones when something follows
	at, lo, hi := (i+before-8)&has, (i+before)&has, len(b)&has
	if lo > hi || at < 0 || at > len(b)-8 {
		return false
	}
	name := abnf.Load64(b[at:])>>(64-8*before) | tagLetters
	value := uint64(1)<<((len(b)-first)&63) - 1<<((i+before-first)&63)
	if (name^tagParam|value&^tokens)&uint64(has) != 0 {
		return false
	}
	v.b = b
	v.all = part{hi: uint32(len(b))}
	v.tag = makePart(lo, hi)
	v.paramLo = uint32(i)
	return true
}

// plainWord is what the words of a Call-ID are made of.
var plainWord = scan.NewSet(func(c byte) bool { return abnf.Is(c, abnf.Word) })

// plainCallID reports whether b is a Call-ID of less than 64 bytes: a word, or
// two with one "@" between them.
func plainCallID(b []byte) bool {
	words, ok := plainWord.Mask(b)
	if !ok || len(b) > plain.MaxLen {
		return false
	}
	last := uint64(1) << (len(b) - 1)
	others := last<<1 - 1 - words // every word byte is one of b
	at := bits.TrailingZeros64(others | last)
	any := uint64(int64(others|-others) >> 63)
	return others&(others-1|1|last) == 0 && (at >= len(b) || uint64(b[at]^'@')&any == 0)
}
