package fieldname

import "math/bits"

// A Table is what the look-up of names of at most [ShortLen] bytes reads: one variable,
// so that one register leads to all of it. An entry is at the place of its hash. It has
// words 0 and 1 of the name, its front, and the number of the header field.
//
// The front is the first 8 bytes of the name with bit 5 set, which folds letters as well.
// Together with words 0 and 1 it has every byte of a name of 17 to 23 bytes. Shorter names
// are told apart by words 0 and 1 alone; what the front has of the bytes behind a name of
// less than 8 bytes is hidden by setting all their bits. Bit 7, which no byte of a token
// has, is set in another byte of the front for each length from 16 to 23: without it two
// names of different lengths could have the same three words.
//
// Of the header fields of the benchmark 3 % have names of more than 15 bytes, in a quarter
// of the messages. When these had to leave the loop over the fields, and a second table
// held the places of the entries, the index took 2.4 % longer (AVX-512; 2026-11).
type Table struct {
	masks   [40]byte
	fronts  [32]byte
	_       [24]byte // so that no entry is in two lines of the cache
	entries [1 << (64 - shortShift)]Entry
}

// Short is the table for [Table.Match]. A loop that has it in a variable does not
// load the addresses of its parts again and again.
var Short = &short

// Masks leads to the masks of words 0 and 1 of a name of n bytes, at most
// [ShortLen], as the 8 bytes from n+8 and from n on.
func (t *Table) Masks() *[40]byte { return &t.masks }

// Fronts leads to the bits that are set in the front of a name of n bytes, at most
// [ShortLen], as the 8 bytes from n on.
func (t *Table) Fronts() *[32]byte { return &t.fronts }

// Match returns the number of the header field whose name has the words 0 and 1 given,
// folded and masked, and the front given, with its bits set; 0 for none. The result has
// no bits but the lowest 8. As in [Match], there is no branch in it.
func (t *Table) Match(w0, w1, front uint64) uint64 {
	e := &t.entries[(w0-w1)*shortMul>>shortShift]
	_, equal := bits.Sub64((e[0]^w0)|(e[1]^w1)|(e[2]^front), 1, 0) // 1 if they are, 0 if not
	return e[3] & -equal
}
