package stack

import (
	"bytes"
	"sync"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/dialog"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
	"github.com/sipwire/sipwire/udp"
)

// A core is one dialog.Layer, with what the callers have of it. All messages
// of one Call-ID are for the same core.
//
// A lock owns the Layer, not a goroutine: the goroutine that has read a message
// takes the lock and gives it to the Layer in place, so that there is no queue
// of messages to bound and no second wake-up. Nothing waits while it has the
// lock but for the kernel to take datagrams; handlers run without it.
type core struct {
	stack *Stack

	mu      sync.Mutex
	layer   *dialog.Layer
	clients map[transaction.Handle]*exchange
	servers map[transaction.Handle]*Request
	dialogs map[dialog.Handle]*Dialog
	timer   *time.Timer
	armed   time.Duration // when the timer ends, 0 for not set
	closed  bool

	grams  []gram
	bytes  []byte // of grams
	writes []udp.Datagram
	failed []transaction.Handle // whose message could not be sent
	work   codec.Message        // for bytes of its own
}

// A gram is a datagram to be sent when the lock is given back.
type gram struct {
	socket *socket
	tx     transaction.Handle
	to     transaction.Addr
	lo, hi int
}

func newCore(s *Stack, c dialog.Config) *core {
	co := &core{
		stack:   s,
		clients: map[transaction.Handle]*exchange{},
		servers: map[transaction.Handle]*Request{},
		dialogs: map[dialog.Handle]*Dialog{},
	}
	co.layer = dialog.New(co, c)
	co.timer = time.AfterFunc(time.Hour, co.tick)
	co.timer.Stop()
	return co
}

// now is the time of the Layer.
func (s *Stack) now() time.Duration { return time.Since(s.start) }

func (c *core) lock() { c.mu.Lock() }

// unlock sends what has gathered, says what could not be sent, sets the timer
// and gives the lock back.
func (c *core) unlock() {
	for len(c.grams) > 0 || len(c.failed) > 0 {
		c.flush()
		failed := c.failed
		c.failed = nil
		for _, tx := range failed {
			c.handle(c.layer.TransportError(tx, c.stack.now()), nil, transaction.Addr{})
		}
	}
	if at, ok := c.layer.Next(); ok && !c.closed && (c.armed == 0 || at < c.armed) {
		c.armed = max(at, 1)
		c.timer.Reset(at - c.stack.now())
	}
	c.mu.Unlock()
}

// tick does what is due.
func (c *core) tick() {
	c.lock()
	defer c.unlock()
	if c.closed {
		return
	}
	c.armed = 0
	// A datagram that cannot be sent is an event of its own, later.
	for ev, ok := c.layer.Advance(c.stack.now()); ok; ev, ok = c.layer.Advance(c.stack.now()) {
		c.handle(ev, nil, transaction.Addr{})
	}
}

// Send is what the Layer sends by.
func (c *core) Send(tx transaction.Handle, to transaction.Addr, b []byte) {
	s := c.stack
	if s.config.Trace != nil {
		s.config.Trace(false, to, b)
	}
	if !to.Transport.IsReliable() {
		sock := s.socketFor(to)
		if sock == nil {
			c.fail(tx)
			return
		}
		lo := len(c.bytes)
		c.bytes = append(c.bytes, b...)
		c.grams = append(c.grams, gram{sock, tx, to, lo, len(c.bytes)})
		if len(c.grams) >= udp.DefaultBatch {
			c.flush()
		}
		return
	}
	cn := s.connOf(to)
	if cn == nil && bytes.HasPrefix(b, []byte("SIP/2.0 ")) {
		cn = c.wayBack(to, b)
	}
	if cn == nil || !cn.send(item{core: c, tx: tx, b: bytes.Clone(b)}) {
		c.fail(tx)
	}
}

// wayBack returns a connection for a response whose own is gone: to the
// address that the request came from and the port of its Via (RFC 3261,
// 18.2.2), nil if there can be none.
func (c *core) wayBack(to transaction.Addr, b []byte) *conn {
	if c.work.Parse(b) != nil {
		return nil
	}
	d, err := c.work.ResponseDestination(to.IP)
	if err != nil || to.Transport == header.TransportWS || to.Transport == header.TransportWSS {
		return nil // a browser has nothing to connect to (RFC 7118, 5)
	}
	at, ok := d.AddrPort()
	if !ok || at.Port() == 0 {
		return nil
	}
	cn, _ := c.stack.connTo(to.Transport, at, string(d.Host))
	return cn
}

func (c *core) fail(tx transaction.Handle) {
	if tx != 0 {
		c.failed = append(c.failed, tx)
	}
}

// flush sends the datagrams, those of one socket together.
func (c *core) flush() {
	for len(c.grams) > 0 {
		sock := c.grams[0].socket
		n := 1
		for n < len(c.grams) && c.grams[n].socket == sock {
			n++
		}
		c.writes = c.writes[:0]
		for _, g := range c.grams[:n] {
			c.writes = append(c.writes, udp.Datagram{Data: c.bytes[g.lo:g.hi], Dst: g.to.IP, Src: sock.source(g.to.Flow)})
		}
		if w := sock.writer(c); w == nil {
			for _, g := range c.grams[:n] {
				c.fail(g.tx)
			}
		} else if _, err := w.Write(c.writes); err != nil {
			for i := range c.writes {
				if c.writes[i].Err != nil {
					c.fail(c.grams[i].tx)
				}
			}
		}
		c.grams = c.grams[:copy(c.grams, c.grams[n:])]
	}
	c.grams, c.bytes = c.grams[:0], c.bytes[:0]
}

// sendFailed says that messages could not be sent, later and by another
// goroutine than that of Send.
func (c *core) sendFailed(tx transaction.Handle) {
	if tx == 0 {
		return
	}
	c.lock()
	defer c.unlock()
	if !c.closed {
		c.handle(c.layer.TransportError(tx, c.stack.now()), nil, transaction.Addr{})
	}
}

// close ends all that waits.
func (c *core) close() {
	c.lock()
	defer c.unlock()
	c.closed = true
	c.timer.Stop()
	for tx, x := range c.clients {
		delete(c.clients, tx)
		x.finish(nil, errClosed)
	}
	for tx, r := range c.servers {
		delete(c.servers, tx)
		r.cancel(errClosed)
	}
	for _, d := range c.dialogs {
		d.over()
	}
}
