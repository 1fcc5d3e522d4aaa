package scan

import (
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
)

// window is the number of bytes that lineFeeds takes in one step, and maxFeeds the most
// line ends of two bytes in them.
const (
	window   = 64
	maxFeeds = window / 2
)

// lineFeeds sets the LF of each line up to the empty line, for a section that has no
// control bytes but a CR LF behind each line, and HTABs where there are continuation
// lines: of two control bytes it takes the second for an LF, and the caller has to look.
// It stops in front of a window with three in a row or one alone, and where lines or src
// gets too short. body is the offset behind the empty line, or 0 when that was not
// reached, and control how many control bytes but HTABs are in front of the empty line.
func lineFeeds(src []byte, from int, lines []Line) (n, body, control int) {
	if len(src) < window || from == len(src) || src[from] < ' ' {
		return 0, 0, 0
	}
	before, feedsBefore := uint64(0), uint64(0) // found and feeds of the window before
	folded := false
	for at := from; at < len(src) && n+maxFeeds <= len(lines); {
		// The last window ends where src does, and bytes seen before are shifted out.
		seen := uint(max(at+window-len(src), 0)) % window
		p := (*[window]byte)(src[at-int(seen):])
		var found uint64
		if folded {
			found = controlsOf(p) >> seen
		} else {
			found = inOrder(notPlain(abnf.Load64(p[0:]))>>7|notPlain(abnf.Load64(p[8:]))>>6|
				notPlain(abnf.Load64(p[16:]))>>5|notPlain(abnf.Load64(p[24:]))>>4|
				notPlain(abnf.Load64(p[32:]))>>3|notPlain(abnf.Load64(p[40:]))>>2|
				notPlain(abnf.Load64(p[48:]))>>1|notPlain(abnf.Load64(p[56:]))) >> seen
		}
		feeds := found & (found<<1 | before>>63)
		thirds := feeds & (feeds<<1 | feedsBefore>>63)
		if thirds == 0 {
			all, k := control+bits.OnesCount64(found), putFeeds(lines[n:], feeds, at)
			if all == 2*(n+k)+int((found&^feeds)>>63) {
				n, control = n+k, all
				before, feedsBefore = found, feeds
				at += window
				continue
			}
		} else if end := emptyLine(src, at, thirds); end > 0 {
			below := thirds&-thirds - 1
			n += putFeeds(lines[n:], feeds&below, at)
			return n, end, control + bits.OnesCount64(found&below)
		}
		if folded {
			break // not a plain section, and its end would not be seen here
		}
		// It may be the whitespace of a line that continues another one: once more. Where
		// there is one, there are more.
		folded = true
	}
	return n, 0, 0
}

// emptyLine returns the offset behind the empty line whose CR is the first of thirds, of
// which bit 0 is for the byte at offset at, or 0 when that is none.
func emptyLine(src []byte, at int, thirds uint64) (end int) {
	end = at + bits.TrailingZeros64(thirds) + len("\r\n")
	if end <= len(src) && string(src[end-4:end]) == "\r\n\r\n" {
		return end
	}
	return 0
}

// controlsOf has a bit for each byte of p that is a control byte, but an HTAB. It takes
// about twice as long as what uses [notPlain], which finds most HTABs and the SP behind
// an LF, too.
func controlsOf(p *[window]byte) (found uint64) {
	return inOrder(control(abnf.Load64(p[0:]))>>7 | control(abnf.Load64(p[8:]))>>6 |
		control(abnf.Load64(p[16:]))>>5 | control(abnf.Load64(p[24:]))>>4 |
		control(abnf.Load64(p[32:]))>>3 | control(abnf.Load64(p[40:]))>>2 |
		control(abnf.Load64(p[48:]))>>1 | control(abnf.Load64(p[56:])))
}

// control sets the top bit of a byte where w has a control byte that is no HTAB.
func control(w uint64) uint64 {
	below := ^((w | abnf.Tops) - ' '*abnf.Ones) // SP
	del := w&^abnf.Tops + abnf.Ones
	tab := (w^'\t'*abnf.Ones)&^abnf.Tops + 0x7f*abnf.Ones // not set for one
	return (below | del) & tab & (^w & abnf.Tops)
}

// putFeeds sets the LF of one of lines for each bit of feeds, of which the lowest is for
// the byte at offset at. It returns how many there are. Nearly every window has four at
// most, and how many is unpredictable: four are written, whether they are lines or not.
func putFeeds(lines []Line, feeds uint64, at int) (n int) {
	n = bits.OnesCount64(feeds)
	l := (*[4]Line)(lines)
	b := feeds & (feeds - 1)
	c := b & (b - 1)
	d := c & (c - 1)
	l[0].LF = uint32(at + bits.TrailingZeros64(feeds))
	l[1].LF = uint32(at + bits.TrailingZeros64(b))
	l[2].LF = uint32(at + bits.TrailingZeros64(c))
	l[3].LF = uint32(at + bits.TrailingZeros64(d))
	for i := 4; i < n; i++ {
		d &= d - 1
		lines[i].LF = uint32(at + bits.TrailingZeros64(d))
	}
	return n
}

// inOrder moves bit 8*i+k of x to 8*k+i. Of eight words the k-th has left the top bit of
// its byte i at the former; at the latter they are in the order of the bytes.
func inOrder(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}
