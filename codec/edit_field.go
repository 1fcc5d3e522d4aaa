package codec

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
)

// A Place says where an Edit puts a new header field. Fields put at one place
// stand in the order of the calls.
type Place struct {
	field int32
	kind  placeKind
}

type placeKind uint8

const (
	placeBottom placeKind = iota
	placeTop
	placeBefore
	placeAfter
)

// Top is the place in front of the first header field.
func Top() Place { return Place{0, placeTop} }

// Bottom is the place behind the last header field.
func Bottom() Place { return Place{0, placeBottom} }

// Before is the place in front of the i-th header field of the message.
func Before(i int) Place { return Place{int32(i), placeBefore} }

// After is the place behind the i-th header field of the message.
func After(i int) Place { return Place{int32(i), placeAfter} }

// offset returns where a field put at p goes, -1 when there is no such place.
func (e *Edit) offset(p Place) (int, rank) {
	i := int(p.field)
	switch {
	case p.kind == placeBottom || p.kind == placeTop && len(e.m.fields) == 0:
		return e.m.headEnd(), rankBefore
	case p.kind == placeTop:
		return int(e.m.fields[0].name), rankBefore
	case i < 0 || i >= len(e.m.fields):
		return -1, 0
	case p.kind == placeBefore:
		return int(e.m.fields[i].name), rankBefore
	}
	return e.m.FieldEnd(i), rankAfter
}

// Add puts in a header field with the registered name of id and the value as
// it is given. A header that may stand once and stands already is
// ErrHeaderTwice, even when the other one is removed: Set changes it.
// Content-Length can not be added, it follows the body: see [Edit.SetBody] and
// [Edit.SetContentLength].
func (e *Edit) Add(at Place, id header.ID, value []byte) error {
	if !e.addable(id) {
		return e.fault.Code
	}
	from := len(e.text)
	e.text = append(e.text, id.String()...)
	return e.finishField(at, id, from, value)
}

// AddField is Add for a header by its name, which is written as it is given
// and must be a token. A name of the table is treated as by Add.
func (e *Edit) AddField(at Place, name, value []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	if code := check.Token(name); code != 0 {
		return e.fail(code, header.IDOther, 0)
	}
	id := header.Lookup(name)
	if id != header.IDOther && !e.addable(id) {
		return e.fault.Code
	}
	from := len(e.text)
	e.text = append(e.text, name...)
	return e.finishField(at, id, from, value)
}

// addable checks that a field of a header of the table may be put in.
func (e *Edit) addable(id header.ID) bool {
	switch {
	case !e.ready():
		return false
	case id.String() == "" || id == header.IDContentLength:
		e.fail(sipwire.ErrState, id, 0)
	case id.Multi() == header.Single && (e.m.Has(id) || e.added(id)):
		e.fail(sipwire.ErrHeaderTwice, id, 0)
	default:
		return true
	}
	return false
}

// finishField adds the value to the name that text ends with, and puts the
// field in.
func (e *Edit) finishField(at Place, id header.ID, from int, value []byte) error {
	code := check.Text(value)
	offset, r := e.offset(at)
	if code == 0 && offset < 0 {
		code = sipwire.ErrState
	}
	if code != 0 {
		e.text = e.text[:from]
		return e.fail(code, id, 0)
	}
	e.text = append(append(append(e.text, ": "...), value...), "\r\n"...)
	return e.splice(id, offset, offset, from, r)
}

// Set gives the header the one value: that of its first field is replaced,
// under the name it came with, and further fields are removed. A header that
// is not there is put behind the last field. Content-Length can not be set.
func (e *Edit) Set(id header.ID, value []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	first := e.m.Index(id)
	if first < 0 {
		return e.Add(Bottom(), id, value)
	}
	if id.String() == "" || id == header.IDContentLength {
		return e.fail(sipwire.ErrState, id, 0)
	}
	for i := e.m.Next(first); i >= 0; i = e.m.Next(i) {
		if err := e.RemoveAt(i); err != nil {
			return err
		}
	}
	return e.setValue(first, value)
}

// SetAt replaces the value of the i-th header field of the message. The name
// and the whitespace in front of the value stay.
func (e *Edit) SetAt(i int, value []byte) error {
	if !e.changeable(i) {
		return e.fault.Code
	}
	return e.setValue(i, value)
}

// changeable checks that the i-th field is there and may be changed by hand.
func (e *Edit) changeable(i int) bool {
	if !e.ready() {
		return false
	}
	if i < 0 || i >= len(e.m.fields) || e.m.fields[i].id == header.IDContentLength {
		e.fail(sipwire.ErrState, header.IDOther, 0)
		return false
	}
	return true
}

// setValue replaces the value of field i.
func (e *Edit) setValue(i int, value []byte) error {
	f := &e.m.fields[i]
	if code := check.Text(value); code != 0 {
		return e.fail(code, f.id, int(f.value))
	}
	from := len(e.text)
	e.text = append(e.text, value...)
	return e.replace(i, from)
}

// replace replaces the value of field i by what text holds from from on.
func (e *Edit) replace(i, from int) error {
	f := &e.m.fields[i]
	return e.splice(f.id, int(f.value), int(f.end), from, rankReplace)
}

// Remove removes every field of the header; there need be none.
// Content-Length can not be removed.
func (e *Edit) Remove(id header.ID) error {
	if !e.ready() {
		return e.fault.Code
	}
	for i := e.m.Index(id); i >= 0; i = e.m.Next(i) {
		if err := e.RemoveAt(i); err != nil {
			return err
		}
	}
	return nil
}

// RemoveFirst removes the first field of the header, ErrMissing when there is
// none.
func (e *Edit) RemoveFirst(id header.ID) error {
	if !e.ready() {
		return e.fault.Code
	}
	i := e.m.Index(id)
	if i < 0 {
		return e.fail(sipwire.ErrMissing, id, 0)
	}
	return e.RemoveAt(i)
}

// RemoveAt removes the i-th header field of the message, continuation lines
// included.
func (e *Edit) RemoveAt(i int) error {
	if !e.changeable(i) {
		return e.fault.Code
	}
	return e.removeLine(i)
}

func (e *Edit) removeLine(i int) error {
	f := &e.m.fields[i]
	return e.splice(f.id, int(f.name), e.m.FieldEnd(i), len(e.text), rankReplace)
}

// RemoveValue removes the k-th value of the header, counted from 0 over all
// its fields and the values of their lists as [Message.Values] does, removed
// ones included. The last value of a field takes the field with it. ErrMissing
// says that there are fewer values, ErrConflict that it was removed already.
func (e *Edit) RemoveValue(id header.ID, k int) error {
	if !e.ready() {
		return e.fault.Code
	}
	for i := e.m.Index(id); i >= 0 && k >= 0; i = e.m.Next(i) {
		f := &e.m.fields[i]
		field := e.m.view(f.value, f.end)
		for next := 0; next <= len(field); k-- {
			var lo, hi int
			lo, hi, next = header.NextValue(id, field, next)
			if k == 0 {
				return e.removeValue(i, int(f.value)+lo, int(f.value)+hi)
			}
		}
	}
	return e.fail(sipwire.ErrMissing, id, 0)
}

// removeTop removes the first value of the header that is still there.
func (e *Edit) removeTop(id header.ID) error {
	for i := e.m.Index(id); i >= 0; i = e.m.Next(i) {
		f := &e.m.fields[i]
		field := e.m.view(f.value, f.end)
		if e.untouched(i) { // as nearly always: nothing to look out for
			if bytes.IndexByte(field, ',') >= 0 {
				if lo, _, next := header.NextValue(id, field, 0); next <= len(field) {
					behind := int(f.value) + abnf.SkipLWS(field, next)
					return e.splice(id, int(f.value)+lo, behind, len(e.text), rankReplace)
				}
			}
			return e.removeLine(i)
		}
		lo, hi, next := header.NextValue(id, field, 0)
		for {
			if !e.removed(int(f.value)+lo, int(f.value)+hi) {
				return e.removeValue(i, int(f.value)+lo, int(f.value)+hi)
			}
			if next > len(field) {
				break
			}
			lo, hi, next = header.NextValue(id, field, next)
		}
	}
	return e.fail(sipwire.ErrMissing, id, 0)
}

// untouched reports whether no change concerns field i.
func (e *Edit) untouched(i int) bool {
	lo, hi := e.m.fields[i].name, e.m.fields[i].end
	for k := range e.splices {
		if s := &e.splices[k]; s.lo < hi && s.hi > lo {
			return false
		}
	}
	return true
}

// removed reports whether the value buf[lo:hi], which may be empty, has been
// removed. A splice takes the values that begin in it, a tail those that begin
// behind where it does: there, an empty value may stay.
func (e *Edit) removed(lo, hi int) bool {
	for k := range e.splices {
		s := &e.splices[k]
		from, to := int(s.lo), int(s.hi)
		if s.tail {
			from, to = from+1, to+1
		}
		if s.removes() && from <= lo && lo < to {
			return true
		}
	}
	return false
}

// removeValue removes the value buf[lo:hi] of field i, with the comma that
// divided it from those that stay.
func (e *Edit) removeValue(i, lo, hi int) error {
	f := &e.m.fields[i]
	if f.id == header.IDContentLength {
		return e.fail(sipwire.ErrState, f.id, lo)
	}
	if e.removed(lo, hi) {
		return e.fail(sipwire.ErrConflict, f.id, lo)
	}
	field := e.m.view(f.value, f.end)
	before, behind, nextLo := -1, false, -1
	for next := 0; next <= len(field); {
		var a, b int
		a, b, next = header.NextValue(f.id, field, next)
		a, b = a+int(f.value), b+int(f.value)
		if a > lo && nextLo < 0 {
			nextLo = a
		}
		if a == lo && b == hi || e.removed(a, b) {
			continue
		}
		if a < lo {
			before = b
		} else {
			behind = true
		}
	}
	switch {
	case behind:
		return e.splice(f.id, lo, nextLo, len(e.text), rankReplace)
	case before >= 0:
		lo, hi = before, int(f.end)
	default:
		lo, hi = int(f.name), e.m.FieldEnd(i)
	}
	// What was removed behind it, or around it, is part of this removal.
	n := 0
	for _, s := range e.splices {
		if !s.removes() || int(s.lo) < lo || int(s.hi) > hi {
			e.splices[n] = s
			n++
		} else {
			e.grown -= s.growth()
		}
	}
	e.splices = e.splices[:n]
	at := uint32(len(e.text))
	return e.insert(splice{lo: uint32(lo), hi: uint32(hi), from: at, to: at, rank: rankReplace, id: f.id, tail: true})
}
