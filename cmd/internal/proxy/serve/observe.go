package serve

import (
	"net/netip"
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// An Event is a message that was received, and what was decided about it.
type Event struct {
	Time      time.Time
	Transport header.Transport // that it came over
	Source    netip.AddrPort
	Line      string // its first line
	CallID    string
	Kind      forward.Kind
	Cause     forward.Cause
	Status    int          // of an answer
	To        forward.Peer // that it was sent to
	Data      []byte       // the message as received
	Sent      []byte       // and what was sent
}

const (
	maxTraces   = 16   // Call-IDs that are traced at one time
	traceEvents = 1024 // that wait for the reader of a trace
)

// traces are the Call-IDs that somebody wants to see.
type traces struct {
	mu  sync.Mutex
	all map[string]chan Event // never changed: replaced
}

// Trace returns what happens to the messages of a Call-ID from now on, until
// stop is called. What the reader is too slow for is left out. It is not ok when
// the Call-ID is traced already, or too many are.
func (s *Server) Trace(callID string) (events <-chan Event, stop func(), ok bool) {
	s.traces.mu.Lock()
	defer s.traces.mu.Unlock()
	old := s.traces.all
	if len(old) >= maxTraces || old[callID] != nil {
		return nil, nil, false
	}
	c := make(chan Event, traceEvents)
	s.setTraces(callID, c)
	return c, func() {
		s.traces.mu.Lock()
		defer s.traces.mu.Unlock()
		s.setTraces(callID, nil)
	}, true
}

// setTraces replaces the table that the workers read. s.traces.mu is held.
func (s *Server) setTraces(callID string, c chan Event) {
	all := map[string]chan Event{}
	for id, c := range s.traces.all {
		if id != callID {
			all[id] = c
		}
	}
	if c != nil {
		all[callID] = c
	}
	s.traces.all = all
	if s.tracing.Store(&all); len(all) == 0 {
		s.tracing.Store(nil)
	}
}

// An observer counts the messages of one goroutine to log one in so many.
type observer struct{ seen int }

// observe looks at a message with what was decided about it: it is logged or
// traced, or neither, which costs next to nothing.
func (o *observer) observe(s *Server, m *codec.Message, b, sent []byte, src *forward.Source, r *forward.Result) {
	every := s.config.LogEvery
	tracing := s.tracing.Load()
	if every == 0 && tracing == nil {
		return
	}
	log := false
	if every > 0 {
		if o.seen++; o.seen >= every {
			o.seen, log = 0, true
		}
	}
	var c chan Event
	if tracing != nil {
		c = (*tracing)[string(m.Value(header.IDCallID))]
	}
	if !log && c == nil {
		return
	}
	e := Event{
		Time: time.Now(), Transport: s.config.Forward.Locals[src.Local].Transport, Source: src.Addr,
		Line: string(m.StartLine()), CallID: string(m.Value(header.IDCallID)),
		Kind: r.Kind, Cause: r.Cause, Status: r.Status, To: r.To,
	}
	if log {
		s.config.Log(&e)
	}
	if c != nil {
		e.Data, e.Sent = append([]byte(nil), b...), append([]byte(nil), sent...)
		select {
		case c <- e:
		default:
		}
	}
}
