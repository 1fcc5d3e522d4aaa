package codec

import (
	"math/bits"
	"unsafe"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/fieldname"
	"github.com/sipwire/sipwire/internal/scan"
)

// indexFolded is indexFast for a section in which a line continues another one, and
// which is clean. Which lines do is unpredictable: so a first loop finds where fields
// begin, without a branch, and a walk goes over these. When folds were left to oddLine
// one by one, sections with many of them took 378 ns; when their lines were joined for
// walk, 277; now 206 (2026-11). fields has room for as many as there are lines.
func (m *Message) indexFolded(fields []field, maxField int, strict bool) bool {
	lines := len(fields)
	n := m.findFields(lines)
	if n == 0 || strict && m.hasBareLF(lines) ||
		int(m.lines[lines].LF-m.lines[0].LF) >= maxField && m.longFolded(n, maxField) {
		return false
	}
	fields = fields[:n]
	for left := n; left > 0; {
		if left = m.walkFolded(fields[:left]); left == 0 {
			break
		}
		left--
		f, before, last := &fields[left], m.next[left], m.next[left+1]
		line := scan.Line{NameEnd: m.lines[before+1].NameEnd, LF: m.lines[last].LF}
		if m.oddLine(f, m.lines[before].LF+1, line, maxField, strict) != isField {
			return false
		}
		if last-before > 1 {
			f.flags = fieldFolded
			m.trimFolds(f)
		}
	}
	m.fields = fields
	m.chain()
	return true
}

// continues holds 1 for the bytes with which a continuation line begins (RFC 3261,
// 7.3.1).
var continues = [256]uint8{' ': 1, '\t': 1}

// findFields finds which of lines 1 to n begin a header field, and returns how many do,
// or 0 when the first one does not. Until the fields are chained, next[i] is the line in
// front of field i, and so next[i+1] the last line of it.
func (m *Message) findFields(n int) (left int) {
	b, lines, next := m.buf, m.lines[:n], m.next[:n]
	if continues[b[lines[0].LF+1]] != 0 {
		return 0
	}
	for i, line := range lines {
		next[left] = uint16(i) // until the next one, if line i+1 continues it
		left += 1 - int(continues[b[line.LF+1]])
	}
	if left == n {
		return 0
	}
	next[left] = uint16(n)
	return left
}

// hasBareLF reports whether one of lines 1 to n ends in an LF without a CR.
func (m *Message) hasBareLF(n int) bool {
	for _, line := range m.lines[1 : n+1] {
		if m.buf[line.LF-1] != '\r' {
			return true
		}
	}
	return false
}

// longFolded is longLine for the n fields that findFields has found.
func (m *Message) longFolded(n, maxField int) bool {
	for i := range n {
		if int(m.lines[m.next[i+1]].LF-m.lines[m.next[i]].LF)-1 >= maxField {
			return true
		}
	}
	return false
}

// walkFolded is walk for the fields that findFields has found, of which it also sets the
// flags. A value that begins on a later line is not odd here: most sections with folds
// have one.
func (m *Message) walkFolded(fields []field) (left int) {
	b := unsafe.Pointer(unsafe.SliceData(m.buf))
	lines := unsafe.Pointer(&m.lines)
	names := fieldname.Short
	masks, fronts := unsafe.Pointer(names.Masks()), unsafe.Pointer(names.Fronts())
	next := m.next[:len(fields)+1]
	last := next[len(fields)] // line of the field
	lf := uint64(m.lines[last].LF)
	for i := len(fields) - 1; i >= 0; i-- {
		before := next[i]
		line := (*[2]scan.Line)(unsafe.Add(lines, uintptr(before)*unsafe.Sizeof(scan.Line{})))
		start, nameEnd := uint64(line[0].LF)+1, uint64(line[1].NameEnd)
		nameLen := nameEnd - start
		// As in walk; each condition puts the loads of the next one inside the field.
		if nameLen-1 >= fieldname.ShortLen ||
			load16(b, nameEnd) != ':'|' '<<8 ||
			load16(b, lf-2)-('\r'<<8|'!') > 0xff-'!' {
			return i + 1
		}
		value := nameEnd + 2
		if load8(b, value) <= ' ' {
			if value += m.foldAt(value); value > lf-2 {
				return i + 1
			}
		}
		f := &fields[i]
		f.name = uint32(start)
		f.value = uint32(value)
		f.end = uint32(lf - 1)
		f.nameLen = uint16(nameLen)
		f.flags = fieldFolded * fieldFlags((before+1-last)>>15) // 0 for a field of one line
		f.id = header.ID(names.Match(
			load64(b, nameEnd-8)&load64(masks, nameLen+8),
			load64(b, nameEnd-16)&load64(masks, nameLen),
			load64(b, start)|load64(fronts, nameLen),
		))
		last, lf = before, start-1
	}
	return 0
}

// foldAt returns how many bytes of whitespace and line ends are at offset i, or a
// large number when they are many.
func (m *Message) foldAt(i uint64) uint64 {
	if i+8 > uint64(len(m.buf)) {
		return 1 << 32
	}
	w := le64(m.buf, int(i))
	above := (w&^abnf.Tops + ('\x80'-'!')*abnf.Ones | w) & abnf.Tops
	if above == 0 {
		return 1 << 32
	}
	return uint64(bits.TrailingZeros64(above)) / 8
}

// trimFolds takes the whitespace and line ends from both ends of the value of f. One
// that has nothing else is empty, and at the end of its first line.
func (m *Message) trimFolds(f *field) {
	lo, hi := f.value, f.end
	for hi > lo && isFolding(m.buf[hi-1]) {
		hi--
	}
	for lo < hi && isFolding(m.buf[lo]) {
		lo++
	}
	if lo == hi {
		lo, hi = f.value, f.value
	}
	f.value, f.end = lo, hi
}

// isFolding reports whether c is of what is between two lines of a value, in a
// section that is clean.
func isFolding(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
