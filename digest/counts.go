package digest

import (
	"encoding/binary"
	"sync"
)

// Counts remembers which counts of which nonces were used, so that no request
// passes twice (RFC 7616, 3.4 and 5.5). Its memory is of a fixed size. A nonce that
// has no room any more, because so many younger ones were used, is stale from then
// on: a request is never let in because its count was forgotten. Any number of
// goroutines may use it at once.
type Counts struct {
	mu   sync.Mutex
	sets []countSet
}

// waysOfSet is how many nonces one set holds.
const waysOfSet = 16

// A countSet holds nonces whose hashes begin alike.
type countSet struct {
	used [waysOfSet]usedCounts
	// forgotten is when the youngest nonce was made that had to give way. Of
	// older ones that are not here it is not known what was used.
	forgotten int64
}

// usedCounts are the counts of one nonce that were used: a window of 64. What is
// below it counts as used. The zero usedCounts is free.
type usedCounts struct {
	id      nonceID
	highest uint32
	window  uint64 // bit k: highest-k was used
}

// NewCounts returns a Counts for that many nonces that are in use at once, with 80
// bytes for each. A registrar has one nonce in use for each client that has
// registered within the lifetime of a nonce.
func NewCounts(nonces int) *Counts {
	// Nonces fall into the sets at random. With room for twice as many, 1 in
	// 250 sets has to give one up.
	return &Counts{sets: make([]countSet, 2*max(nonces, 1)/waysOfSet+1)}
}

// use notes that the count of the nonce is used, and reports whether it was not.
func (t *Counts) use(id *nonceID, count uint32) bool {
	if count == 0 { // the first one is 1 (RFC 7616, 3.4)
		return false
	}
	// The hash is spread evenly, and no client chooses it.
	h := binary.BigEndian.Uint64(id[nonceLen-8:])
	t.mu.Lock()
	defer t.mu.Unlock()
	set := &t.sets[h%uint64(len(t.sets))]
	oldest := &set.used[0]
	for i := range set.used {
		u := &set.used[i]
		if u.highest != 0 && u.id == *id {
			return u.use(count)
		}
		if u.highest == 0 || oldest.highest != 0 && u.id.made() < oldest.id.made() {
			oldest = u
		}
	}
	made := id.made()
	if made <= set.forgotten {
		return false
	}
	if oldest.highest != 0 {
		if made < oldest.id.made() {
			// The one at hand is older than all that are here: it gives way.
			set.forgotten = made
			return false
		}
		set.forgotten = max(set.forgotten, oldest.id.made())
	}
	*oldest = usedCounts{id: *id, highest: count, window: 1}
	return true
}

// use notes a count, and reports whether it was not used.
func (u *usedCounts) use(count uint32) bool {
	if count > u.highest {
		u.window = u.window<<(count-u.highest) | 1 // a shift of 64 and more gives 0
		u.highest = count
		return true
	}
	bit := uint64(1) << (u.highest - count)
	if bit == 0 || u.window&bit != 0 {
		return false
	}
	u.window |= bit
	return true
}
