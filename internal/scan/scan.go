// Package scan is the first stage of the message index: it finds, for every
// line of a header section, where the line ends and where its leading token
// (a header name, a method, a SIP-Version up to its "/") ends, and it finds
// the empty line that ends the section (RFC 3261, 7). On the way it sees
// whether there is an odd byte in the section: a CR without its LF, or a
// control byte. Nothing is judged here: a line without a colon or a folded
// line are positions like any other, and what an odd byte means the caller
// decides.
//
// The bytes belong to the caller; they are read inside the slice only, never
// written and never kept. Nothing is allocated. The cost is linear in the
// bytes up to the end of the header section, whatever they are: what stands
// behind the empty line is not looked at, but for the rest of the block of
// 64 bytes that holds it.
//
// [Set] says where in up to 64 bytes of a value which characters are. [ReadAddr],
// [ReadVia] and [ReadURI] go on from there to the parts of the values that every
// proxy reads. They write these in place: against masks that Go works on, and parts
// that it copies, index and fields of a proxy took 17 % fewer instructions and the
// fields alone 31 % (AVX2, 2026-11). Their generic code is apart, in [ReadAddrGeneric],
// [ReadViaGeneric] and [ReadURIGeneric], so that a caller can have the calls of the
// kernels inlined. What they do not read, the parsers of packages header and uri do,
// which they agree with.
//
// The generic code is the specification. The kernels for AVX2, AVX-512 and NEON give
// the same answers, but for values that only the generic code reads;
// [github.com/sipwire/sipwire/internal/cpufeat] says which one runs, and the build tag
// purego leaves only the generic one.
package scan

// Line is one line of a header section. Both are indexes into the slice given
// to [Lines].
type Line struct {
	NameEnd uint32 // index of the first byte at or after the start of the line that is not a token character (RFC 3261, 25.1); at most LF
	LF      uint32 // index of the LF that ends the line
}

// Lines indexes the lines of src from offset from, which must be the start of
// a line, up to the first empty line (LF alone, or CR LF alone). It writes the
// lines that are not empty to lines in order, and returns their number n and
// the offset body behind the LF of the empty line.
//
// body is 0 when no empty line was found. Then n == len(lines) says that lines
// is full: go on at lines[n-1].LF+1. Anything less says that src ended; bytes
// behind the last LF are an unfinished line and are not reported.
//
// A line that begins with SP or HTAB continues the one before it (RFC 3261,
// 7.3.1) and shows by a NameEnd that is its first byte.
//
// clean says that none of src[from:body] is odd, as [Odd] has it, or none of the
// lines that were found, when body is 0.
//
// Nothing outside src is read. Entries of lines at n and above may be
// overwritten. src must be shorter than 4 GiB, and from at most len(src).
func Lines(src []byte, from int, lines []Line) (n, body int, clean bool) {
	return linesTier(src, from, lines)
}

// HeaderEnd returns the offset behind the first empty line of src whose LF
// is at from or later, or 0 when there is none. src must begin at the
// start of a line: "\n" and "\r\n" at the very front are empty lines. An LF
// ends an empty line when the byte before it is an LF or the front of src, or
// is a CR with such a one before it; so at most the two bytes before from are
// looked at, and a caller that found nothing goes on with from = the length
// that src had then, and misses nothing. 0 <= from <= len(src).
func HeaderEnd(src []byte, from int) int {
	return headerEndTier(src, from)
}
