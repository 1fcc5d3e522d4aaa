package udp

import (
	"net"
	"os"
	"time"
)

// Impl names a way of talking to the kernel.
type Impl uint8

const (
	// Auto takes Mmsg, or Portable where that is refused.
	Auto Impl = iota
	// Portable is net.UDPConn, one system call a packet, on every system.
	Portable
	// Mmsg is recvmmsg and sendmmsg: up to a batch in one system call. Linux.
	Mmsg
	// IOUring is an io_uring with a multishot receive and a ring of provided
	// buffers. Linux 6.0 and later, only when asked for.
	IOUring
)

// String returns auto, portable, mmsg or io_uring.
func (i Impl) String() string {
	switch i {
	case Auto:
		return "auto"
	case Portable:
		return "portable"
	case Mmsg:
		return "mmsg"
	case IOUring:
		return "io_uring"
	}
	return "unknown"
}

// EnvImpl is the environment variable that limits what [Listen] and [Open] may
// use, read at each call: "portable" refuses all others, "mmsg" refuses
// io_uring, "io_uring" asks for it where Config.Impl is Auto. Anything else is
// ignored.
const EnvImpl = "SIPWIRE_UDP"

// Defaults and bounds of [Config].
const (
	DefaultBatch = 32    // packets a batch
	MaxBatch     = 1024  // the kernel's own bound on one call
	DefaultHeld  = 64    // packets held back at once
	MaxDatagram  = 65535 // the largest a UDP length can say

	MaxRun = 128 // packets in one kernel message with Config.GRO, at most

	DefaultWindow = 500 * time.Microsecond // the longest that packets gather
)

// maxWindow bounds how long packets gather: a reader that sleeps does not see
// Close or its deadline, and keeps its processor.
const maxWindow = time.Millisecond

// Config says how a socket is read and written. Zero fields mean the defaults.
type Config struct {
	// Impl asks for an implementation. What is refused falls back in the order
	// IOUring, Mmsg, Portable; see [Socket.Impl] and [Socket.Refusals].
	Impl Impl

	// Batch is the largest number of kernel messages that one Read returns, and
	// that one system call of a Writer carries. Gains flatten beyond 16, and a
	// send holds its processor for the length of the call: 16 to 32 is right. Who
	// sends lengths that differ to few peers gains up to 64, as more then leave by
	// one send (UDP_SEGMENT). Zero means DefaultBatch; at most MaxBatch.
	Batch int

	// Held is how many packets may be held back over the next Read at one time
	// (see [Packet.Hold]). Zero means DefaultHeld, a negative number none.
	Held int

	// MaxSize is the longest datagram in bytes that is received whole; a longer
	// one is cut and marked. Each of the Batch+Held slots reserves as much
	// address space, but memory only for the bytes that come. Zero means
	// MaxDatagram.
	MaxSize int

	// RecvBuffer and SendBuffer are bytes asked of the kernel for SO_RCVBUF and
	// SO_SNDBUF; see [Socket.Buffers] for what was granted. Zero leaves the
	// system's default. Set RecvBuffer where packets gather: the default holds
	// about 166 packets.
	RecvBuffer, SendBuffer int

	// Window is the longest time that packets gather before Read returns them.
	// When packets come so often that at least two fall into a window, the
	// reader sleeps for a moment after a batch that was not full, so that
	// several packets share the cost of one wake-up; otherwise it waits for the
	// next packet as usual. It delays a packet by up to Window, and never the
	// first one after a pause. While it sleeps, the reader keeps its processor
	// of GOMAXPROCS; other sockets get their turn every 4 ms, or every 10 ms
	// where there is always a packet. Zero means DefaultWindow, a negative value
	// no gathering; at most 1 ms. The Portable implementation never gathers.
	Window time.Duration

	// Timestamps asks for Packet.Time. It costs about 80 ns a packet.
	Timestamps bool

	// NoLocal leaves Packet.Dst unset on a socket that is bound to a wildcard
	// address, where telling costs about 50 ns a packet. Other sockets know it
	// for nothing.
	NoLocal bool

	// GRO lets the kernel hand over runs of equal packets from one source as
	// one message (UDP_GRO), which Read splits again. Good for few, heavy
	// flows; of no use for SIP from many peers. Each slot is then 64 KiB, and
	// drops are counted by the run: see Stats.DropsAreRuns.
	GRO bool

	// NoGSO keeps the Writer from sending runs as one message (UDP_SEGMENT).
	NoGSO bool

	// ReusePort sets SO_REUSEPORT before the address is bound. [ListenGroup]
	// sets it by itself. Only for Listen.
	ReusePort bool
}

func (c Config) withDefaults() Config {
	if os.Getenv(EnvImpl) == "io_uring" && c.Impl == Auto {
		c.Impl = IOUring
	}
	if c.Impl > IOUring || c.Impl == Auto {
		c.Impl = Mmsg
	}
	if c.Batch <= 0 {
		c.Batch = DefaultBatch
	}
	c.Batch = min(c.Batch, MaxBatch)
	if c.Held == 0 {
		c.Held = DefaultHeld
	}
	c.Held = max(c.Held, 0)
	if c.MaxSize <= 0 || c.MaxSize > MaxDatagram {
		c.MaxSize = MaxDatagram
	}
	if c.Window == 0 {
		c.Window = DefaultWindow
	}
	c.Window = max(min(c.Window, maxWindow), 0)
	return c
}

// slotSize is what one kernel message may need.
func (c *Config) slotSize() int {
	if c.GRO {
		return MaxDatagram
	}
	return c.MaxSize
}

// overridden reports whether the environment forbids i.
func overridden(i Impl) bool {
	switch os.Getenv(EnvImpl) {
	case "portable":
		return i != Portable
	case "mmsg":
		return i == IOUring
	}
	return false
}

// wildcard reports whether a socket is bound to no address in particular.
func wildcard(c *net.UDPConn) bool {
	a, ok := c.LocalAddr().(*net.UDPAddr)
	return ok && (len(a.IP) == 0 || a.IP.IsUnspecified())
}
