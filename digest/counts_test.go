package digest

import (
	"testing"
	"time"
)

// TestCountsFull uses many more nonces than there is room for, and then all of them
// again: none passes twice, and the memory is that of the start.
func TestCountsFull(t *testing.T) {
	s := &Server{Offer: Offer{Realm: []byte("r")}}
	counts := NewCounts(64)
	room := len(counts.sets) * waysOfSet
	if room < 64 || room > 3*64 {
		t.Fatalf("room for %d", room)
	}
	var ids []nonceID
	for i := range 1000 {
		id, ok := s.readNonce(s.AppendNonce(nil, start.Add(time.Duration(i)*time.Millisecond)))
		if !ok {
			t.Fatal("not a nonce")
		}
		ids = append(ids, id)
	}
	for i := range ids {
		if !counts.use(&ids[i], 1) {
			t.Errorf("nonce %d is not new", i)
		}
	}
	for i := range ids {
		if counts.use(&ids[i], 1) {
			t.Errorf("nonce %d passes twice", i)
		}
	}
	// Those that had to give way are stale for good, those that are here go on.
	on := 0
	for i := range ids {
		if counts.use(&ids[i], 2) {
			on++
		}
	}
	if on < 64 || on > room {
		t.Errorf("%d of %d nonces go on", on, room)
	}
	old, _ := s.readNonce(s.AppendNonce(nil, start.Add(-time.Hour)))
	if counts.use(&old, 1) {
		t.Error("a nonce older than those that gave way is taken for new")
	}
	if counts.use(&ids[999], 0) {
		t.Error("a count of 0")
	}
	if one := NewCounts(-1); !one.use(&old, 1) || one.use(&old, 1) {
		t.Error("the smallest Counts")
	}
}
