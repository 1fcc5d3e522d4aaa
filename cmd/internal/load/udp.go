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
	busy   bool // packets come faster than one in a millisecond
}

const (
	gather   = int64(time.Millisecond)        // how long packets gather while much happens
	exactly  = int64(1200 * time.Microsecond) // a wait in the poller may end this much late
	peek     = int64(30 * time.Microsecond)   // a look at a socket that may be empty
	maxBatch = 256
)

// wait takes what comes until a time.
//
// Waiting in the poller costs more than a packet does, and is woken by each.
// While much happens the worker sleeps instead, and takes what has come.
func (u *udpCarrier) wait(until int64) error {
	now := u.w.clock.now()
	if !u.busy && until-now > exactly+gather {
		n, err := u.read(until - exactly)
		u.busy = n > 1
		return err
	}
	if until > now {
		sleep(time.Duration(min(until-now, gather)))
	}
	packets := 0
	for {
		n, err := u.read(u.w.clock.now() + peek)
		if packets += n; err != nil || n < maxBatch {
			u.busy = packets > 1
			return err
		}
	}
}

// read reads one batch, waiting until a time for it, and hands it to the
// engine.
func (u *udpCarrier) read(until int64) (int, error) {
	u.socket.R.SetReadDeadline(u.w.clock.at(until))
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
