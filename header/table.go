package header

import (
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/fieldname"
	"github.com/sipwire/sipwire/internal/grammar"
)

// ID is a header field of the table. The zero ID, [IDOther], is every name that
// is not in the table.
type ID uint8

// info is one row of data/headers.tsv. Package grammar has the rest of it.
type info struct {
	name    string
	compact byte // 0 for none
	rfc     string
}

func (id ID) info() *info {
	if int(id) >= len(infos) {
		id = IDOther
	}
	return &infos[id]
}

// String returns the registered spelling of the name, "" for IDOther.
func (id ID) String() string { return id.info().name }

// Compact returns the compact letter of the header (RFC 3261, 7.3.3), 0 when it
// has none.
func (id ID) Compact() byte { return id.info().compact }

// RFC returns the document that defines the header, "" for IDOther.
func (id ID) RFC() string { return id.info().rfc }

// Grammar returns the name of the grammar of the header's value, such as
// "nameaddr-list". Headers with the same grammar are read by the same view. It is
// "opaque" for headers that no view but [FreeText] reads.
func (id ID) Grammar() string { return grammar.Of(uint8(id)).String() }

// IsSingle reports whether the header must occur no more than once in a message.
func (id ID) IsSingle() bool { return grammar.RepetitionOf(uint8(id)) == grammar.Single }

// IsSplit reports whether commas separate values of the header (RFC 3261,
// 7.3.1). It is false for headers outside the table. A header that is neither
// single nor split may be repeated, but each of its fields is one value, as for
// the authentication headers.
func (id ID) IsSplit() bool { return grammar.IsSplit(uint8(id)) }

// Lookup returns the ID of a header name, in its long or compact form and in any
// case. It is IDOther when name is not in the table.
func Lookup(name []byte) ID {
	if !abnf.All(name, abnf.Token) {
		return IDOther
	}
	return ID(fieldname.Find(name, 0, len(name)))
}
