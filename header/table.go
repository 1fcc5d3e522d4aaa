package header

import (
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/fieldname"
)

// ID names a header field of the table. The zero ID, [IDOther], stands for
// every name that is not in it.
type ID uint8

// Multi says how a header field may be repeated (RFC 3261, 7.3.1).
type Multi uint8

// The classes of repetition.
const (
	// Single headers stand once in a message.
	Single Multi = iota
	// List headers may stand on several lines and hold several values on
	// one, separated by commas; both forms mean the same.
	List
	// Repeat headers may stand on several lines, but a comma on a line does
	// not separate two of them (the authentication headers: 7.3.1).
	Repeat
)

// String returns "single", "list" or "repeat".
func (m Multi) String() string { return [...]string{"single", "list", "repeat"}[m] }

// Info is one row of the header table.
type Info struct {
	Name    string  // the registered spelling
	Compact byte    // the compact letter (RFC 3261, 7.3.3), 0 for none
	Multi   Multi   // how it may be repeated
	Grammar Grammar // the class of its value's grammar
	RFC     string  // the document that defines it
}

// Info returns the row of id; the row of IDOther has no name, may be
// repeated and is opaque.
func (id ID) Info() *Info {
	if int(id) >= len(infos) {
		id = IDOther
	}
	return &infos[id]
}

// String returns the registered spelling of the name, "" for IDOther.
func (id ID) String() string { return id.Info().Name }

// Compact returns the compact letter of the header (RFC 3261, 7.3.3), 0 when
// it has none.
func (id ID) Compact() byte { return id.Info().Compact }

// Multi returns how the header may be repeated.
func (id ID) Multi() Multi { return id.Info().Multi }

// Grammar returns the grammar class of the header's value.
func (id ID) Grammar() Grammar { return id.Info().Grammar }

// IsSplit reports whether commas separate values of this header. It is false
// for headers outside the table.
func (id ID) IsSplit() bool { return int(id) < len(infos) && infos[id].Multi == List }

// Lookup returns the ID of a header name, in its long or compact form, in
// any case; IDOther when name is not in the table.
func Lookup(name []byte) ID {
	if !abnf.All(name, abnf.Token) {
		return IDOther
	}
	return LookupToken(name, 0, len(name))
}

// LookupToken returns the ID of the header name b[lo:hi], which must be made
// of token characters only (RFC 3261, 25.1); Lookup does not ask that. Bytes
// before lo may be read, and do not matter.
func LookupToken(b []byte, lo, hi int) ID { return ID(fieldname.Find(b, lo, hi)) }
