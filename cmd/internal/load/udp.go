package load

import (
	"slices"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/udp"
)

// udpCarrier carries the messages of a worker over one UDP socket.
type udpCarrier struct {
	w      *worker
	socket *udp.Socket
	m      codec.Message
	out    []udp.Datagram
	fd     int32
	busy   bool  // several packets have come in a tick
	turn   int64 // when other goroutines last had their turn
	upTo   int64 // all packets that had come by then were taken
}

// newUDPCarrier carries over a socket.
func newUDPCarrier(w *worker, s *udp.Socket) (*udpCarrier, error) {
	u := &udpCarrier{w: w, socket: s}
	raw, err := s.Conn().SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { u.fd = int32(fd) })
	}
	return u, err
}

const (
	gather   = int64(time.Millisecond)        // how long packets gather, over connections
	exactly  = int64(1200 * time.Microsecond) // a wait in the runtime's poller may end this much late
	maxBatch = 64                             // of the kernel's messages, each with up to 64 packets

	// patience is how long wait takes packets while there are more: calls that
	// are due must have their turn.
	patience = int64(2 * time.Millisecond)
)

// wait takes what comes until a time, and is back when it has taken something,
// or sooner.
//
// While much happens it waits for the next tick, and where something is to be
// done within a tick for that time, and then takes what has come: being woken
// by a packet costs more than the packet.
func (u *udpCarrier) wait(until int64) error {
	now := u.w.clock.now()
	u.yield(now)
	switch d := until - now; {
	case d <= 0:
	case u.busy:
		sleep(time.Duration(u.w.tick - now%u.w.tick))
	case d <= u.w.tick:
		sleep(time.Duration(d))
	default:
		u.readable(time.Duration(d))
	}
	packets := 0
	for begun := u.w.clock.now(); ; {
		now := u.w.clock.now()
		n, empty, err := u.read()
		packets += n
		if err != nil {
			return err
		}
		if empty {
			u.upTo = now
			break
		}
		if now-begun > patience {
			break
		}
	}
	u.busy = packets > 1
	return nil
}

// seen returns the time up to which all packets were taken.
func (u *udpCarrier) seen(int64) int64 { return u.upTo }

// read takes one batch, if there is something, and hands it to the engine; empty
// is true when there was nothing. How many packets there were does not say so: the
// kernel may give fewer messages than it was asked for, and one of many packets.
func (u *udpCarrier) read() (n int, empty bool, err error) {
	packets, err := u.socket.R.ReadNow()
	if err != nil {
		if isRefused(err) {
			return 0, false, nil // no one listens there: the calls find out by themselves
		}
		return 0, false, err
	}
	if len(packets) == 0 {
		return 0, true, nil
	}
	offset, now := u.w.clock.offset(), int64(0)
	for i := range packets {
		p := &packets[i]
		if i%64 == 0 { // thousands may have come
			now = u.w.clock.now()
		}
		at := now
		if p.Time > 0 {
			at = min(max(p.Time-offset, 0), now)
		}
		u.upTo = max(u.upTo, at)
		if p.Truncated() || u.m.Parse(p.Data) != nil {
			if len(p.Data) > 4 { // shorter ones keep a NAT open
				u.w.engine.Counts.Malformed++
			}
			continue
		}
		u.w.engine.Receive(now, at, &u.m, p.Src, 0)
	}
	return len(packets), false, nil
}

// flush sends all messages of the engine in as few calls as the kernel allows.
//
// Those of one length to one address that are next to each other go through
// the kernel's network code as one (UDP_SEGMENT), and so they are put next to
// each other: the first message of every call, then the second, and so on.
// What a call sends keeps its order.
func (u *udpCarrier) flush() error {
	out := u.w.engine.Out()
	if len(out) == 0 {
		return nil
	}
	u.out = u.out[:0]
	if len(out) > 2 {
		slices.SortStableFunc(out, engine.Outgoing.Compare)
	}
	for i := range out {
		u.out = append(u.out, udp.Datagram{Data: u.w.engine.Data(&out[i]), Dst: out[i].Remote})
	}
	u.socket.W.Write(u.out)
	for i := range u.out {
		if u.out[i].Err != nil {
			u.w.engine.Counts.SendErrors++
		}
	}
	u.w.engine.Flushed()
	return nil
}

// count takes over what the kernel has counted at the socket.
func (u *udpCarrier) count() { u.w.dropped.Store(u.socket.R.Stats().Drops) }

func (u *udpCarrier) close() {
	u.count()
	u.socket.Close()
}
