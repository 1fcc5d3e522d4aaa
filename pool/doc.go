// Package pool keeps memory that is used again and again: growing buffers for
// encoders and stream framing ([Buffers]) and fixed slots for received
// datagrams ([Slab]).
//
// # Who owns the bytes
//
// Between Get and Put the caller owns a [Buffer] and its bytes alone; after Put
// neither may be touched. A [Slab] slot belongs to whoever holds a reference on
// it and may be handed out again once the last reference is dropped.
//
// Giving something back twice is refused and counted, in every build: it never
// puts the same memory into two hands, also if the memory has been lent to
// another meanwhile.
//
// Under the race detector and with the build tag sipwiredebug, bytes that come
// back are overwritten with 0xDB, so that a view that was kept too long shows
// in a test. A write through such a view panics when the memory is handed out
// again, and so does the use of a Slot after its last Drop.
//
// # Limits
//
// Nothing here is sized from what a message says. A Buffers keeps no buffer
// with more capacity than its MaxCap, and what lies idle in it is given up at
// garbage collections; a Slab never grows.
package pool
