package header

import "github.com/sipwire/sipwire/internal/abnf"

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

// entry is a name as the lookup compares it: the last 16 bytes of the name,
// folded to lower case, in two little-endian words (the last byte is the top
// byte of lo), its length, and what stands before those 16 bytes.
type entry struct {
	lo, hi uint64
	head   string
	n      uint8
	id     ID
}

const foldBits = 0x2020202020202020

// nameMask keeps the top n bytes of the pair (lo, hi).
var nameMask = func() (m [17][2]uint64) {
	for n := range m {
		m[n][0] = ^uint64(0) << (8 * (8 - min(n, 8)))
		if n > 8 {
			m[n][1] = ^uint64(0) << (8 * (16 - n))
		}
	}
	return m
}()

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
func LookupToken(b []byte, lo, hi int) ID {
	n := hi - lo
	if uint(n-1) >= maxName {
		return IDOther
	}
	var w0, w1 uint64
	if hi >= 16 {
		w := (*[16]byte)(b[hi-16 : hi])
		w0, w1 = le64(w[8:]), le64(w[:8])
	} else {
		var w [16]byte
		copy(w[16-hi:], b[:hi])
		w0, w1 = le64(w[8:]), le64(w[:8])
	}
	m := &nameMask[min(n, 16)]
	// Setting bit 5 folds letters. Among token characters only "_" changes
	// too, into DEL, which no name holds; so equal words are equal names.
	w0 = (w0 | foldBits) & m[0]
	w1 = (w1 | foldBits) & m[1]
	e := &entries[slots[(w0*hashLo^(w1^uint64(n))*hashHi)>>hashShift]]
	if e.lo != w0 || e.hi != w1 || int(e.n) != n {
		return IDOther
	}
	if n > 16 && !abnf.EqualFold(b[lo:hi-16], e.head) {
		return IDOther
	}
	return e.id
}

// le64 is binary.LittleEndian.Uint64, spelled out so that this package does
// not pull in encoding/binary for one line; the compiler makes it one load.
func le64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
