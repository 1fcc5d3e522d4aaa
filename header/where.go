package header

import "iter"

//go:generate go run gen_where.go

// Presence says how a header field stands to a kind of message: the entries of
// tables 2 and 3 of RFC 3261 and of the documents that extend them. The zero
// Presence, [Unspecified], is what no table tells.
type Presence uint8

// The entries of the tables (RFC 3261, 20).
const (
	Unspecified Presence = iota // no table says anything
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

// whereFrom gives the first row of each header; its last one stands before
// that of the next header.
var whereFrom = func() (t [NumIDs + 1]uint8) {
	for i := range whereRows {
		t[whereRows[i].id+1]++
	}
	for i := range NumIDs {
		t[i+1] += t[i]
	}
	return t
}()

// The entries of whereFrom must hold the number of rows.
var _ [255 - len(whereRows)]struct{}

// Place says whether the header may, must or must not stand in a request of
// the method, with status 0, or in a response with the status to one. Where
// several rows of the tables fit, that of the narrowest range of status codes
// counts.
//
// Tables exist for the methods of RFC 3261 and for PRACK, UPDATE, MESSAGE,
// REFER, PUBLISH and INFO; of SUBSCRIBE and NOTIFY it is only known what the
// text of RFC 6665 and RFC 3261, 8.1.1 asks for, and of every other method
// what the latter does. A header is Forbidden only where a table has it for
// the method: "If one is placed in a request by mistake, it MUST be ignored by
// the UAS receiving the request" (RFC 3261, 20).
func (id ID) Place(m Method, status int) Presence {
	if int(id) >= NumIDs {
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
	// A header known only from what is true of every method is not to be
	// found misplaced.
	if known && column != whereAny {
		return Forbidden
	}
	return Unspecified
}

// Required ranges over the headers that are Mandatory in a request of the
// method, with status 0, or in a response with the status to one.
func Required(m Method, status int) iter.Seq[ID] {
	return func(yield func(ID) bool) {
		for id := IDOther + 1; id < NumIDs; id++ {
			if id.Place(m, status) == Mandatory && !yield(id) {
				return
			}
		}
	}
}
