package udp

import (
	"sync"
	"sync/atomic"
)

// Stats counts what a [Reader] has seen. Packets sent to the socket after it was
// opened are Packets plus Drops plus those that still wait in it, if DropsFrom
// is MemInfo and DropsAreRuns is not set.
type Stats struct {
	Packets   uint64 // handed out by Read
	Batches   uint64 // Reads that returned packets
	Truncated uint64 // packets that were cut at Config.MaxSize
	Wakeups   uint64 // times that Read found nothing and had to wait; not known for Portable
	Refused   uint64 // Holds refused because Config.Held were out

	// Drops is how many packets the kernel threw away on this socket because
	// its receive buffer was full (or their checksum was wrong).
	Drops     uint64
	DropsFrom DropSource

	// DropsAreRuns is set when Config.GRO is in use. The kernel then counts a
	// run of packets that it throws away as one drop, and does not say how many
	// packets it had: Drops is the least number of packets that were dropped,
	// MaxRun times Drops the greatest.
	DropsAreRuns bool
}

// DropSource says how far Stats.Drops can be trusted.
type DropSource uint8

const (
	// Unknown means that the system does not count drops; Drops is 0.
	Unknown DropSource = iota
	// Overflow is SO_RXQ_OVFL: a count that came with the last packet that
	// was read, so drops after the last packet queued are not in it yet.
	Overflow
	// MemInfo is SO_MEMINFO: the kernel's own counter, exact at the moment.
	MemInfo
)

// String returns unknown, SO_RXQ_OVFL or SO_MEMINFO.
func (d DropSource) String() string {
	switch d {
	case Overflow:
		return "SO_RXQ_OVFL"
	case MemInfo:
		return "SO_MEMINFO"
	}
	return "unknown"
}

// stats is written by the reading goroutine once a batch and read by any.
type stats struct {
	packets, batches, truncated, wakeups, holdsRefused atomic.Uint64
}

// Stats returns the counts so far. It asks the kernel for Drops: one system
// call. After Close, Drops is what the last call before it saw.
func (r *Reader) Stats() Stats {
	s := Stats{
		Packets:   r.stats.packets.Load(),
		Batches:   r.stats.batches.Load(),
		Truncated: r.stats.truncated.Load(),
		Wakeups:   r.stats.wakeups.Load(),
		Refused:   r.stats.holdsRefused.Load(),
	}
	s.Drops, s.DropsFrom = r.drops.read(r)
	s.DropsAreRuns = r.cfg.GRO
	return s
}

// Waiting returns how much of the receive buffer is taken by packets that wait
// to be read, in the bytes of [Buffer]: Buffer{Granted: n}.Packets(size) of them,
// if they have that size. Linux gives back the share of packets that were read
// late, but before it wakes a reader: while packets wait, it may be too much by
// a quarter of the buffer. It is not ok where the system does not say. Any
// goroutine may call it; it allocates.
func (r *Reader) Waiting() (n int, ok bool) { return memInfoWaiting(r.conn) }

// dropCounter widens the kernel's 32-bit count. It must be read at least once
// in 2^32 drops.
type dropCounter struct {
	mu     sync.Mutex
	source DropSource
	last   uint32
	total  uint64
	// overflow is the count that came with the last packet, for Overflow.
	overflow atomic.Uint32
}

// start finds out which source there is and takes its present value as 0.
func (d *dropCounter) start(r *Reader) {
	if n, ok := memInfoDrops(r.conn); ok {
		d.source, d.last = MemInfo, n
	} else if enableOverflow(r.conn) {
		d.source = Overflow
	}
}

func (d *dropCounter) read(r *Reader) (uint64, DropSource) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.last
	switch d.source {
	case MemInfo:
		if n, ok := memInfoDrops(r.conn); ok {
			now = n
		}
	case Overflow:
		now = d.overflow.Load()
	}
	d.total += uint64(now - d.last)
	d.last = now
	return d.total, d.source
}
