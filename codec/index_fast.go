package codec

import (
	"unsafe"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/fieldname"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/scan"
)

// The fast path of the index: a header section that one call of the
// kernel has indexed to its end, and in it header fields as nearly everyone
// writes them, on one line, "Name: value" CR LF. It finds bounds and ID of a
// field in one walk, without a branch that depends on which field it is:
// fields come in any order, and an unpredictable branch
// costs as much as the rest of the field. What is not as expected leaves the
// path: oddLine for an unusual line that is a field, indexFolded for a
// section with folded lines, and parseLines and classify for the whole section
// when something in it is an error or breaks a limit.
//
// The walk goes from the last line to the first, and chains the field that is
// four behind the one it finds. A load from first follows on a store to it at a
// place that only the look-up knows, and a processor that reorders them holds back
// loads that have nothing to do with it: when the chain was that of the same field,
// each field waited for the one before, or did not, as the code happened to lie in
// memory. Four fields later the ID has long been known. A second loop, from the IDs,
// was as safe, but its end is one more unpredictable branch: with one loop, and names
// folded by their mask, the index takes 4 % less (AVX-512), 3 % (AVX2; 2026-11).

// minStartLine is the least offset of the LF of the start line, that of
// "A b:c SIP/2.0" CR LF. With it the last 16 bytes in front of the end of any
// name behind are inside the message.
const minStartLine = 14

// minBehind is the number of bytes from the LF of the last header field on, that of LF CR
// LF. With it the first 8 bytes of the shortest line in the walk, "a: b" CR LF, are inside
// the message.
const minBehind = 3

const (
	// behind is by how many fields the chains are behind the walk. As many elements
	// of m.fields and m.next behind the last field are written, too, so that the walk
	// needs no branch to begin: these have the ID noID.
	behind = 4
	noID   = 255
)

var _ [noID - grammar.NumIDs]struct{} // no header field has it

// indexFast indexes the header fields on m.lines[1:n], behind which the empty line is.
// clean is what the kernel said of them. It reports whether it did; if not, nothing of
// it is left.
func (m *Message) indexFast(p *Parser, n int, clean bool) bool {
	n--
	if n+behind > len(m.next) || n+behind > cap(m.fields) || n > limit(p.MaxHeaders, DefaultMaxHeaders, maxHeaders) ||
		m.lines[0].LF < minStartLine || int(m.lines[n].LF)+minBehind > len(m.buf) {
		return false
	}
	maxField := limit(p.MaxField, DefaultMaxField, maxMessage)
	if int(m.lines[n].LF-m.lines[0].LF) >= maxField && m.longLine(n, maxField) {
		return false
	}
	fields, strict := m.fields[:n], p.Strictness != Lenient
	head, past := (*[behind]field)(m.fields[:behind]), (*[behind]field)(m.fields[n:n+behind])
	past[0].id, past[1].id, past[2].id, past[3].id = noID, noID, noID, noID
	for left := n; left > 0; {
		if left = m.walk(fields[:left]); left == 0 {
			break
		}
		left--
		kind := m.oddLine(&fields[left], m.lines[left].LF+1, m.lines[left+1], maxField, strict)
		if kind != isField {
			clear(m.first[:]) // what has been chained
			return kind == isFold && clean && m.indexFolded(fields, maxField, strict)
		}
		m.link(&m.fields[:n+behind][left+behind], &m.next[left+behind], left+behind)
	}
	next := (*[behind]uint16)(m.next)
	m.link(&head[3], &next[3], 3)
	m.link(&head[2], &next[2], 2)
	m.link(&head[1], &next[1], 1)
	m.link(&head[0], &next[0], 0)
	m.first[noID] = 0
	m.fields = fields
	return true
}

// walk indexes the last of fields and those before it, up to the first whose
// line is odd, and chains those that are behind of each, whose IDs are known by then:
// the last of them lie past the end of fields. It returns how many are left.
//
// It is Go on purpose: the same walk in assembly ran a twentieth fewer
// instructions for the whole index, and took the same time.
//
// The loads are unsafe since the compiler cannot see what makes them right.
// With start the offset behind the LF of the line before, [scan.Lines]
// promises start <= NameEnd <= LF, that b[LF] is an LF and that one byte at
// least, the LF of the empty line, is behind it.
func (m *Message) walk(fields []field) (left int) {
	names := fieldname.Short
	masks, fronts := unsafe.Pointer(names.Masks()), unsafe.Pointer(names.Fronts())
	b := unsafe.Pointer(unsafe.SliceData(m.buf))
	next := unsafe.Pointer(unsafe.SliceData(m.next))
	base := unsafe.Pointer(unsafe.SliceData(fields))
	lf := uint64(m.lines[len(fields)].LF)
	for i := len(fields) - 1; i >= 0; i-- {
		line := (*[2]scan.Line)(unsafe.Add(unsafe.Pointer(&m.lines), uintptr(i)*unsafe.Sizeof(scan.Line{})))
		before, nameEnd := uint64(line[0].LF), uint64(line[1].NameEnd)
		nameLen1 := nameEnd - before
		// Longer names are rare, and would be more work for all others.
		// Each condition puts the loads of the next one inside the line.
		if nameLen1-2 >= fieldname.ShortLen ||
			load16(b, nameEnd) != ':'|' '<<8 || // else nameEnd+2 <= lf
			load8(b, nameEnd+2) <= ' ' || // else nameEnd+2 < lf, and no space in front
			load16(b, lf-2)-('\r'<<8|'!') > 0xff-'!' { // else CR and no space behind
			return i + 1
		}
		f := (*[behind + 1]field)(unsafe.Add(base, uintptr(i)*unsafe.Sizeof(field{})))
		f[0].end = uint32(lf - 1)
		f[0].name = uint32(before + 1)
		f[0].value = uint32(nameEnd + 2)
		lf = before
		first := &m.first[f[behind].id]
		*(*uint16)(unsafe.Add(next, uintptr(i+behind)*2)) = *first
		*first = uint16(i + behind + 1)
		f[0].nameLen = uint16(nameLen1 - 1)
		f[0].flags = 0
		f[0].id = header.ID(names.Match(
			load64(b, nameEnd-8)&load64(masks, nameLen1+7),
			load64(b, nameEnd-16)&load64(masks, nameLen1-1),
			load64(b, before+1)|load64(fronts, nameLen1-1),
		))
	}
	return 0
}

// link is one step of chain, for f, which is field i.
func (m *Message) link(f *field, next *uint16, i int) {
	first := &m.first[f.id]
	*next = *first
	*first = uint16(i + 1)
}

// longLine reports whether one of lines 1 to n is as long as maxField.
func (m *Message) longLine(n, maxField int) bool {
	for i := range n {
		if int(m.lines[i+1].LF-m.lines[i].LF)-1 >= maxField {
			return true
		}
	}
	return false
}

// What oddLine says about a line.
type lineKind uint8

const (
	isNothing lineKind = iota // no header field, or one that breaks a limit
	isField
	isFold // continues the line before it
)

// oddLine takes a line that the walk does not know and does the same for it.
func (m *Message) oddLine(f *field, start32 uint32, line scan.Line, maxField int, strict bool) lineKind {
	b := m.buf
	start, nameEnd, lf := int(start32), int(line.NameEnd), int(line.LF)
	if nameEnd == start {
		if b[start] == ' ' || b[start] == '\t' {
			return isFold
		}
		return isNothing
	}
	if nameEnd-start > 1<<16-1 || lf-start >= maxField {
		return isNothing
	}
	colon := colonBehind(b, nameEnd)
	if b[colon] != ':' || strict && b[lf-1] != '\r' {
		return isNothing
	}
	lo, hi := trimLine(b, colon+1, lf)
	f.value, f.end, f.flags = uint32(lo), uint32(hi), 0
	f.name, f.nameLen = start32, uint16(nameEnd-start)
	f.id = header.ID(fieldname.Find(b, start, nameEnd))
	return isField
}

// colonBehind passes over the whitespace in front of a colon. Every line has
// a byte to stop at.
func colonBehind(b []byte, nameEnd int) int {
	for b[nameEnd] == ' ' || b[nameEnd] == '\t' {
		nameEnd++
	}
	return nameEnd
}

// The loads of the fast path, little-endian; the compiler makes each one
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
