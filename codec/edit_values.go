package codec

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// Single values of lists, and how they are removed. The values of a header are
// found once, with the first removal, and a removal is a mark. What is cut out
// of the message follows from the marks when it is written: so any number of
// removals in any order costs one walk over the values.

// A valueList is the values of the header id: values[first:end] of the Edit,
// of all its fields in order.
type valueList struct {
	id         header.ID
	first, end int32
	top        int32 // no value in front of this one is left
}

// A listValue is buf[lo:hi], a value of field.
type listValue struct {
	lo, hi uint32
	field  uint16
	head   bool // the first value of its field
	gone   bool
}

// list returns the values of the header. The pointer is valid until the next
// call.
func (e *Edit) list(id header.ID) *valueList {
	for i := range e.lists {
		if e.lists[i].id == id {
			return &e.lists[i]
		}
	}
	l := valueList{id: id, first: int32(len(e.values)), top: int32(len(e.values))}
	for i := e.m.Index(id); i >= 0; i = e.m.Next(i) {
		f := &e.m.fields[i]
		field := e.m.view(f.value, f.end)
		for next, head := 0, true; next <= len(field); head = false {
			var lo, hi int
			lo, hi, next = id.NextValue(field, next)
			e.values = append(e.values, listValue{lo: f.value + uint32(lo), hi: f.value + uint32(hi), field: uint16(i), head: head})
		}
	}
	l.end = int32(len(e.values))
	e.lists, e.unsorted = append(e.lists, l), true
	return &e.lists[len(e.lists)-1]
}

// RemoveValue removes the k-th value of the header, counted from 0 over all
// its fields and the values of their lists as [Message.Values] does, removed
// ones included. The last value of a field takes the field with it. ErrMissing
// says that there are fewer values, ErrConflict that it was removed already.
// Content-Length cannot be removed.
func (e *Edit) RemoveValue(id header.ID, k int) error {
	if !e.ready() {
		return e.fault.Code
	}
	l := e.list(id)
	if k < 0 || k >= int(l.end-l.first) {
		return e.fail(sipwire.ErrMissing, id, 0)
	}
	v := &e.values[int(l.first)+k]
	if id == header.IDContentLength {
		return e.fail(sipwire.ErrState, id, int(v.lo))
	}
	return e.removeValue(v)
}

// removeValue marks a value as removed.
func (e *Edit) removeValue(v *listValue) error {
	excludes := claimLine | claimValue
	if v.head {
		excludes |= inVia
	}
	if v.gone {
		return e.fail(sipwire.ErrConflict, e.m.fields[v.field].id, int(v.lo))
	}
	if !e.claim(int(v.field), claimElement, excludes, int(v.lo)) {
		return e.fault.Code
	}
	v.gone = true
	return nil
}

// removeTop removes the first value of the header that is still there.
func (e *Edit) removeTop(id header.ID) error {
	i := e.m.Index(id)
	if i < 0 {
		return e.fail(sipwire.ErrMissing, id, 0)
	}
	f := &e.m.fields[i]
	if e.claims[i] == 0 && bytes.IndexByte(e.m.view(f.value, f.end), ',') < 0 {
		return e.removeLine(i) // as nearly always
	}
	for l := e.list(id); l.top < l.end; l.top++ {
		v := &e.values[l.top]
		if !v.gone && e.claims[v.field]&claimLine == 0 {
			return e.removeValue(v)
		}
	}
	return e.fail(sipwire.ErrMissing, id, 0)
}

// topGone reports whether the first value of the header, in field i, has been
// removed.
func (e *Edit) topGone(i int) bool {
	return e.claims[i]&claimElement != 0 && e.values[e.list(e.m.fields[i].id).first].gone
}

// withCuts is ordered when values have been removed: each run of values that
// are gone is a cut, with the commas that divided it from those that stay.
func (e *Edit) withCuts() (plan []splice, grown int) {
	plan, grown = append(e.plan[:0], e.splices...), e.grown
	for _, l := range e.lists {
		for values := e.values[l.first:l.end]; len(values) > 0; {
			n := 1
			for n < len(values) && !values[n].head {
				n++
			}
			if e.claims[values[0].field]&claimElement != 0 {
				plan = e.appendCuts(plan, values[:n])
			}
			values = values[n:]
		}
	}
	for i := len(e.splices); i < len(plan); i++ {
		grown += plan[i].Growth()
	}
	sortSplices(plan)
	e.plan = plan
	return plan, grown
}

// appendCuts appends the cuts of the field that has the values.
func (e *Edit) appendCuts(plan []splice, values []listValue) []splice {
	i := int(values[0].field)
	f := &e.m.fields[i]
	cut := func(lo, hi uint32) {
		plan = append(plan, splice{Key: place(lo, rankReplace, 0), Hi: hi})
	}
	for k := 0; k < len(values); k++ {
		if !values[k].gone {
			continue
		}
		first := k
		for k < len(values) && values[k].gone {
			k++
		}
		switch {
		case k < len(values): // what is behind moves up
			cut(values[first].lo, values[k].lo)
		case first > 0:
			cut(values[first-1].hi, f.end)
		default:
			cut(f.name, uint32(e.m.FieldEnd(i)))
		}
	}
	return plan
}
