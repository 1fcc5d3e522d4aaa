package forward

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A HeaderRule changes header fields of what is forwarded. Fields to set or to
// add are as in a message: "Name: value".
type HeaderRule struct {
	Requests, Responses bool     // which ones it changes
	Remove              []string // names; all fields of them go
	Set                 []string // the one field of its name
	Add                 []string // one more, behind the others
}

// Headers are the header rules in force. They can be replaced while they are in
// use. None are in force in the zero value.
type Headers struct{ changes atomic.Pointer[[2][]change] }

// The two lists of Headers.
const (
	ofRequests = iota
	ofResponses
)

// A change is one header of a HeaderRule.
type change struct {
	kind  changeKind
	id    header.ID // IDOther for a name outside the table
	name  []byte
	value []byte
}

type changeKind uint8

const (
	removeAll changeKind = iota
	setOne
	addOne
)

// Set puts other rules in force, or returns what is wrong with one of them: the
// old ones then stay.
func (h *Headers) Set(rules []HeaderRule) error {
	var all [2][]change
	for i, r := range rules {
		changes, err := r.changes()
		if err != nil {
			return fmt.Errorf("header rule %d: %w", i+1, err)
		}
		if r.Requests {
			all[ofRequests] = append(all[ofRequests], changes...)
		}
		if r.Responses {
			all[ofResponses] = append(all[ofResponses], changes...)
		}
	}
	for _, changes := range all {
		if err := try(changes); err != nil {
			return err
		}
	}
	h.changes.Store(&all)
	return nil
}

// changes reads a rule.
func (r *HeaderRule) changes() (all []change, err error) {
	for _, list := range []struct {
		kind   changeKind
		fields []string
	}{{removeAll, r.Remove}, {setOne, r.Set}, {addOne, r.Add}} {
		for _, field := range list.fields {
			name, value, ok := strings.Cut(field, ":")
			if ok == (list.kind == removeAll) {
				return nil, fmt.Errorf("%q: a name is removed, and a field is set or added: \"Name: value\"", field)
			}
			name = strings.TrimSpace(name)
			c := change{kind: list.kind, id: header.Lookup([]byte(name)), name: []byte(name), value: []byte(strings.TrimSpace(value))}
			if isOwned(c.id) {
				return nil, fmt.Errorf("%q: the proxy itself, or the transaction, needs %v as it is", field, c.id)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// isOwned reports whether rules must leave a header alone: the proxy writes it
// or transactions and dialogs are found by it.
func isOwned(id header.ID) bool {
	switch id {
	case header.IDVia, header.IDRoute, header.IDRecordRoute, header.IDMaxForwards, header.IDMaxBreadth, header.IDContentLength,
		header.IDFrom, header.IDTo, header.IDCallID, header.IDCSeq:
		return true
	}
	return false
}

// try makes changes to a message that has each of the fields, so that what a
// name or a value must not be is found before messages come.
func try(changes []change) error {
	for i, c := range changes {
		for _, other := range changes[:i] {
			if c.kind != addOne && other.kind != addOne && c.is(other.id, other.name) {
				return fmt.Errorf("%s is removed or set twice", c.name)
			}
		}
		text := fmt.Appendf(nil, "OPTIONS sip:a SIP/2.0\r\n%s: x\r\nContent-Length: 0\r\n\r\n", c.name)
		var m codec.Message
		var e codec.Edit
		if m.Parse(text) != nil || m.Len() != 2 || len(m.At(0).Name) == 0 {
			return fmt.Errorf("%q is not the name of a header field", c.name)
		}
		_ = e.Begin(&m)
		c.apply(&e, &m)
		if _, err := e.AppendTo(nil); err != nil {
			return fmt.Errorf("%q: %w", c.name, err)
		}
	}
	return nil
}

// is reports whether a field is one that c changes.
func (c *change) is(id header.ID, name []byte) bool {
	return c.id == id && (id != header.IDOther || bytes.EqualFold(c.name, name))
}

// apply makes the changes for requests or for responses to a message.
func (h *Headers) apply(which int, e *codec.Edit, m *codec.Message) {
	if h == nil {
		return
	}
	if all := h.changes.Load(); all != nil {
		for i := range all[which] {
			all[which][i].apply(e, m)
		}
	}
}

// apply makes one change. What goes wrong stays in e.
func (c *change) apply(e *codec.Edit, m *codec.Message) {
	switch {
	case c.kind == addOne:
		_ = e.AddField(codec.Bottom(), c.name, c.value)
	case c.id != header.IDOther && c.kind == removeAll:
		_ = e.Remove(c.id)
	case c.id != header.IDOther:
		_ = e.Set(c.id, c.value)
	default:
		c.applyByName(e, m)
	}
}

// applyByName removes or sets a header that has no ID.
func (c *change) applyByName(e *codec.Edit, m *codec.Message) {
	found := false
	for i, f := range m.Fields() {
		switch {
		case !c.is(f.ID, f.Name):
		case c.kind == setOne && !found:
			found = true
			_ = e.SetAt(i, c.value)
		default:
			_ = e.RemoveAt(i)
		}
	}
	if c.kind == setOne && !found {
		_ = e.AddField(codec.Bottom(), c.name, c.value)
	}
}
