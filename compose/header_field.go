package compose

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/grammar"
)

// A HeaderField is a header field to be written. What its pointers and slices
// point to is read during the call that it is given to, and not kept. It has one
// value: Value, or one of those that are put together from parts; a second one is
// ErrConflict.
type HeaderField struct {
	ID    header.ID // IDOther when Name says which
	Name  []byte    // a token, written as it is; for IDOther only
	Value []byte    // as text, without CR, LF and NUL
	// Addr is the value of a header of addresses, such as Contact; in another
	// one it is ErrState. Its errors are as for [Builder.Addr].
	Addr *Address
	// Challenge is the value of WWW-Authenticate or Proxy-Authenticate; in
	// another one it is ErrState. [digest.Server.AppendChallenge] makes a Value.
	Challenge *digest.Challenge
}

// id returns the ID of the field, IDOther for a name outside the table.
func (f *HeaderField) id() header.ID {
	if f.ID == header.IDOther {
		return header.Lookup(f.Name)
	}
	return f.ID
}

// appendValue appends the value of the field, which is of the header; with a code
// what it has appended has no meaning.
func (f *HeaderField) appendValue(dst []byte, id header.ID) ([]byte, sipwire.Code) {
	switch {
	case f.Addr == nil && f.Challenge == nil:
		return append(dst, f.Value...), check.Text(f.Value)
	case f.Value != nil, f.Addr != nil && f.Challenge != nil:
		return dst, sipwire.ErrConflict
	case f.Addr != nil:
		if !hasAddrs(id) {
			return dst, sipwire.ErrState
		}
		return f.Addr.appendTo(dst)
	case id != header.IDWWWAuthenticate && id != header.IDProxyAuthenticate:
		return dst, sipwire.ErrState
	}
	dst, err := f.Challenge.AppendTo(dst)
	code, _ := err.(sipwire.Code)
	return dst, code
}

// hasAddrs reports whether the values of the header are addresses.
func hasAddrs(id header.ID) bool {
	switch grammar.Of(uint8(id)) {
	case grammar.NameAddrValue, grammar.NameAddrList, grammar.ContactList:
		return true
	}
	return false
}

// has reports whether a field of the header is among those given.
func has(all []HeaderField, id header.ID) bool {
	for i := range all {
		if all[i].id() == id {
			return true
		}
	}
	return false
}
