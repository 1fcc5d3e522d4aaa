package sdp

import "iter"

// A Line is one line of a description, without its end.
type Line struct {
	Type   byte   // such as 'a'
	Value  []byte // what is behind the "=", as received
	Number int    // 0 for the first line of the description
	Offset int    // of Type, in the body
}

// Len returns the number of lines.
func (d *Description) Len() int { return d.n }

// Line returns line i, from 0 to Len()-1.
func (d *Description) Line(i int) Line {
	lo, hi := d.bounds(i)
	return Line{d.b[lo], d.b[lo+2 : hi : hi], i, lo}
}

// Lines ranges over all lines.
func (d *Description) Lines() iter.Seq[Line] {
	return func(yield func(Line) bool) { d.eachLine(0, d.n, yield) }
}

func (d *Description) eachLine(lo, hi int, yield func(Line) bool) {
	for i := lo; i < hi; i++ {
		if !yield(d.Line(i)) {
			return
		}
	}
}

// value returns the value of line i.
func (d *Description) value(i int) []byte {
	lo, hi := d.bounds(i)
	return d.b[lo+2 : hi : hi]
}

// lineOf returns the first line of a type from line lo to below hi, or -1.
func (d *Description) lineOf(typ byte, lo, hi int) int {
	for i := lo; i < hi; i++ {
		if d.b[d.ends[i]+1] == typ {
			return i
		}
	}
	return -1
}

// A cursor reads the fields of a value, which are parted by spaces.
type cursor struct {
	b []byte
	i int
}

// next returns the bounds of the next field; lo == hi behind the last one.
func (c *cursor) next() (lo, hi int) {
	b, i := c.b, c.i
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	lo = i
	for i < len(b) && b[i] != ' ' && b[i] != '\t' {
		i++
	}
	c.i = i
	return lo, i
}

// field returns the next field, empty behind the last one.
func (c *cursor) field() []byte {
	lo, hi := c.next()
	return c.b[lo:hi:hi]
}

// rest returns what is behind the fields that were read, without the spaces
// around it.
func (c *cursor) rest() []byte {
	lo, hi := c.i, len(c.b)
	for lo < hi && (c.b[lo] == ' ' || c.b[lo] == '\t') {
		lo++
	}
	for hi > lo && (c.b[hi-1] == ' ' || c.b[hi-1] == '\t') {
		hi--
	}
	return c.b[lo:hi:hi]
}
