package scan

import (
	"bytes"
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
)

// addrTable has the classes of bytes in a name-addr: token characters and spaces, the
// words of a display name, with bit Z.
var addrTable = newClassTable(func(c byte) int {
	switch {
	case abnf.Is(c, abnf.Token):
		return bitZ
	case c == ' ':
		return bitZ | bitX
	case c == '\\':
		return bitZ | bitY
	case c == '<', c == '>':
		return bitX
	case c == '"':
		return bitX | bitY
	case abnf.Is(c, abnf.Control):
		return bitY
	}
	return 0
})

// ReadAddrGeneric is [ReadAddr] for tiers without a kernel for it, and what specifies
// it. It is not ok in the others.
func ReadAddrGeneric(b []byte, out *Addr) (ok bool) { return !hasValueKernels() && readAddr(b, out) }

func readAddr(b []byte, out *Addr) bool {
	if len(b) < 8 || len(b) > 2*maxWindow {
		return false
	}
	// Nearly always the "<" is in the first block.
	display, lo, ok := readDisplay(b[:min(len(b), blockLen)])
	if lo < 0 && len(b) > blockLen {
		display, lo, ok = readDisplay(b[:min(len(b), maxWindow)])
	}
	if lo < 0 {
		return readSpec(b, out)
	}
	size := bytes.IndexByte(b[lo:], '>')
	if !ok || size < 0 || b[lo] != '<' {
		return false
	}
	hi := lo + size
	tag, ok := readTag(b, hi+1)
	if !ok {
		return false
	}
	*out = Addr{
		All: abnf.Part{Hi: uint32(len(b))}, Display: abnf.Part{Hi: uint32(display)},
		URI: abnf.Part{Lo: uint32(lo + 1), Hi: uint32(hi)}, Tag: tag, ParamLo: uint32(hi + 1), Angle: true,
	}
	return true
}

// readDisplay reads the display name at the start of the window b, and returns its
// length and the index of the angle bracket behind it, -1 when there is none in the
// window. ok is false for a name that is not a usual one.
func readDisplay(b []byte) (length, angle int, ok bool) {
	x, y, z := addrTable.masks(b)
	tokens, spaces := z&^x&^y, z&x
	angles, controls, quotes := x&^y&^z, y&^x&^z, x&y
	// Only a quote that is not escaped ends a name in quotes. Each backslash that is
	// not escaped escapes what is behind it.
	for backslashes := z & y; backslashes != 0; {
		escaped := lowest(backslashes) << 1
		quotes &^= escaped
		backslashes = backslashes & (backslashes - 1) &^ escaped
	}
	quoted := -(quotes & 1) // all ones or none
	shut := lowest(quotes&^1) & quoted
	text := (shut<<1 - 1) & quoted // with both quotes; all ones when the second is missing
	open := lowest(angles &^ text)
	if open == 0 {
		return 0, -1, false
	}
	front := (open - 1) &^ text
	words := front & tokens &^ quoted
	others := front &^ words
	bad := others&^spaces | text&controls | others&^quoted&1 // a space in front
	return bits.Len64(words | shut), index(open), bad == 0
}

// readTag reads what is behind the URI, from b[i] on: a tag or nothing.
func readTag(b []byte, i int) (tag abnf.Part, ok bool) {
	const (
		before  = len(";tag=")
		param   = ';' | 't'<<8 | 'a'<<16 | 'g'<<24 | '='<<32
		letters = 0x202020 << 8 // of small letters, which they make of large ones
	)
	if i == len(b) {
		return tag, true
	}
	lo := i + before
	if lo > len(b) || lo < 8 || abnf.Load64(b[lo-8:])>>(64-8*before)|letters != param {
		return tag, false
	}
	from := max(len(b)-blockLen, 0)
	if lo < from {
		if from = lo; len(b)-lo > maxWindow {
			return tag, false
		}
	}
	x, y, z := addrTable.masks(b[from:])
	tag = abnf.Part{Lo: uint32(lo), Hi: uint32(len(b))}
	return tag, z&^x&^y>>(lo-from) == 1<<(len(b)-lo)-1
}

// readSpec reads an addr-spec without "<>", up to the first byte that ends one.
func readSpec(b []byte, out *Addr) bool {
	colon := bytes.IndexByte(b, ':')
	if len(b) > maxWindow || colon <= 0 || abnf.Span(b, 0, abnf.Token) != colon {
		return false
	}
	hi := colon + 1
	for hi < len(b) && isBare(b[hi]) {
		hi++
	}
	tag, ok := readTag(b, hi)
	if !ok {
		return false
	}
	*out = Addr{All: abnf.Part{Hi: uint32(len(b))}, URI: abnf.Part{Hi: uint32(hi)}, Tag: tag, ParamLo: uint32(hi)}
	return true
}

// isBare reports whether c is an ASCII character that does not end a URI without "<>".
func isBare(c byte) bool {
	switch c {
	case '<', '>', '"', ',', ';', '?':
		return false
	}
	return c > ' ' && c < 0x7f
}
