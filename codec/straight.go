package codec

import (
	"unsafe"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/fieldname"
	"github.com/sipwire/sipwire/internal/scan"
)

// The straight path of the index: a header section that one call of the
// kernel has indexed to its end, and in it header fields as nearly everyone
// writes them, on one line, "Name: value" CR LF. It finds bounds, ID and
// chain of a field in one walk, without a branch that depends on which field
// it is: fields come in any order, and a branch that the processor can not
// foretell costs as much as the rest of the field. What is not as expected
// leaves the path: oddLine for a line that is a field all the same, and
// parseLines and classify for the whole section when a line is folded, is an
// error or breaks a limit.
//
// The walk goes from the last line to the first, so that one store a field
// gives the chains in message order without remembering where each one ends.

// minStartLine is the least offset of the LF of the start line; shorter ones
// than "A b:c SIP/2.0" are no start lines. The words of any name behind it
// that are not masked away are then inside the message.
const minStartLine = 16

// straight indexes the header fields on lines[1:], which the kernel has found
// and behind which the empty line stands. It reports whether it did; if not,
// nothing of it is left.
//
// The loads are unsafe since the compiler can not see what makes them right.
// With start the offset behind the LF of the line before, [scan.Lines]
// promises start <= NameEnd <= LF, that b[LF] is an LF and that one byte at
// least, the LF of the empty line, stands behind it.
func (m *Message) straight(p *Parser, lines []scan.Line) bool {
	n := len(lines) - 1
	if n > len(m.next) || n > cap(m.fields) || n > limit(p.MaxHeaders, DefaultMaxHeaders, maxHeaders) ||
		lines[0].LF < minStartLine {
		return false
	}
	maxField := uint64(limit(p.MaxField, DefaultMaxField, maxMessage))
	fields, next := m.fields[:n], m.next[:n]
	b := unsafe.Pointer(unsafe.SliceData(m.buf))
	line := lines[n]
	repeated := uint16(0)
	for i := n - 1; i >= 0; i-- {
		before := lines[i]
		start, nameEnd, lf := uint64(before.LF)+1, uint64(line.NameEnd), uint64(line.LF)
		line = before
		nameLen := nameEnd - start
		f := &fields[i]
		var found fieldname.Found
		// Each condition puts the loads of the next one inside the line.
		if nameLen-1 < fieldname.MaxLen &&
			load16(b, nameEnd) == ':'|' '<<8 && // so nameEnd+2 <= lf
			load8(b, nameEnd+2) > ' ' && // so nameEnd+2 < lf, and no space in front
			load8(b, lf-1) == '\r' && // so nameEnd+2 < lf-1
			load8(b, lf-2) > ' ' && // no space behind
			lf-start < maxField {
			f.name = uint32(start)
			f.value = uint32(nameEnd + 2)
			f.end = uint32(lf - 1)
			f.nameLen = uint16(nameLen)
			// A name has its last 16 bytes behind minStartLine. The 16 before
			// them may not be there; then the name is no longer than 16 bytes
			// and its mask drops whatever is loaded instead.
			head := nameEnd - 32
			head &^= uint64(int64(head) >> 63)
			mask := &fieldname.Mask[nameLen]
			found = fieldname.Match(
				(load64(b, nameEnd-8)|fieldname.FoldBits)&mask[0],
				(load64(b, nameEnd-16)|fieldname.FoldBits)&mask[1],
				(load64(b, head+8)|fieldname.FoldBits)&mask[2],
				(load64(b, head)|fieldname.FoldBits)&mask[3],
			)
		} else if !m.oddLine(p, f, int(start), int(nameEnd), int(lf), &found) {
			clear(m.first[:])
			return false
		}
		f.id, f.flags = header.ID(found.ID()), 0
		then := m.first[found.ID()]
		next[i] = then
		m.first[found.ID()] = uint16(i + 1)
		repeated |= then & found.Single()
	}
	if repeated != 0 {
		m.flags |= flagDuplicate
	}
	m.fields = fields
	return true
}

// oddLine takes a header line that is not on the straight path and gives f
// its bounds. It returns false for a line that is no field, that continues the
// one before it, or that breaks a limit.
func (m *Message) oddLine(p *Parser, f *field, start, nameEnd, lf int, found *fieldname.Found) bool {
	b := m.buf
	if nameEnd == start || nameEnd-start > 1<<16-1 || p.Strict && b[lf-1] != '\r' ||
		lf-start >= limit(p.MaxField, DefaultMaxField, maxMessage) {
		return false
	}
	colon := nameEnd
	for b[colon] == ' ' || b[colon] == '\t' {
		colon++
	}
	if b[colon] != ':' {
		return false
	}
	lo, hi := trimLine(b, colon+1, lf)
	*f = field{name: uint32(start), value: uint32(lo), end: uint32(hi), nameLen: uint16(nameEnd - start)}
	*found = fieldname.Find(b, start, nameEnd)
	return true
}

// The loads of the straight path, little-endian; the compiler makes each one
// instruction where the processor is little-endian and loads from any address.

func load8(p unsafe.Pointer, i uint64) byte { return *(*byte)(unsafe.Add(p, i)) }

func load16(p unsafe.Pointer, i uint64) uint16 {
	b := (*[2]byte)(unsafe.Add(p, i))
	return uint16(b[0]) | uint16(b[1])<<8
}

func load64(p unsafe.Pointer, i uint64) uint64 {
	b := (*[8]byte)(unsafe.Add(p, i))
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
