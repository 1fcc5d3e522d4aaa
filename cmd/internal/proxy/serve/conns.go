package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
)

// connKey is what a connection is found by: its other end.
type connKey struct {
	transport header.Transport
	addr      netip.AddrPort
}

// conns are the open connections.
type conns struct {
	s       *Server
	count   counter // of all messages that come or leave over connections
	running sync.WaitGroup
	reading atomic.Int64 // connections that are read
	queued  atomic.Int64 // bytes that wait for connections

	failing sync.Mutex
	f       *forward.Forwarder // answers what cannot be sent; failing is held

	mu     sync.Mutex
	serial uint64 // of the last connection
	byAddr map[connKey]*conn
	all    map[*conn]bool
	// opening is how many of all are being opened. They are a part of MaxConns:
	// requests whose Route values lead to dead addresses must not shut out
	// whoever connects.
	opening int
	// refused are the addresses that took no connection, and when.
	refused map[netip.AddrPort]time.Time
	until   time.Time // when reading ends; zero while the proxy runs
	closed  bool
}

func (t *conns) init(s *Server) {
	t.s, t.byAddr, t.all, t.refused = s, map[connKey]*conn{}, map[*conn]bool{}, map[netip.AddrPort]time.Time{}
	// A flow token of an earlier process with the same key names none of this one's.
	t.serial = rand.Uint64() >> 1
}

func (t *conns) len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.all)
}

// accept takes connections until the listener is closed.
func (t *conns) accept(l net.Listener, local int) {
	for {
		nc, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			// Out of descriptors, most likely: others must end first.
			time.Sleep(10 * time.Millisecond)
			continue
		}
		transport := t.s.config.Forward.Locals[local].Transport
		peer := nc.RemoteAddr().(*net.TCPAddr).AddrPort()
		key := connKey{transport, netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())}
		t.mu.Lock()
		c := t.add(key, local)
		t.mu.Unlock()
		if c == nil {
			_ = nc.Close()
			continue
		}
		if transport == header.TransportTLS {
			nc = tls.Server(nc, t.s.config.Server)
		}
		c.start(nc)
	}
}

// add makes a connection known, or returns nil when there are too many. t.mu
// is held.
func (t *conns) add(key connKey, local int) *conn {
	if t.closed || !t.until.IsZero() || len(t.all) >= t.s.config.MaxConns {
		return nil
	}
	t.serial++
	c := &conn{t: t, key: key, local: local, serial: t.serial, wake: make(chan struct{}, 1)}
	t.all[c], t.byAddr[key] = true, c
	t.running.Add(1) // taken back by remove
	return c
}

// remove forgets a connection that has ended.
func (t *conns) remove(c *conn) {
	t.mu.Lock()
	delete(t.all, c)
	if t.byAddr[c.key] == c {
		delete(t.byAddr, c.key)
	}
	t.mu.Unlock()
	t.running.Done()
}

// send queues a message for a connection, which is opened when there is none.
func (t *conns) send(r *forward.Result, msg []byte) {
	if r.Datagram != nil && t.takesNone(r.To.Addr) {
		if t.s.sendDatagram(r.DatagramLocal, r.Datagram, r.To.Addr) != nil {
			t.count.end(forward.Dropped, forward.SendFailed)
			return
		}
		t.count.end(r.Kind, 0)
		return
	}
	q := queued{b: append([]byte(nil), msg...), kind: r.Kind, addr: r.To.Addr, name: r.To.Name}
	if r.Datagram != nil {
		q.datagram, q.local = append([]byte(nil), r.Datagram...), r.DatagramLocal
	}
	if cause := t.queue(r.Local, &r.To, q); cause != forward.NoCause {
		t.lost(&q, cause)
	}
}

// queue queues a message, or says why it does not.
func (t *conns) queue(local int, to *forward.Peer, q queued) forward.Cause {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.put(local, to, q)
}

// put is queue. t.mu is held.
func (t *conns) put(local int, to *forward.Peer, q queued) (cause forward.Cause) {
	for range 2 {
		c, isNew := t.find(local, to)
		if c == nil {
			return forward.NoConnect
		}
		if cause = c.enqueue(q); isNew {
			// Not before: nobody may take the connection, and then this would not say so.
			go t.connect(c)
		}
		if cause != forward.SendFailed {
			break
		}
		// It has been closed since it was found: perhaps another one can be opened.
	}
	return cause
}

// lost sees to the end of a message that has no owner and cannot be sent. A request is
// answered as if its next hop had refused it (RFC 3261, 16.9; a 503 is passed on as
// 500, 16.7): over a connection its client does not send it again. One that has to go
// by its connection gets 430 (RFC 5626, 5.3.1).
func (t *conns) lost(q *queued, cause forward.Cause) {
	if q.kind == forward.Forwarded && q.isRequest() {
		status, reason := 500, "Next Hop Not Reached"
		if !q.addr.IsValid() && cause != forward.QueueFull {
			status, reason = 430, ""
		}
		t.failing.Lock()
		r := t.f.Undelivered(nil, q.b, status, reason)
		t.failing.Unlock()
		// Over UDP the client sends it again, and the queue may have room then.
		if r.Data != nil && (cause != forward.QueueFull || r.To.Transport != header.TransportUDP) {
			t.count.undelivered[cause].Add(1)
			t.s.send(&r, r.Data, &t.count)
			return
		}
	}
	t.count.end(forward.Dropped, cause)
}

// open returns the connection with a key, unless it is being closed. t.mu is held.
func (t *conns) open(key connKey) *conn {
	if c := t.byAddr[key]; c != nil && !c.isClosed() {
		return c
	}
	return nil
}

// has reports whether the connection is open that a request came on.
func (t *conns) has(to *forward.Peer) bool {
	return t.IsOpen(to.Transport, to.Flow, 0)
}

// IsOpen implements forward.Flows.
func (t *conns) IsOpen(transport header.Transport, addr netip.AddrPort, serial uint64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.open(connKey{transport, addr})
	return c != nil && (serial == 0 || serial == c.serial)
}

// find returns the connection for a message, or nil. One that is being closed takes
// nothing more. One that is new is still to be opened, by connect. t.mu is held.
func (t *conns) find(local int, to *forward.Peer) (c *conn, isNew bool) {
	if c := t.open(connKey{to.Transport, to.Flow}); c != nil && (to.Serial == 0 || to.Serial == c.serial) {
		return c, false
	}
	if !to.Addr.IsValid() {
		return nil, false // it must go by its connection, which is gone
	}
	key := connKey{to.Transport, to.Addr}
	if c := t.open(key); c != nil && !c.hasEnded() {
		return c, false
	}
	if t.opening >= max(t.s.config.MaxConns/4, 1) {
		return nil, false
	}
	if c = t.add(key, local); c == nil {
		return nil, false
	}
	t.opening++
	c.name = to.Name
	return c, true
}

// connect opens the connection c. What waits for it is lost if that fails.
func (t *conns) connect(c *conn) {
	ctx, cancel := context.WithTimeout(context.Background(), t.s.config.ConnectTimeout)
	defer cancel()
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", c.key.addr.String())
	if err == nil && c.key.transport == header.TransportTLS {
		config := new(tls.Config)
		if t.s.config.Client != nil {
			config = t.s.config.Client.Clone()
		}
		if config.ServerName = c.name; c.name == "" {
			config.ServerName = c.key.addr.Addr().String()
		}
		secure := tls.Client(nc, config)
		if err = secure.HandshakeContext(ctx); err != nil {
			_ = nc.Close()
		}
		nc = secure
	}
	t.mu.Lock()
	t.opening--
	t.mu.Unlock()
	if err != nil {
		t.remember(c.key)
		c.refuse()
		t.remove(c)
		return
	}
	c.start(nc)
}

const (
	// refusedFor is how long no connection is tried for a request that can go
	// over UDP too.
	refusedFor = time.Minute
	maxRefused = 4096 // addresses that are remembered
)

// remember notes that nobody takes connections at an address.
func (t *conns) remember(key connKey) {
	if key.transport != header.TransportTCP {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.refused) >= maxRefused {
		clear(t.refused)
	}
	t.refused[key.addr] = time.Now()
}

// takesNone reports whether nobody took a connection at an address lately.
func (t *conns) takesNone(addr netip.AddrPort) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.refused[addr]
	return ok && time.Since(at) < refusedFor
}

// stopReading ends the reading of all connections at a time, and keeps new
// ones from being opened.
func (t *conns) stopReading(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.until = at
	for c := range t.all {
		c.stop(at)
	}
}

// awaitReaders waits until no connection is read any more, at most until a time.
func (t *conns) awaitReaders(until time.Time) {
	for t.reading.Load() > 0 && time.Now().Before(until) {
		time.Sleep(time.Millisecond)
	}
}

// shutdown waits until all that is queued is written, at most until a time,
// and closes the connections.
func (t *conns) shutdown(until time.Time) {
	for time.Now().Before(until) {
		t.mu.Lock()
		busy := false
		for c := range t.all {
			busy = busy || c.isBusy()
		}
		t.mu.Unlock()
		if !busy {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.mu.Lock()
	t.closed = true
	for c := range t.all {
		go c.close() // which may take its time
	}
	t.mu.Unlock()
	t.running.Wait()
}
