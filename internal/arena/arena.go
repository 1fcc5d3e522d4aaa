// Package arena keeps many byte strings of up to 64 KiB in a few large blocks,
// named by a number instead of a pointer, so that the collector has a list of
// blocks to look at and nothing else.
//
// A string lies in one piece, rounded up to a class: a multiple of 64 bytes up
// to 2 KiB, then a power of two. Each block of 64 KiB is cut into pieces of one
// class; one that is empty again may be cut for another. What the arena holds
// is bounded in blocks, and no input can make it grow beyond that.
package arena

import (
	"encoding/binary"
	"math/bits"

	"github.com/sipwire/sipwire/internal/poison"
)

const (
	unit      = 64
	blockSize = 64 << 10
	fine      = 2048 / unit // classes of one unit more each
	classes   = fine + 5    // and 4, 8, 16, 32 and 64 KiB
	refBits   = 10          // units of a block

	// Max is the length of the longest string.
	Max = blockSize

	// spares is the number of empty blocks that keep their memory beyond a
	// quarter of those in use.
	spares = 16
)

// A Ref names a string. The zero Ref is none.
type Ref uint32

// block is 64 KiB of pieces of one class. Free pieces are chained through
// their first two bytes.
type block struct {
	mem        []byte
	next, prev int32 // in the list of its class with room, or of empty blocks; index plus one
	free       uint16
	fresh      uint16 // pieces from here on were never used
	used       uint16
	class      uint8
}

// An Arena holds strings. The zero value is ready and has no limit.
type Arena struct {
	// MaxBlocks bounds the memory: blocks of 64 KiB; 0 for no limit.
	MaxBlocks int

	blocks []block
	room   [classes]int32 // the first block of the class with a free piece
	empty  int32          // the first empty block
	kept   int            // empty blocks with memory
	active int            // blocks that are not empty
	bytes  int            // in pieces that are in use
}

// class returns the class of a length and the length of its pieces.
func class(n int) (c, size int) {
	if n <= fine*unit {
		c = max(n-1, 0) / unit
		return c, (c + 1) * unit
	}
	b := bits.Len(uint(n - 1)) // n <= 1<<b
	return fine + b - 12, 1 << b
}

func sizeOf(c uint8) int {
	if c < fine {
		return (int(c) + 1) * unit
	}
	return 1 << (int(c) - fine + 12)
}

// Used returns the bytes of the pieces in use.
func (a *Arena) Used() int { return a.bytes }

// Held returns the bytes of all blocks that have memory.
func (a *Arena) Held() int { return (a.active + a.kept) * blockSize }

// HasBlocks reports whether the limit allows n more blocks, so that as many
// strings of any length have room.
func (a *Arena) HasBlocks(n int) bool {
	return (a.MaxBlocks <= 0 || a.active+n <= a.MaxBlocks) && a.active+n < 1<<(32-refBits)-1
}

// New returns a string of n bytes, whose contents are undefined. It is not ok
// when n is above Max or the limit is reached.
func (a *Arena) New(n int) (Ref, []byte, bool) {
	if n > Max {
		return 0, nil, false
	}
	c, size := class(n)
	if a.room[c] == 0 && !a.cut(uint8(c)) {
		return 0, nil, false
	}
	id := a.room[c] - 1
	b := &a.blocks[id]
	var k int
	if b.free != 0 {
		k = int(b.free) - 1
		b.free = binary.LittleEndian.Uint16(b.mem[k*size:])
	} else {
		k = int(b.fresh)
		b.fresh++
	}
	b.used++
	a.bytes += size
	if b.free == 0 && (int(b.fresh)+1)*size > blockSize {
		a.unlink(&a.room[c], id)
	}
	lo := k * size
	return Ref(int(id)<<refBits|lo/unit) + 1, b.mem[lo : lo+n : lo+size], true
}

// cut makes an empty block into one of the class.
func (a *Arena) cut(c uint8) bool {
	if a.MaxBlocks > 0 && a.active >= a.MaxBlocks || a.active >= 1<<(32-refBits)-1 {
		return false
	}
	id := a.empty - 1
	if id >= 0 {
		a.unlink(&a.empty, id)
	} else {
		id = int32(len(a.blocks))
		a.blocks = append(a.blocks, block{})
	}
	b := &a.blocks[id]
	if b.mem == nil {
		b.mem = make([]byte, blockSize)
	} else {
		a.kept--
	}
	b.class, b.free, b.fresh, b.used = c, 0, 0, 0
	a.active++
	a.link(&a.room[c], id)
	return true
}

// Bytes returns the first n bytes of a string. They are valid until Free.
func (a *Arena) Bytes(r Ref, n int) []byte {
	if r == 0 {
		return nil
	}
	at := int(r - 1)
	lo := at & (1<<refBits - 1) * unit
	return a.blocks[at>>refBits].mem[lo : lo+n : lo+n]
}

// Free takes a string back. None does nothing.
func (a *Arena) Free(r Ref) {
	if r == 0 {
		return
	}
	id := int32((r - 1) >> refBits)
	b := &a.blocks[id]
	size := sizeOf(b.class)
	k := int(r-1) & (1<<refBits - 1) * unit / size
	full := b.free == 0 && (int(b.fresh)+1)*size > blockSize
	poison.Fill(b.mem[k*size : (k+1)*size : (k+1)*size]) // it fills up to the capacity
	binary.LittleEndian.PutUint16(b.mem[k*size:], b.free)
	b.free = uint16(k) + 1
	b.used--
	a.bytes -= size
	room := &a.room[b.class]
	if full {
		a.link(room, id)
	}
	// The last block of a class with room stays, so that one string that
	// comes and goes does not cut a block each time.
	if b.used == 0 && (*room != id+1 || b.next != 0) {
		a.unlink(room, id)
		a.active--
		if a.kept >= spares+a.active/4 {
			b.mem = nil
		} else {
			a.kept++
		}
		a.link(&a.empty, id)
	}
}

func (a *Arena) link(head *int32, id int32) {
	b := &a.blocks[id]
	b.prev, b.next = 0, *head
	if *head != 0 {
		a.blocks[*head-1].prev = id + 1
	}
	*head = id + 1
}

func (a *Arena) unlink(head *int32, id int32) {
	b := &a.blocks[id]
	if b.prev == 0 {
		*head = b.next
	} else {
		a.blocks[b.prev-1].next = b.next
	}
	if b.next != 0 {
		a.blocks[b.next-1].prev = b.prev
	}
}
