package load

import (
	"errors"
	"os"
	"time"

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
	busy   bool // packets come faster than one in a millisecond
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
	gather   = int64(time.Millisecond)        // how long packets gather while much happens
	exactly  = int64(1200 * time.Microsecond) // a wait in the runtime's poller may end this much late
	maxBatch = 256
)

// wait takes what comes until a time, and is back when it has taken something.
//
// While much happens it does not wait for packets but for the next
// millisecond, and takes what has come: being woken by a packet costs more
// than the packet.
func (u *udpCarrier) wait(until int64) error {
	d := time.Duration(until - u.w.clock.now())
	if u.busy {
		sleep(min(d, time.Duration(gather)))
		d = 0
	}
	packets := 0
	for u.readable(d) {
		n, err := u.read()
		packets += n
		if err != nil {
			return err
		}
		if d = 0; n < maxBatch {
			break
		}
	}
	u.busy = packets > 1
	return nil
}

// read reads one batch and hands it to the engine.
func (u *udpCarrier) read() (int, error) {
	packets, err := u.socket.R.Read()
	switch {
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		return 0, nil
	default:
		if isRefused(err) {
			return 0, nil // no one listens there: the calls find out by themselves
		}
		return 0, err
	}
	offset, now := u.w.clock.offset(), u.w.clock.now()
	for i := range packets {
		p := &packets[i]
		at := now
		if p.Time > 0 {
			at = min(max(p.Time-offset, 0), now)
		}
		if p.Truncated() || u.m.Parse(p.Data) != nil {
			if len(p.Data) > 4 { // shorter ones keep a NAT open
				u.w.engine.Counts.Malformed++
			}
			continue
		}
		u.w.engine.Receive(now, at, &u.m, p.Src, 0)
	}
	return len(packets), nil
}

// flush sends all messages of the engine in as few calls as the kernel allows.
func (u *udpCarrier) flush() error {
	out := u.w.engine.Out()
	if len(out) == 0 {
		return nil
	}
	u.out = u.out[:0]
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

func (u *udpCarrier) close() {
	u.w.dropped.Store(u.socket.R.Stats().Drops)
	u.socket.Close()
}
