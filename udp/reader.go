package udp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/pool"
)

// Reader takes datagrams out of a socket in batches. It belongs to one
// goroutine: two that read one socket cost twice as much a packet as one (take
// a [Group] instead). Close, SetReadDeadline, Stats and [Packet.Release] may be
// called from any goroutine.
type Reader struct {
	_ noCopy

	conn  *net.UDPConn
	cfg   Config
	local netip.AddrPort // the address if the socket is bound to one, and the port
	recv  receiver
	slab  *pool.Slab
	holds *holds
	zones zones

	pkts    []Packet
	batch   uint32 // counts Reads, modulo 2³²
	heldNow bool   // a packet of the last batch was held
	short   bool   // the last batch was not full
	emptied bool   // and it was asked for: the socket was drained
	oneOnly bool   // the last receive asked for one message only
	waited  bool   // the last receive found nothing at first
	slept   bool   // packets had time to gather before this receive
	now     bool   // this receive is not to wait
	pace    pace

	stats stats
	drops dropCounter

	mu       sync.Mutex // guards ctx against SetReadDeadline
	ctx      context.Context
	unlisten func() bool
}

// asleep counts the Readers of the process that gather at this moment.
var asleep atomic.Int32

// receiver is one way of getting packets. All are driven by the one goroutine
// that reads, except for close and setReadDeadline.
type receiver interface {
	// receive takes back the slots of the last batch, waits until a packet is
	// there and fills r.pkts. It returns the number of kernel messages, which
	// is less than that of packets where the kernel put several into one.
	receive(r *Reader) (msgs int, err error)
	setReadDeadline(t time.Time) error
	// close unblocks receive and ends it for good. What the kernel may still
	// write into is not freed before the kernel has let go of it.
	close() error
}

func newReader(conn *net.UDPConn, cfg Config) *Reader {
	slots := cfg.Batch + cfg.Held
	r := &Reader{conn: conn, cfg: cfg}
	if a, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		r.local = a.AddrPort()
		addr := r.local.Addr().Unmap()
		if addr.IsUnspecified() {
			addr = netip.Addr{}
		}
		r.local = netip.AddrPortFrom(addr, r.local.Port())
	}
	size := cfg.slotSize()
	switch cfg.Impl {
	case IOUring:
		slots = uringBuffers(cfg.Batch) + cfg.Held
		size += uringSlotHeader
	case Portable:
		// net.UDPConn does not say how long a packet was that it cut: take all
		// of it and cut it here.
		slots, size = 1+cfg.Held, MaxDatagram
		cfg.Window = 0 // one packet a call: nothing to gather for
	}
	r.pace = pace{window: cfg.Window, now: monotonic()}
	r.slab = pool.NewSlab(slots, size)
	r.holds = newHolds(r.slab, cfg.Held)
	r.pkts = make([]Packet, 0, cfg.Batch)
	return r
}

// Read waits for packets and returns at least one, at most Config.Batch (with
// Config.GRO a kernel message may carry up to MaxRun packets). The slice and the
// packets in it are valid until the next Read; see [Packet.Hold] for how to
// keep one longer.
//
// After Close it returns net.ErrClosed, after the deadline
// os.ErrDeadlineExceeded, and when the context of SetContext is done its cause;
// test with errors.Is. Any other error is the socket's, such as ECONNREFUSED on
// a connected socket whose peer is gone: no packet is lost by it, and Read may
// be called again. Read returns no packets with an error. In the steady state
// it allocates nothing.
func (r *Reader) Read() ([]Packet, error) {
	if r.ctx != nil {
		if err := context.Cause(r.ctx); err != nil {
			return nil, err
		}
	}
	r.slept = false
	if r.short {
		if d := r.pace.sleep(); d > 0 {
			// The sleep keeps the processor. Where every one is held by a Reader
			// that gathers, whoever is ready to run comes first. Where one is not,
			// Gosched would wake a thread, which finds nothing to do, waits in the
			// netpoller and is woken there for each packet that comes: that costs up
			// to three times as much a packet. GOMAXPROCS takes a lock, which is
			// nothing next to a sleep.
			if int(asleep.Add(1)) >= runtime.GOMAXPROCS(0) {
				runtime.Gosched()
			}
			gather(d)
			asleep.Add(-1)
			r.slept = true
		}
	}
	r.short, r.emptied, r.waited, r.oneOnly = false, false, false, false
	r.batch++
	msgs, err := r.recv.receive(r)
	if r.slept && r.waited {
		r.pace.missed()
	}
	if err != nil {
		if r.ctx != nil && errors.Is(err, os.ErrDeadlineExceeded) {
			if cause := context.Cause(r.ctx); cause != nil {
				err = cause
			}
		}
		return nil, err
	}
	r.short = msgs < r.cfg.Batch
	r.emptied = r.short && !r.oneOnly
	r.pace.note(len(r.pkts), r.waited)
	r.stats.batches.Add(1)
	r.stats.packets.Add(uint64(len(r.pkts)))
	return r.pkts[:len(r.pkts):len(r.pkts)], nil
}

// ReadNow is Read for a caller that has waited by itself: it takes what the
// socket has at this moment, and returns no packets and no error when there is
// nothing. Packets do not gather in it. It replaces the read deadline where the
// implementation is not [Mmsg], and may there wait for 30 µs.
func (r *Reader) ReadNow() ([]Packet, error) {
	if r.cfg.Impl != Mmsg {
		r.recv.setReadDeadline(time.Now().Add(30 * time.Microsecond))
	}
	r.short, r.now = false, true
	packets, err := r.Read()
	r.now = false
	if err == errNothing || r.cfg.Impl != Mmsg && errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, nil
	}
	return packets, err
}

// Emptied reports whether the last Read most likely took all that waited in the
// socket: it asked for Config.Batch kernel messages and got fewer. The number of its
// packets does not say so with Config.GRO, and a receive buffer may hold fewer runs
// than a batch. It is false where only one message was asked for, as [Mmsg] does while
// packets come singly, after an error, and after a ReadNow that found nothing. The
// Portable implementation, which takes one packet at a time, reports true after each
// packet, unless Config.Batch is 1.
func (r *Reader) Emptied() bool { return r.emptied }

// errNothing ends a receive that was not to wait.
var errNothing = errors.New("nothing to read")

// SetReadDeadline makes Read fail with os.ErrDeadlineExceeded from t on; the
// zero time means never. It has no effect once the context of SetContext is
// done.
func (r *Reader) SetReadDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx != nil && r.ctx.Err() != nil {
		return nil
	}
	return r.recv.setReadDeadline(t)
}

// SetContext makes Read fail with the cause of ctx as soon as ctx is done, also
// while it waits. It replaces the context set before; nil means none. It must
// not be called while another goroutine is in Read. It allocates, Read does
// not: set it once, not before each Read.
func (r *Reader) SetContext(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unlisten != nil {
		r.unlisten()
		r.unlisten = nil
	}
	if r.ctx != nil && r.ctx.Err() != nil {
		r.recv.setReadDeadline(time.Time{})
	}
	r.ctx = ctx
	if ctx == nil {
		return
	}
	r.unlisten = context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.ctx == ctx {
			r.recv.setReadDeadline(time.Unix(1, 0))
		}
	})
}

// Conn returns the socket, as [Socket.Conn] does.
func (r *Reader) Conn() *net.UDPConn { return r.conn }

// LocalAddr returns the address that the socket is bound to; the address is
// invalid for a wildcard, the port is always set.
func (r *Reader) LocalAddr() netip.AddrPort { return r.local }

// Held returns how many packets are held back at this moment.
func (r *Reader) Held() int { return r.holds.held() }

// close ends reading; the socket itself is closed by Socket.Close.
func (r *Reader) close() error {
	r.mu.Lock()
	if r.unlisten != nil {
		r.unlisten()
		r.unlisten = nil
	}
	r.mu.Unlock()
	return r.recv.close()
}

// noCopy makes go vet report copies of a struct that holds it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
