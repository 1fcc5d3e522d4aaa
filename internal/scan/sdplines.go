package scan

import "bytes"

// SDPRoom is how many more entries than lines [SDPLines] needs to be sure of
// its work: a kernel writes positions by the block.
const SDPRoom = 64

// SDPLines indexes the lines of a session description (RFC 8866, 5), each of
// which is a letter, "=" and a value, ended by CR LF or by LF alone. It writes
// the offset of the LF of each line to ends and the numbers of the lines that
// begin with "m" or "c" to marks, both in order, and returns how many there are
// of each. Bytes behind the last LF begin a line too: it may be among marks,
// with the number n.
//
// odd reports that something has to be looked at: a line whose second byte is
// not "=", an empty line, a CR with another byte than LF behind it, or a NUL.
// Of the bytes behind the last LF, a first byte alone and a CR at the very end
// are not odd.
//
// ends and marks must have the same length, and src less than 4 GiB.
// n is -1 when that length does not suffice; SDPRoom more than there are lines
// always does. Entries behind those that are counted may be overwritten.
//
// There are kernels for AVX2 and AVX-512. On arm64 the generic one runs, whatever
// the tier: nobody has measured a body there yet.
func SDPLines(src []byte, ends, marks []uint32) (n, nmarks int, odd bool) {
	return sdpLinesTier(src, ends, marks)
}

// sdpLinesGeneric is the specification of [SDPLines].
func sdpLinesGeneric(src []byte, ends, marks []uint32) (n, nmarks int, odd bool) {
	for i := 0; i < len(src); {
		if n == len(ends) || n == len(marks) {
			return -1, -1, false
		}
		line := src[i:]
		nl := bytes.IndexByte(line, '\n')
		if nl >= 0 {
			line = line[:nl]
		}
		switch {
		case len(line) > 1 && line[1] == '=':
		case nl >= 0 || len(line) > 1:
			odd = true
		}
		if cr := bytes.IndexByte(line, '\r'); cr >= 0 && cr != len(line)-1 {
			odd = true
		}
		if len(line) > 0 && (line[0] == 'm' || line[0] == 'c') {
			marks[nmarks] = uint32(n)
			nmarks++
		}
		if nl < 0 {
			break
		}
		ends[n] = uint32(i + nl)
		n++
		i += nl + 1
	}
	return n, nmarks, odd || bytes.IndexByte(src, 0) >= 0
}
