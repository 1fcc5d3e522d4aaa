package udp

import (
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
)

// Datagram is one packet to send.
type Datagram struct {
	// Data and after it the Segments are the bytes of the packet; either may be
	// empty. They are read during Write only and never copied by the Linux
	// implementations. Many segments are allowed, up to the kernel's 1024.
	Data     []byte
	Segments [][]byte

	// Dst is where the packet goes. On a connected socket it may be left zero.
	Dst netip.AddrPort

	// Src is the address to send from; if it is zero, the kernel chooses. It
	// must be one of this host's. See [Packet.Reply].
	Src netip.Addr

	// Err is set by Write: nil if the kernel took the packet.
	Err error
}

// size returns the number of bytes of the packet.
func (d *Datagram) size() int {
	n := len(d.Data)
	for _, s := range d.Segments {
		n += len(s)
	}
	return n
}

// Writer sends datagrams in batches. It belongs to one goroutine; Stats may be
// called from any, and so may SetWriteDeadline.
type Writer struct {
	_ noCopy

	conn   *net.UDPConn
	cfg    Config
	remote netip.AddrPort // of a connected socket
	bound  netip.Addr     // what the socket is bound to, invalid for a wildcard
	send   sender
	zones  zones
	stats  writerStats
}

// sender is one way of sending.
type sender interface {
	// sendSome sends from the front of ds, waiting for room where the kernel
	// has none. It returns how many it has dealt with, at least one: each of
	// these has gone out or has its Err set. The error is nil unless the Writer
	// cannot go on (closed, deadline); then none after these was dealt with.
	sendSome(w *Writer, ds []Datagram) (done int, err error)
	close() error
}

// startWriter makes a writer of the implementation cfg.Impl.
func startWriter(conn *net.UDPConn, cfg Config) (*Writer, error) {
	w := &Writer{conn: conn, cfg: cfg}
	if a, ok := conn.RemoteAddr().(*net.UDPAddr); ok && a != nil {
		w.remote = unmapped(a.AddrPort())
	}
	if !wildcard(conn) {
		if a, ok := conn.LocalAddr().(*net.UDPAddr); ok {
			w.bound = a.AddrPort().Addr().Unmap()
		}
	}
	var err error
	if cfg.Impl == Portable {
		w.send = newPortableSender(w)
	} else {
		w.send, err = newSystemSender(w)
	}
	if err != nil {
		return nil, err
	}
	return w, nil
}

// Write sends all of ds in order. It waits while the kernel has no room, until
// the deadline or Close.
//
// What becomes of each packet is known: its Err is nil if the kernel took it,
// else the reason, and Write goes on with the next. It returns the number that
// the kernel took and the first error, nil if it took them all. In the steady
// state it allocates nothing.
//
// ECONNREFUSED, EHOSTUNREACH and the like may be an ICMP error about an earlier
// packet: on a connected socket, and with IP_RECVERR on any, where that packet
// may have gone to another peer. The packet at hand is tried again then, up to
// three times, and fails if the error is its own; with io_uring, others of ds may
// overtake it. ENOBUFS, which means that a queue below is full, is tried again a
// few times with pauses, up to a millisecond.
func (w *Writer) Write(ds []Datagram) (sent int, err error) {
	for at := 0; at < len(ds); {
		n, fatal := w.send.sendSome(w, ds[at:])
		for i := range ds[at : at+n] {
			d := &ds[at+i]
			if d.Err == nil {
				sent++
			} else if err == nil {
				err = d.Err
			}
		}
		at += n
		if fatal != nil {
			for i := range ds[at:] {
				ds[at+i].Err = fatal
			}
			w.stats.failed.Add(uint64(len(ds) - at))
			if err == nil {
				err = fatal
			}
			break
		}
	}
	w.stats.packets.Add(uint64(sent))
	return sent, err
}

// SetWriteDeadline makes Write fail with os.ErrDeadlineExceeded from t on; the
// zero time means never. It holds for all Writers of the socket.
func (w *Writer) SetWriteDeadline(t time.Time) error { return w.conn.SetWriteDeadline(t) }

// check finds what is wrong with where d goes before the kernel sees it.
func (w *Writer) check(d *Datagram) error {
	if w.remote.IsValid() {
		if d.Dst.IsValid() && unmapped(d.Dst) != w.remote {
			return net.ErrWriteToConnected
		}
		return nil
	}
	if !d.Dst.IsValid() {
		return errNoDestination
	}
	return nil
}

// asksFor reports whether d wants a source address that has to be asked for,
// which costs something each time: a socket that is bound to it sends from
// nowhere else.
func (w *Writer) asksFor(d *Datagram) bool { return d.Src.IsValid() && d.Src != w.bound }

// errNoDestination is EDESTADDRREQ as an error value.
var errNoDestination error = syscall.EDESTADDRREQ

// close gives up what the sender holds; the socket is closed by Socket.Close.
func (w *Writer) close() error { return w.send.close() }

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// WriterStats counts what a [Writer] has done. Every packet given to Write is
// in Packets or in Failed.
type WriterStats struct {
	Packets uint64 // taken by the kernel
	Calls   uint64 // system calls that sent
	Failed  uint64 // packets whose Err was set

	GSORuns    uint64 // runs that went out as one message with UDP_SEGMENT
	GSOPackets uint64 // packets in them
	GSORefused uint64 // runs that the kernel refused so and that went out singly

	NoRoom     uint64 // times the socket's send buffer was full and Write waited (EAGAIN)
	NoBuffers  uint64 // times a queue below was full (ENOBUFS), including those tried again
	PeerClosed uint64 // ECONNREFUSED: an earlier packet found nobody
	Partial    uint64 // calls that took a part of a batch
}

type writerStats struct {
	packets, calls, failed              atomic.Uint64
	gsoRuns, gsoPackets, gsoRefused     atomic.Uint64
	noRoom, noBufs, peerClosed, partial atomic.Uint64
}

// Stats returns the counts so far.
func (w *Writer) Stats() WriterStats {
	s := &w.stats
	return WriterStats{
		Packets: s.packets.Load(), Calls: s.calls.Load(), Failed: s.failed.Load(),
		GSORuns: s.gsoRuns.Load(), GSOPackets: s.gsoPackets.Load(), GSORefused: s.gsoRefused.Load(),
		NoRoom: s.noRoom.Load(), NoBuffers: s.noBufs.Load(),
		PeerClosed: s.peerClosed.Load(), Partial: s.partial.Load(),
	}
}
