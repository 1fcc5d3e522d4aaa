package serve

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
)

// A conn is one TCP or TLS connection, or one that is being opened.
type conn struct {
	t      *conns
	key    connKey
	local  int
	name   string        // that its certificate must have; of a connection that was opened here
	serial uint64        // no other connection has had it
	wake   chan struct{} // something is in queue, or closed has changed

	mu      sync.Mutex
	nc      net.Conn // nil until it is open
	queue   []queued
	bytes   int // of queue
	writing bool
	closed  bool
	ended   bool      // the peer sends nothing more: what is queued is still written
	until   time.Time // when reading ends; zero for never
}

// queued is a message that waits to be written.
type queued struct {
	b    []byte
	kind forward.Kind
	pong bool // a keep-alive, which nobody counts
	// datagram is what goes over UDP, from local, should nobody take the
	// connection; nil for nothing (RFC 3261, 18.1.1).
	datagram []byte
	local    int
	// owner is whose it is, with transactions; it is not counted then.
	owner owner
	// addr is where it may go by another connection, whose certificate must have
	// name; not valid when it must go by its connection.
	addr  netip.AddrPort
	name  string
	again bool // it has waited for a connection before, which broke
}

// isRequest reports whether the message is a request.
func (q *queued) isRequest() bool { return !q.pong && !bytes.HasPrefix(q.b, []byte("SIP/")) }

// size returns the bytes that the message keeps.
func (q *queued) size() int { return len(q.b) + len(q.datagram) }

// enqueue queues a message, or says why it does not.
func (c *conn) enqueue(q queued) forward.Cause {
	config, n := &c.t.s.config, q.size()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return forward.SendFailed
	case len(c.queue) >= config.MaxQueue, len(c.queue) > 0 && c.bytes+n > config.MaxQueueBytes:
		return forward.QueueFull
	case c.t.queued.Add(int64(n)) > int64(config.MaxQueued):
		c.t.queued.Add(int64(-n))
		return forward.QueueFull
	}
	c.queue = append(c.queue, q)
	c.bytes += n
	c.signal()
	return forward.NoCause
}

// take takes what is queued, with its bytes: they count in conns.queued until they
// are given back. c.mu is held.
func (c *conn) take(empty []queued) (all []queued, bytes int) {
	all, bytes = c.queue, c.bytes
	c.queue, c.bytes = empty, 0
	return all, bytes
}

func (c *conn) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// start begins to read and write.
func (c *conn) start(nc net.Conn) {
	c.mu.Lock()
	c.nc = nc
	c.mu.Unlock()
	var both sync.WaitGroup
	c.t.reading.Add(1)
	both.Go(func() {
		c.read()
		c.t.reading.Add(-1)
	})
	both.Go(c.write)
	go func() {
		both.Wait()
		c.t.remove(c)
	}()
}

// refuse sends over UDP what may go there, since nobody takes the connection,
// and drops the rest.
func (c *conn) refuse() {
	left := c.cut()
	for i := range left {
		switch q := &left[i]; {
		case q.datagram == nil:
			c.drop(left[i:i+1], forward.NoConnect)
		case c.t.s.sendDatagram(q.local, q.datagram, c.key.addr) != nil:
			c.t.count.end(forward.Dropped, forward.SendFailed)
		default:
			c.t.count.end(q.kind, 0)
		}
	}
}

// close ends the connection, at once.
func (c *conn) close() {
	c.mu.Lock()
	c.closed = true
	nc := c.nc
	c.signal()
	c.mu.Unlock()
	if nc != nil {
		// Not while the lock is held, which whoever sends takes: with TLS this waits,
		// for up to 5 s, for a peer that does not read.
		_ = nc.Close()
	}
}

// stop ends reading at a time; what is queued is still written.
func (c *conn) stop(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = at
	if c.nc != nil {
		_ = c.nc.SetReadDeadline(at)
	}
}

func (c *conn) isBusy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.closed && (len(c.queue) > 0 || c.writing)
}

func (c *conn) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *conn) hasEnded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// cut takes what is queued, and lets nothing more in.
func (c *conn) cut() []queued {
	c.mu.Lock()
	defer c.mu.Unlock()
	left, n := c.take(nil)
	c.t.queued.Add(int64(-n))
	c.closed = true
	return left
}

// drop sees to the ends of what is not sent. c.mu must not be held: an owner
// may send something else.
func (c *conn) drop(qs []queued, cause forward.Cause) {
	for i := range qs {
		switch q := &qs[i]; {
		case q.owner.part != nil:
			q.owner.part.fail(q.owner.tx)
		case !q.pong:
			c.t.lost(q, cause)
		}
	}
}

// retry queues requests of which the connection has taken no byte, qs and what is in
// its queue, for other ones to where they go: a peer may close a connection at any
// time, and has not seen them. Each gets one more try. It returns the rest. Nothing
// that is sent meanwhile comes between: a BYE must not overtake the ACK. c.mu must not
// be held.
func (c *conn) retry(qs []queued) (rest []queued) {
	t := c.t
	t.mu.Lock()
	defer t.mu.Unlock()
	qs = append(qs, c.cut()...) // nothing more comes in
	for _, q := range qs {
		if q.isRequest() && q.addr.IsValid() && !q.again {
			q.again = true
			to := forward.Peer{Transport: c.key.transport, Addr: q.addr, Name: q.name}
			if t.put(c.local, &to, q) == forward.NoCause {
				continue
			}
		}
		rest = append(rest, q)
	}
	return rest
}

// taken returns how many messages there are of which some of the first n bytes are.
func taken(qs []queued, n int64) (count int) {
	for ; n > 0 && count < len(qs); count++ {
		n -= int64(len(qs[count].b))
	}
	return count
}

// write writes what is queued until the connection is closed: all that waits
// in one call.
func (c *conn) write() {
	defer c.close()
	w := codec.StreamWriter{W: c.nc}
	var batch []queued
	for range c.wake {
		c.mu.Lock()
		closed := c.closed
		var n int
		batch, n = c.take(batch[:0])
		c.writing = true
		c.mu.Unlock()
		if closed {
			c.t.queued.Add(int64(-n))
			c.drop(c.retry(batch), forward.SendFailed)
			return
		}
		for _, q := range batch {
			w.Add(q.b)
		}
		_ = c.nc.SetWriteDeadline(time.Now().Add(c.t.s.config.WriteTimeout))
		written, err := w.Flush()
		c.t.queued.Add(int64(-n))
		if errors.Is(err, os.ErrDeadlineExceeded) { // another connection would not be read either
			c.drop(batch, forward.SendFailed)
			c.drop(c.cut(), forward.SendFailed)
			return
		}
		if err != nil {
			first := taken(batch, written)
			rest := c.retry(batch[first:])
			c.drop(batch[:first], forward.SendFailed)
			c.drop(rest, forward.SendFailed)
			return
		}
		for i, q := range batch {
			if !q.pong && q.owner.part == nil {
				c.t.count.end(q.kind, 0)
			}
			batch[i] = queued{}
		}
		c.mu.Lock()
		c.writing = false
		c.mu.Unlock()
	}
}

// maxKept is how many bytes a connection keeps room for while no message is read:
// most are shorter.
const maxKept = 64 << 10

// shortest is how many bytes are still no beginning of a message, but perhaps
// of a keep-alive (RFC 5626, 3.5.1).
const shortest = len("\r\n\r\n")

// read forwards what comes until the connection ends.
func (c *conn) read() {
	f, err := forward.New(c.t.s.config.Forward)
	if err != nil {
		c.close() // Start has made one already: this does not happen
		return
	}
	s := codec.Stream{Parser: c.t.s.config.Forward.Parser}
	defer s.Close()
	r := timedReader{c: c, s: &s}
	src := forward.Source{Local: c.local, Addr: c.key.addr, Serial: c.serial}
	var m codec.Message
	var buf []byte
	var o observer
	whole := true // what came last was a message to its end, or is counted as one
	for {
		event, err := s.ReadNext(&r, &m)
		whole = event != codec.NeedMore || s.Lost() != nil && m.Len() > 0
		switch {
		case event == codec.Ping:
			c.enqueue(queued{b: []byte("\r\n"), pong: true})
		case event == codec.GotMessage || s.Lost() != nil && m.Len() > 0:
			r.known, r.timed = true, false
			c.t.count.received.Add(1)
			var result forward.Result
			if states := &c.t.s.states; states.parts != nil {
				states.partOf(&m).receive(&result, nil, buf[:0], &m, err, src, time.Since(states.began))
			} else {
				result = f.Message(buf[:0], &m, err, src)
			}
			if result.Kind == forward.NeedsName {
				c.t.s.lookups.put(m.Bytes(), src)
				break
			}
			o.observe(c.t.s, &m, m.Bytes(), result.Data, &src, &result)
			if result.Data == nil {
				c.t.count.end(result.Kind, result.Cause)
				break
			}
			buf = result.Data
			c.t.s.send(&result, buf, &c.t.count)
			if cap(buf) > maxKept { // f has copies of parts of it, too
				buf = nil
				f, _ = forward.New(c.t.s.config.Forward)
			}
		}
		if len(m.Bytes()) > maxKept && s.Pending() == 0 {
			m.Reset()
			s.Close()
		}
		if event == codec.NeedMore && err != nil || s.Lost() != nil {
			break
		}
	}
	if !whole && s.Pending() > shortest {
		c.t.count.received.Add(1)
		c.t.count.end(forward.Dropped, forward.CutOff)
	}
	// While the proxy ends, what waits is still written.
	c.mu.Lock()
	ending := !c.until.IsZero()
	c.ended = !ending
	c.mu.Unlock()
	if !ending {
		c.finish()
	}
}

// finish closes the connection once what is queued is written, which is
// bounded: answers to what came before the end of the peer's side still go out.
func (c *conn) finish() {
	for end := time.Now().Add(c.t.s.config.WriteTimeout); c.isBusy() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	c.close()
}

// timedReader reads from a connection: the first byte of a message may take
// Idle, and the rest of it MessageTime. The first message, with the TLS
// handshake before it, has MessageTime in all.
type timedReader struct {
	c     *conn
	s     *codec.Stream
	known bool // a message has come
	timed bool // MessageTime runs
}

func (r *timedReader) Read(b []byte) (int, error) {
	config := &r.c.t.s.config
	r.c.mu.Lock()
	switch {
	case !r.c.until.IsZero():
		_ = r.c.nc.SetReadDeadline(r.c.until)
	case r.s.Pending() == 0 && r.known:
		_ = r.c.nc.SetReadDeadline(time.Now().Add(config.Idle))
		r.timed = false
	case !r.timed:
		_ = r.c.nc.SetReadDeadline(time.Now().Add(config.MessageTime))
		r.timed = true
	}
	r.c.mu.Unlock()
	return r.c.nc.Read(b)
}
