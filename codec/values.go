package codec

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
)

// Values that are read at each call and not kept in the Message.

// located returns err after it has made it the fault of m. An error that is no
// Code is that of a caller's function and returned as it is; the fault has
// ErrValue for it.
func (m *Message) located(id header.ID, offset int, err error) error {
	code, ok := err.(sipwire.Code)
	if !ok {
		code = sipwire.ErrValue
	}
	_ = m.Fail(Fault{code, id, offset})
	return err
}

// Read reads the first value of the header with parse, the Parse method of a
// typed value:
//
//	var event ext.Event
//	err := m.Read(header.IDEvent, event.Parse)
//
// A header that is missing is ErrMissing. [Message.Fault] says where an error is.
// One of parse that is no [sipwire.Code] is returned as it is.
func (m *Message) Read(id header.ID, parse func([]byte) (int, error)) error {
	b, offset, err := m.find(id)
	n := 0
	if err == nil {
		if id.IsSplit() {
			lo, hi, _ := id.NextValue(b, 0)
			b, offset = b[lo:hi:hi], offset+lo
		}
		if n, err = parse(b); err == nil && m.limits.Strictness != Lenient {
			n, err = strictly(id, b, header.ParamList{})
		}
	}
	if err != nil {
		return m.located(id, offset+n, err)
	}
	return nil
}

// ReadAll ranges over the values of the header, as received, each with the
// error of parse, which has read it: the typed value is then in the variable
// that parse belongs to. Nothing is yielded when the header is missing, or empty
// and [header.ID.MayBeEmpty]. An empty element of a list is a value of no bytes.
//
//	var reason ext.Reason
//	for value, err := range m.ReadAll(header.IDReason, reason.Parse) {
//		if err != nil {
//			continue // m.Fault() says where
//		}
//		...
//	}
//
// An error of parse that is no [sipwire.Code] is yielded as it is. Nothing is
// allocated, as it would be if ReadAll made the typed value.
func (m *Message) ReadAll(id header.ID, parse func([]byte) (int, error)) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) { m.readAll(id, parse, yield) }
}

func (m *Message) readAll(id header.ID, parse func([]byte) (int, error), yield func([]byte, error) bool) {
	for i := m.Index(id); i >= 0; i = m.Next(i) {
		f := m.fields[i]
		field := m.view(f.value, f.end)
		for next := 0; next <= len(field); {
			var lo, hi int
			lo, hi, next = id.NextValue(field, next)
			if lo == hi && isEmptyList(id, field) {
				break
			}
			n, err := parse(field[lo:hi:hi])
			if err == nil && m.limits.Strictness != Lenient {
				n, err = strictly(id, field[lo:hi:hi], header.ParamList{})
			}
			if err != nil {
				err = m.located(id, int(f.value)+lo+n, err)
			}
			if !yield(field[lo:hi:hi], err) {
				return
			}
		}
	}
}

// isEmptyList reports whether field has no value and need not have one, as of
// Allow (RFC 3261, 25.1), so that there is nothing to read and nothing wrong.
func isEmptyList(id header.ID, field []byte) bool { return len(field) == 0 && id.MayBeEmpty() }

// Vias ranges over the Via values from the topmost down, wherever commas and
// lines divide them (RFC 3261, 7.3.1 and 20.42). A value that does not parse
// is yielded as the zero Via with its error, and the values after it are still
// read. So are an empty element and an empty field.
func (m *Message) Vias() iter.Seq2[header.Via, error] {
	return func(yield func(header.Via, error) bool) { m.eachVia(yield) }
}

func (m *Message) eachVia(yield func(header.Via, error) bool) {
	for i := m.Index(header.IDVia); i >= 0; i = m.Next(i) {
		f := m.fields[i]
		field := m.view(f.value, f.end)
		for next := 0; next <= len(field); next++ {
			var v header.Via
			n, err := v.ParseFrom(field, next)
			if err == nil && m.limits.Strictness != Lenient {
				n, err = strictFrom(header.IDVia, field, next, n, v.Params())
			}
			if err != nil {
				v = header.Via{}
				err = m.located(header.IDVia, int(f.value)+n, err)
				n = grammar.ValueEnd(grammar.ViaList, field, next)
			}
			if !yield(v, err) {
				return
			}
			next = n
		}
	}
}

// Routes ranges over the Route values from the topmost down (RFC 3261, 20.34).
// Errors are as for [Message.NameAddrs].
func (m *Message) Routes() iter.Seq2[header.NameAddr, error] {
	return func(yield func(header.NameAddr, error) bool) { m.eachAddr(header.IDRoute, yield) }
}

// RecordRoutes ranges over the Record-Route values from the topmost down (RFC
// 3261, 20.30). Errors are as for [Message.NameAddrs].
func (m *Message) RecordRoutes() iter.Seq2[header.NameAddr, error] {
	return func(yield func(header.NameAddr, error) bool) { m.eachAddr(header.IDRecordRoute, yield) }
}

// NameAddrs ranges over the values of any header of the classes
// [header.NameAddrList] and [header.NameAddrValue], such as Path, Diversion or
// P-Asserted-Identity. A value that does not parse is yielded as the zero
// NameAddr with its error, and the values after it are still read. So are an
// empty element and an empty field, unless [header.ID.MayBeEmpty]. The URIs are found but not read:
// [header.NameAddr.Check] checks them.
func (m *Message) NameAddrs(id header.ID) iter.Seq2[header.NameAddr, error] {
	return func(yield func(header.NameAddr, error) bool) { m.eachAddr(id, yield) }
}

func (m *Message) eachAddr(id header.ID, yield func(header.NameAddr, error) bool) {
	split := id.IsSplit()
	for i := m.Index(id); i >= 0; i = m.Next(i) {
		f := m.fields[i]
		field := m.view(f.value, f.end)
		for next := 0; next <= len(field) && !isEmptyList(id, field); next++ {
			var v header.NameAddr
			var n int
			var err error
			if split {
				n, err = v.ParseFrom(field, next)
			} else {
				n, err = v.Parse(field)
			}
			if err == nil && m.limits.Strictness != Lenient {
				n, err = strictFrom(id, field, next, n, v.Params())
			}
			if err != nil {
				v = header.NameAddr{}
				err = m.located(id, int(f.value)+n, err)
				n = len(field)
				if split {
					n = grammar.ValueEnd(grammar.NameAddrList, field, next)
				}
			}
			if !yield(v, err) {
				return
			}
			next = n
		}
	}
}

// Contacts ranges over the Contact values in their order (RFC 3261, 20.10).
// Errors are as for [Message.NameAddrs]; a "*" that is not the only Contact of
// the message is ErrWildcard.
func (m *Message) Contacts() iter.Seq2[header.Contact, error] {
	return func(yield func(header.Contact, error) bool) { m.eachContact(yield) }
}

func (m *Message) eachContact(yield func(header.Contact, error) bool) {
	first := m.Index(header.IDContact)
	for i := first; i >= 0; i = m.Next(i) {
		f := m.fields[i]
		field := m.view(f.value, f.end)
		for next := 0; next <= len(field); next++ {
			var v header.Contact
			n, err := v.ParseFrom(field, next)
			if v.IsWildcard() && (i != first || m.Next(i) >= 0) {
				v, err = header.Contact{}, sipwire.ErrWildcard
			}
			if err == sipwire.ErrWildcard {
				n = abnf.SkipLWS(field, next)
			}
			if err == nil && m.limits.Strictness != Lenient {
				n, err = strictFrom(header.IDContact, field, next, n, v.Params())
			}
			if err != nil {
				v = header.Contact{}
				err = m.located(header.IDContact, int(f.value)+n, err)
				n = grammar.ValueEnd(grammar.ContactList, field, next)
			}
			if !yield(v, err) {
				return
			}
			next = n
		}
	}
}
