package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
)

// A Position says where an Edit puts a new header field. Fields put at one place
// are in the order of the calls.
type Position struct {
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
func Top() Position { return Position{0, placeTop} }

// Bottom is the place behind the last header field.
func Bottom() Position { return Position{0, placeBottom} }

// Before is the place in front of the i-th header field of the message. One that
// is not there is ErrState when something is put in.
func Before(i int) Position { return Position{fieldNumber(i), placeBefore} }

// After is the place behind the i-th header field of the message. One that is
// not there is ErrState when something is put in.
func After(i int) Position { return Position{fieldNumber(i), placeAfter} }

// fieldNumber is i, or -1 when no message has so many fields.
func fieldNumber(i int) int32 {
	if i != int(int32(i)) {
		return -1
	}
	return int32(i)
}

// offset returns where a field put at p goes, -1 when there is no such place.
func (e *Edit) offset(p Position) (int, rank) {
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
// it is given. A header that may be given only once and is there already is
// ErrHeaderTwice, even when the other one is removed: Set changes it.
// Content-Length cannot be added, it follows the body: see [Edit.SetBody] and
// [Edit.SetContentLength].
func (e *Edit) Add(at Position, id header.ID, value []byte) error {
	if !e.addable(id) {
		return e.fault.Code
	}
	from := len(e.text)
	e.text = append(e.text, id.String()...)
	return e.finishField(at, id, from, value)
}

// AddString is Add with the value as a string.
func (e *Edit) AddString(at Position, id header.ID, value string) error {
	return e.Add(at, id, abnf.Bytes(value))
}

// AddField is Add for a header by its name, which is written as it is given
// and must be a token. A name of the table is treated as by Add.
func (e *Edit) AddField(at Position, name, value []byte) error {
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

// AddFieldString is AddField with name and value as strings.
func (e *Edit) AddFieldString(at Position, name, value string) error {
	return e.AddField(at, abnf.Bytes(name), abnf.Bytes(value))
}

// addable checks that a field of a header of the table may be put in.
func (e *Edit) addable(id header.ID) bool {
	switch {
	case !e.ready():
		return false
	case id.String() == "" || id == header.IDContentLength:
		e.fail(sipwire.ErrState, id, 0)
	case id.IsSingle() && (e.m.Has(id) || e.hasAdded(id)):
		e.fail(sipwire.ErrHeaderTwice, id, 0)
	default:
		return true
	}
	return false
}

// finishField adds the value to the name that text ends with, and puts the
// field in.
func (e *Edit) finishField(at Position, id header.ID, from int, value []byte) error {
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
	e.noteAdded(id)
	e.splice(offset, offset, from, r)
	return nil
}

// Set gives the header the one value: that of its first field is replaced,
// under its name as received, and further fields are removed. A header that
// is not there is put behind the last field. Content-Length cannot be set.
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

// SetString is Set with the value as a string.
func (e *Edit) SetString(id header.ID, value string) error { return e.Set(id, abnf.Bytes(value)) }

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
	if !e.claim(i, claimValue, ^claim(0), int(f.value)) {
		return e.fault.Code
	}
	e.splice(int(f.value), int(f.end), from, rankReplace)
	return nil
}

// Remove removes every field of the header; there need be none.
// Content-Length cannot be removed.
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
	if !e.claim(i, claimLine, ^claim(0), int(f.name)) {
		return e.fault.Code
	}
	e.splice(int(f.name), e.m.FieldEnd(i), len(e.text), rankReplace)
	return nil
}
