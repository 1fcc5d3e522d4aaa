package header

import (
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/fastpath"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/value"
)

// The word that is compared as a whole, and bit 5 of its letters.
const (
	tagParam   = ';' | 't'<<8 | 'a'<<16 | 'g'<<24 | '='<<32
	tagLetters = 0x202020 << 8
)

// fastAddr are the classes of bytes that [NameAddr.parseFast] asks for.
var fastAddr = scan.Classes{
	Sets: [...]scan.Set{
		scan.NewSet(func(c byte) bool { return c == '<' || c == '>' }),
		scan.NewSet(func(c byte) bool { return abnf.Is(c, abnf.Control) }),
		scan.NewSet(isToken),
	},
	Bytes: [...]byte{' ', '"', '\\'},
}

// parseFast reads what nearly all values are. The value is the whole of b: a
// name-addr or addr-spec with a tag or no parameter at all. A name-addr may have
// 126 bytes when its "<" is one of the first 63 and its ">" one of the last 63; an
// addr-spec may have 63. It reports whether it has read the value;
// [NameAddr.parseWhole] reads all others, and would have read this one alike.
func (v *NameAddr) parseFast(b []byte) bool {
	var front, back scan.Masks
	first, m := 0, &front // bit 0 of m is byte first
	if len(b) < 8 || len(b) > 2*fastpath.MaxLen || !fastAddr.Masks(b[:min(len(b), fastpath.MaxLen)], &front) {
		return false
	}
	if front.Sets[0] == 0 {
		return v.fastSpec(b, front.Sets[2])
	}
	if len(b) > fastpath.MaxLen {
		first, m = len(b)-fastpath.MaxLen, &back
		if !fastAddr.Masks(b[first:], &back) {
			return false
		}
	}
	open, display := fastDisplay(&front)
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
	v.uri = value.MakePart(lo+1, hi)
	return v.fastTag(b, hi+1, m.Sets[2], first)
}

// fastDisplay reads the display name in front of the "<" at the bit open. It
// is made of words or quoted. Which of the two is unpredictable, so the same
// arithmetic reads both. open is 0 when the fast path cannot read it.
func fastDisplay(m *scan.Masks) (open uint64, display value.Part) {
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
	return open, value.Part{Hi: uint32(bits.Len64(shut | words))}
}

// fastBare holds the characters of an addr-spec without "<>".
var fastBare = scan.NewSet(func(c byte) bool { return value.BareURI[c] })

// fastSpec reads an addr-spec without "<>".
func (v *NameAddr) fastSpec(b []byte, tokens uint64) bool {
	bare, ok := fastBare.Mask(b)
	if !ok || len(b) > fastpath.MaxLen {
		return false
	}
	colon := bits.TrailingZeros64((tokens + 1) &^ tokens)
	hi := bits.TrailingZeros64((bare + 1) &^ bare)
	if colon == 0 || colon >= hi || b[colon] != ':' {
		return false
	}
	v.angle = false
	v.display = value.Part{}
	v.uri = value.MakePart(0, hi)
	return v.fastTag(b, hi, tokens, 0)
}

// fastTag reads what follows the URI, from b[i] on: a tag, or nothing. Bit 0 of
// tokens is about b[first].
func (v *NameAddr) fastTag(b []byte, i int, tokens uint64, first int) bool {
	// The name is compared in the eight bytes that end with it. Without a
	// parameter any other eight are loaded, and ignored.
	const before = len(";tag=")
	has := (i - len(b)) >> (bits.UintSize - 1) // all ones when something follows
	at, lo, hi := (i+before-8)&has, (i+before)&has, len(b)&has
	if lo > hi || at < 0 || at > len(b)-8 {
		return false
	}
	name := abnf.Load64(b[at:])>>(64-8*before) | tagLetters
	chars := uint64(1)<<((len(b)-first)&63) - 1<<((i+before-first)&63)
	if (name^tagParam|chars&^tokens)&uint64(has) != 0 {
		return false
	}
	v.b = b
	v.all = value.Part{Hi: uint32(len(b))}
	v.tag = value.MakePart(lo, hi)
	v.paramLo = uint32(i)
	return true
}
