package udp

import (
	"github.com/sipwire/sipwire/internal/poison"
	"github.com/sipwire/sipwire/pool"
)

// batchSlots are the slots that a receiver lends to the kernel, one for each
// message of a batch.
type batchSlots struct {
	slot []pool.Slot
	used int // messages of the last batch
}

func newBatchSlots(slab *pool.Slab, n int) batchSlots {
	b := batchSlots{slot: make([]pool.Slot, n)}
	for i := range b.slot {
		s, ok := slab.Take()
		if !ok {
			panic("udp: the slab is smaller than a batch")
		}
		b.slot[i] = s
	}
	return b
}

// recycle ends the last batch: a slot with a held packet is left to its holders
// and replaced; changed is called with the index of each such message. All
// others serve again as they are.
func (b *batchSlots) recycle(r *Reader, changed func(i int)) {
	used := b.used
	b.used = 0
	if !r.heldNow {
		if poison.Enabled {
			for _, s := range b.slot[:used] {
				poison.Fill(r.slab.Bytes(s))
			}
		}
		return
	}
	r.heldNow = false
	for i, s := range b.slot[:used] {
		r.slab.Drop(s)
		// There are Batch slots more than holds, and no hold takes more than
		// one: a slot is free, if only the one just dropped.
		n, ok := r.slab.Take()
		if !ok {
			panic("udp: more slots held than holds allowed")
		}
		b.slot[i] = n
		if n.Index() != s.Index() {
			changed(i)
		}
	}
}
