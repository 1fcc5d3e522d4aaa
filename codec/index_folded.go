package codec

import "github.com/sipwire/sipwire/internal/scan"

// indexFolded is indexFast for a section in which a line continues another one, and
// which is clean. Which lines do is unpredictable: so they are joined without a
// branch, and the walk goes over the result. When it left the walk at each of them,
// sections with many folds took half as long again (2026-11). fields has room for as
// many as there are lines.
func (m *Message) indexFolded(fields []field, start, maxField int, strict bool) bool {
	var flags [lineBatch]fieldFlags // of the fields, from 1 on
	n, bareLF := m.joinFolds(&flags, len(fields))
	fields = fields[:n]
	ok := n > 0 && !(strict && bareLF) && !m.longLine(n, maxField)
	for left := n; ok && left > 0; {
		if left = m.walk(fields[:left]); left == 0 {
			break
		}
		left--
		f := &fields[left]
		ok = m.oddLine(f, m.lines[left].LF+1, m.lines[left+1], maxField, strict) == isField
		if ok && flags[left+1] != 0 {
			m.trimFolds(f)
		}
	}
	if !ok {
		scan.Lines(m.buf, start, m.lines[:]) // as they were
		return false
	}
	for i := range fields {
		fields[i].flags = flags[i+1]
	}
	m.fields = fields
	m.chain()
	return true
}

// continues holds 1 for the bytes with which a continuation line begins (RFC 3261,
// 7.3.1).
var continues = [256]uint8{' ': 1, '\t': 1}

// joinFolds joins each of lines 1 to n that continues another to it: that ends then
// where the last of them does. It returns how many are left, 0 when the first one
// continues nothing, and whether an LF is there without a CR.
func (m *Message) joinFolds(flags *[lineBatch]fieldFlags, n int) (left int, bareLF bool) {
	b, lf, other := m.buf, m.lines[0].LF, byte(0)
	if continues[b[lf+1]] != 0 {
		return 0, false
	}
	for i := 1; i <= n; i++ {
		line := m.lines[i]
		fold := continues[b[lf+1]]
		lf = line.LF
		other |= b[lf-1] ^ '\r'
		left += 1 - int(fold)
		keep := -uint32(fold)
		to := &m.lines[left]
		to.NameEnd = to.NameEnd&keep | line.NameEnd&^keep
		to.LF = lf
		flags[left] |= fieldFolded * fieldFlags(fold)
	}
	return left, other != 0
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
