package uri

import "math/rand/v2"

// maxAnyOrder is the number of parameters, or headers, up to which order does
// not matter in a comparison. To find one among many costs a look at all of
// them; the bound keeps the cost of hostile URIs linear.
const maxAnyOrder = 64

// index finds pairs by their hash. Texts are compared only where hashes are
// equal, or long names with a common beginning would be read over and over.
type index struct {
	n    int
	at   [maxAnyOrder]uint32 // where the pair begins, its separator
	hash [maxAnyOrder]uint32
}

// indexSeed makes collisions in an index hard to come by for a peer.
var indexSeed = rand.Uint64()

// add puts the pair at b[at] into an index that has room.
func (x *index) add(at int, hash uint64) {
	x.at[x.n], x.hash[x.n] = uint32(at), uint32(mix(hash))
	x.n++
}

// addNames fills the index with the pairs of b by their names. It stops at
// the bound, and returns the index of the first pair that had no room.
func (x *index) addNames(b []byte, sep byte) int {
	i := 0
	for i < len(b) && x.n < maxAnyOrder {
		name, _, next := nextPair(b, i+1, sep)
		x.add(i, hashText(indexSeed, name, fold))
		i = next
	}
	return i
}

// addPairs is addNames by name and value.
func (x *index) addPairs(b []byte, sep byte, valueMode func(name, value []byte) mode) {
	for i := 0; i < len(b) && x.n < maxAnyOrder; {
		name, value, next := nextPair(b, i+1, sep)
		x.add(i, hashText(hashText(indexSeed, name, fold), value, valueMode(name, value)))
		i = next
	}
}

// find returns the number of the first of the first n pairs of b that has the
// name, whose hash is given, and its value; or -1.
func (x *index) find(b []byte, sep byte, n int, hash uint32, name []byte) (k int, value []byte) {
	for k := range n {
		if x.hash[k] != hash {
			continue
		}
		other, value, _ := nextPair(b, int(x.at[k])+1, sep)
		if equalText(other, fold, name, fold) {
			return k, value
		}
	}
	return -1, nil
}
