package compose

import "github.com/sipwire/sipwire/header"

// A HeaderField is a header field to be written. Its slices are read during
// the call that it is given to, and not kept.
type HeaderField struct {
	ID    header.ID // IDOther when Name says which
	Name  []byte    // a token, written as it is; for IDOther only
	Value []byte
}

// id returns the ID of the field, IDOther for a name outside the table.
func (f *HeaderField) id() header.ID {
	if f.ID == header.IDOther {
		return header.Lookup(f.Name)
	}
	return f.ID
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
