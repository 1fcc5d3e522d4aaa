package serve

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/cmd/internal/proxy/state"
	"github.com/sipwire/sipwire/codec"
)

const (
	lookupWorkers = 16   // messages that wait for DNS at one time
	maxLookups    = 1024 // and that wait for their turn
	// maxLookupBytes is how many bytes all of these may have.
	maxLookupBytes = 64 << 20
	// maxWait is how long a message waits for its turn: its client has given up
	// then (RFC 3261, 64*T1).
	maxWait = 32 * time.Second
)

// lookups forward the messages whose next hop has to be asked for in DNS: they
// wait here, so that no worker does.
type lookups struct {
	s       *Server
	count   counter
	bytes   atomic.Int64 // of the messages that wait
	mu      sync.Mutex
	closed  bool
	queue   chan lookup
	stop    context.CancelFunc
	running sync.WaitGroup
}

// A lookup is a copy of a message, with where it came from.
type lookup struct {
	b   []byte
	src forward.Source
	at  time.Time // when it came
}

// start begins to forward.
func (l *lookups) start(s *Server) error {
	ctx, cancel := context.WithCancel(context.Background())
	l.s, l.queue, l.stop = s, make(chan lookup, maxLookups), cancel
	if s.config.Names == nil {
		return nil // no message comes
	}
	c := s.config.Forward
	c.Names, c.Gate = s.config.Names.Waiting(ctx), nil // they have passed a gate
	for range lookupWorkers {
		f, err := forward.New(c)
		if err != nil {
			return err
		}
		l.running.Go(func() { l.run(f) })
	}
	return nil
}

func (l *lookups) run(f *forward.Forwarder) {
	var buf []byte
	var session registrar.Session
	for q := range l.queue {
		l.forward(f, &session, &buf, &q)
		l.bytes.Add(int64(-len(q.b)))
		if cap(buf) > maxKept {
			buf = nil
		}
	}
}

// forward forwards one message, with buf for what is made of it.
func (l *lookups) forward(f *forward.Forwarder, s *registrar.Session, buf *[]byte, q *lookup) {
	if time.Since(q.at) > maxWait {
		l.count.end(forward.Dropped, forward.Unresolved)
		return
	}
	var r forward.Result
	if l.s.states.parts != nil {
		l.receive(&r, f, s, (*buf)[:0], q)
	} else {
		r = f.Datagram((*buf)[:0], q.b, q.src)
	}
	switch {
	case r.Kind == forward.NeedsName: // it has ended while it waited
		l.count.end(forward.Dropped, forward.Unresolved)
	case r.Data == nil:
		l.count.end(r.Kind, r.Cause)
	default:
		*buf = r.Data
		l.s.send(&r, *buf, &l.count)
	}
}

// receive asks DNS for the next hop of a request by f, which waits, and gives
// it to the transactions, which find the answer then.
func (l *lookups) receive(r *forward.Result, f *forward.Forwarder, s *registrar.Session, dst []byte, q *lookup) {
	var m codec.Message
	err := l.s.config.Forward.Parser.Parse(&m, q.b)
	if !f.Check(r, dst, &m, err, q.src) {
		return
	}
	state.Find(f, l.s.states.registrar, s, &m, q.src, time.Now())
	l.s.states.partOf(&m).receiveAgain(r, dst, &m, err, q.src, time.Since(l.s.states.began))
}

// put takes a copy of a message. Its end is counted here.
func (l *lookups) put(b []byte, src forward.Source) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		l.count.end(forward.Dropped, forward.Unresolved)
		return
	}
	if l.bytes.Add(int64(len(b))) > maxLookupBytes {
		l.bytes.Add(int64(-len(b)))
		l.count.end(forward.Dropped, forward.QueueFull)
		return
	}
	select {
	case l.queue <- lookup{append([]byte(nil), b...), src, time.Now()}:
	default:
		l.bytes.Add(int64(-len(b)))
		l.count.end(forward.Dropped, forward.QueueFull)
	}
}

// shutdown ends the look-ups, and forwards what can be forwarded without one.
func (l *lookups) shutdown() {
	l.mu.Lock()
	l.closed = true
	close(l.queue)
	l.mu.Unlock()
	l.stop()
	l.running.Wait()
}
