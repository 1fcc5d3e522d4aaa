package header

import (
	"iter"

	"github.com/sipwire/sipwire/internal/grammar"
)

//go:generate go run gen_where.go

// Presence says whether a kind of message may or must have a header field: the
// entries of tables 2 and 3 of RFC 3261 and of the documents that extend them.
type Presence uint8

// The entries of the tables (RFC 3261, 20).
const (
	Unspecified Presence = iota // no table has it
	Forbidden                   // "-", or only in other messages of the method
	Optional                    // "o"
	Conditional                 // "c": depends on the context of the message
	Recommended                 // "m*" and "t": should be sent, may be missing
	WithBody                    // "*": required when the body is not empty
	Mandatory                   // "m"
)

// whereRow is one row of data/where.tsv for one range of messages: the
// responses lo to hi, where hi is not 0, and requests, where request is set.
type whereRow struct {
	id      ID
	request bool
	lo, hi  uint16
	at      [numWhereColumns]Presence
}

// whereFrom gives the first row of each header. Its last row is the one before
// the first row of the next header.
var whereFrom = func() (t [grammar.NumIDs + 1]uint8) {
	for i := range whereRows {
		t[whereRows[i].id+1]++
	}
	for i := range grammar.NumIDs {
		t[i+1] += t[i]
	}
	return t
}()

// The number of rows must fit in an entry of whereFrom.
var _ [255 - len(whereRows)]struct{}

// Place returns whether the header may or must occur in a request of the method,
// for status 0, or else in a response with the status to one. When several rows
// of the tables apply, the one with the narrowest range of status codes is used.
//
// Tables exist for the methods of RFC 3261 and for PRACK, UPDATE, MESSAGE, REFER,
// PUBLISH and INFO. For SUBSCRIBE and NOTIFY only what the text of RFC 6665 and
// RFC 3261, 8.1.1 asks for is known, and for every other method what the latter
// does. A header is Forbidden only where a table says so for the method: "If one
// is placed in a request by mistake, it MUST be ignored by the UAS receiving the
// request" (RFC 3261, 20).
func (id ID) Place(m Method, status int) Presence {
	if int(id) >= grammar.NumIDs {
		return Unspecified
	}
	column, known := whereColumns[m.index()], false
	for i := whereFrom[id]; i < whereFrom[id+1]; i++ {
		r := &whereRows[i]
		p := r.at[column]
		if p == Unspecified {
			continue
		}
		known = true
		if status == 0 && r.request || status != 0 && status >= int(r.lo) && status <= int(r.hi) {
			return p
		}
	}
	// What is known for every method alike does not forbid a header.
	if known && column != whereAny {
		return Forbidden
	}
	return Unspecified
}

// Required ranges over the headers that are Mandatory in a request of the method,
// for status 0, or else in a response with the status to one.
func (m Method) Required(status int) iter.Seq[ID] {
	return func(yield func(ID) bool) { eachRequired(m, status, yield) }
}

func eachRequired(m Method, status int, yield func(ID) bool) {
	for id := IDOther + 1; id < grammar.NumIDs; id++ {
		if id.Place(m, status) == Mandatory && !yield(id) {
			return
		}
	}
}
