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
// control bytes but a CR LF behind each line: of two control bytes it takes the second for
// an LF, and the caller has to look. It stops where three are in a row, behind one that is
// alone, and where lines or src gets too short. body is the offset behind the empty line, or 0 when that was not
// reached, and control what [controls] counts in front of the empty line.
func lineFeeds(src []byte, from int, lines []Line) (n, body, control int) {
	if len(src) < window || from == len(src) || src[from] < ' ' {
		return 0, 0, 0
	}
	before, feedsBefore := uint64(0), uint64(0) // found and feeds of the window before
	for at := from; at < len(src) && n+maxFeeds <= len(lines); at += window {
		// The last window ends where src does, and bytes seen before are shifted out.
		seen := uint(max(at+window-len(src), 0)) % window
		p := (*[window]byte)(src[at-int(seen):])
		found := inOrder(notPlain(abnf.Load64(p[0:]))>>7|notPlain(abnf.Load64(p[8:]))>>6|
			notPlain(abnf.Load64(p[16:]))>>5|notPlain(abnf.Load64(p[24:]))>>4|
			notPlain(abnf.Load64(p[32:]))>>3|notPlain(abnf.Load64(p[40:]))>>2|
			notPlain(abnf.Load64(p[48:]))>>1|notPlain(abnf.Load64(p[56:]))) >> seen
		feeds := found & (found<<1 | before>>63)
		thirds := feeds & (feeds<<1 | feedsBefore>>63)
		if thirds == 0 {
			control += bits.OnesCount64(found)
			n += putFeeds(lines[n:], feeds, at)
			if control != 2*n+int((found&^feeds)>>63) {
				break // not a plain section, and its end would not be seen here
			}
			before, feedsBefore = found, feeds
			continue
		}
		// The first third is the CR of the empty line, or this is not a plain section.
		below := thirds&-thirds - 1
		n += putFeeds(lines[n:], feeds&below, at)
		end := at + bits.TrailingZeros64(thirds) + len("\r\n")
		if end <= len(src) && string(src[end-4:end]) == "\r\n\r\n" {
			return n, end, control + bits.OnesCount64(found&below)
		}
		break
	}
	return n, 0, 0
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
