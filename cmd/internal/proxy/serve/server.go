package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/admission"
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// Config says how a Server works. A zero limit means its default.
type Config struct {
	// Forward has the addresses to listen on. A port of 0 is chosen.
	Forward forward.Config
	// Server and Client are for TLS: Server is needed to listen.
	Server, Client *tls.Config
	// Stateful asks for transactions; nil for none.
	Stateful *Stateful

	// Names finds host names for Forward, nil to find none.
	Names Names
	// Admission says when requests are refused because there are too many.
	Admission admission.Config
	// Share lets other processes listen at the same addresses: the system shares
	// out datagrams and connections (SO_REUSEPORT). Linux only.
	Share bool
	// One in LogEvery messages of a worker is given to Log; none when it is 0.
	LogEvery int
	Log      func(*Event)

	Workers        int           // for each UDP address; one for each processor
	MaxConns       int           // open connections; 4096. A quarter of them may be about to be opened
	MaxQueue       int           // messages that wait for one connection; 1024
	MaxQueueBytes  int           // and bytes, where that is more than one message; 4 MiB
	MaxQueued      int           // bytes that wait for all connections; 256 MiB
	Idle           time.Duration // without a message; 10 minutes
	MessageTime    time.Duration // from the first byte of a message to its last; 30 s
	ConnectTimeout time.Duration // also of the TLS handshake; 5 s
	WriteTimeout   time.Duration // for what waits to be taken; 10 s
}

// Names finds host names; *names.Cache is one.
type Names interface {
	forward.Names
	// Waiting returns the Names that wait for DNS, until ctx is done.
	Waiting(ctx context.Context) forward.Names
}

func (c *Config) setDefaults() {
	for _, d := range []struct {
		v *time.Duration
		d time.Duration
	}{{&c.Idle, 10 * time.Minute}, {&c.MessageTime, 30 * time.Second}, {&c.ConnectTimeout, 5 * time.Second}, {&c.WriteTimeout, 10 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
	for _, d := range []struct {
		v *int
		d int
	}{{&c.MaxConns, 4096}, {&c.MaxQueue, 1024}, {&c.MaxQueueBytes, 4 << 20}, {&c.MaxQueued, 256 << 20}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
}

// A Server is a running proxy.
type Server struct {
	config    Config
	groups    []*udp.Group // for each Local; nil where it is not UDP
	writers   []*sharedWriter
	listeners []net.Listener // for each Local; nil where it is UDP
	workers   []*worker
	conns     conns
	states    states
	lookups   lookups
	gates     []*admission.Gate // of the workers
	leaving   atomic.Bool
	traces    traces
	tracing   atomic.Pointer[map[string]chan Event] // nil while nothing is traced
	running   sync.WaitGroup                        // workers and accepting goroutines
}

// sharedWriter sends on a UDP address for the goroutines of connections.
type sharedWriter struct {
	sync.Mutex
	w *udp.Writer
}

// Start opens all addresses and begins to forward. The error names the address
// that could not be opened.
func Start(ctx context.Context, c Config) (*Server, error) {
	c.setDefaults()
	locals := append([]forward.Local(nil), c.Forward.Locals...)
	c.Forward.Locals = locals
	if c.Names != nil {
		c.Forward.Names = c.Names
	}
	s := &Server{
		config: c, groups: make([]*udp.Group, len(locals)),
		writers: make([]*sharedWriter, len(locals)), listeners: make([]net.Listener, len(locals)),
	}
	s.config.Forward.Leaving = &s.leaving
	s.config.Admission.Seed = rand.Uint64()
	s.conns.init(s)
	s.config.Forward.Flows = &s.conns
	for i := range locals {
		if err := s.open(ctx, i); err != nil {
			s.close()
			return nil, fmt.Errorf("%v:%v: %w", locals[i].Transport, locals[i].Addr, err)
		}
	}
	for i, g := range s.groups {
		if g == nil {
			continue
		}
		for _, socket := range g.Sockets {
			gate := admission.New(s.config.Admission, time.Now)
			c := s.config.Forward
			c.Gate = gate
			f, err := forward.New(c)
			if err != nil {
				s.close()
				return nil, err
			}
			s.gates = append(s.gates, gate)
			w := newWorker(s, i, socket, f)
			w.meter = newMeter(socket, gate, &w.errorsRead)
			s.workers = append(s.workers, w)
		}
	}
	s.config.Forward.Gate = &admission.Streams{Config: s.config.Admission, Gates: s.gates}
	var err error
	s.conns.f, err = forward.New(s.config.Forward)
	if err == nil {
		err = s.lookups.start(s)
	}
	if err == nil {
		err = s.startStates()
	}
	if err != nil {
		if s.lookups.stop != nil {
			s.lookups.shutdown()
		}
		s.close()
		return nil, err
	}
	for _, w := range s.workers {
		s.running.Go(w.run)
	}
	for i, l := range s.listeners {
		if l != nil {
			s.running.Go(func() { s.conns.accept(l, i) })
		}
	}
	return s, nil
}

// gatherTime is how long datagrams gather where at least two come in that time. The
// shortest timer of SIP is 200 ms. At 8,000 a second, one of eight wakes the proxy; with
// udp.DefaultWindow it is one of five, at 1.3 times the cost (2026-11).
const gatherTime = time.Millisecond

// batch is how many datagrams are read by one call, and sent by one. Of 64 that come
// mixed more go to one peer with one length, and leave by one send, than of 32: a
// datagram of three sizes by turns takes 5 % less (bench/udp, forward-saturated-mixed).
// With 128 it takes no less, and with transactions it is the same for all (2026-11).
const batch = 64

// open opens the i-th address.
func (s *Server) open(ctx context.Context, i int) error {
	l := &s.config.Forward.Locals[i]
	switch l.Transport {
	case header.TransportUDP:
		if !s.config.Share && l.Addr.Port() != 0 {
			// The sockets of a group share their address with those of any other
			// process: whether it is free is seen with a socket that does not.
			c, err := net.ListenPacket("udp", l.Addr.String())
			if err != nil {
				return reason(err)
			}
			_ = c.Close()
		}
		// A peer that sends in batches, or a network card that puts packets of one
		// peer together, makes runs, and a call takes 6.4 µs of a worker instead of
		// 9.0 when they have 8 messages (BenchmarkMix); one by one, up to 6 % more than without.
		// TestProxyOverload had 0.82 to 0.95 of the peak left at twice the
		// capacity without transactions instead of 0.57 to 0.73, and twice the peak (27
		// November 2026).
		g, err := udp.ListenGroup(ctx, "udp", l.Addr.String(), s.config.Workers, udp.Config{RecvBuffer: 4 << 20, SendBuffer: 1 << 20, GRO: true, Window: gatherTime, Batch: batch})
		if err != nil {
			return reason(err)
		}
		s.groups[i] = g
		w, err := g.Sockets[0].NewWriter()
		if err != nil {
			return reason(err)
		}
		s.writers[i] = &sharedWriter{w: w}
		l.Addr = netip.AddrPortFrom(l.Addr.Addr(), g.Sockets[0].LocalAddr().Port())
	case header.TransportTCP, header.TransportTLS:
		if l.Transport == header.TransportTLS && s.config.Server == nil {
			return errors.New("a certificate is needed to listen")
		}
		var lc net.ListenConfig
		if s.config.Share {
			lc.Control = reusePort
		}
		ln, err := lc.Listen(ctx, "tcp", l.Addr.String())
		if err != nil {
			return reason(err)
		}
		s.listeners[i] = ln
		l.Addr = netip.AddrPortFrom(l.Addr.Addr(), ln.Addr().(*net.TCPAddr).AddrPort().Port())
	default:
		return errors.New("transport is neither udp, tcp nor tls")
	}
	return nil
}

// reason takes the address, which the caller names, off a network error.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// Locals returns the addresses listened on, with the ports that were chosen.
func (s *Server) Locals() []forward.Local { return s.config.Forward.Locals }

// Counts returns what became of messages so far.
func (s *Server) Counts() (sum Counts) {
	// First the ends of messages that others have received: see addTo.
	s.lookups.count.addTo(&sum)
	for _, w := range s.workers {
		w.count.addTo(&sum)
	}
	s.conns.count.addTo(&sum)
	return sum
}

// Conns returns the number of open connections.
func (s *Server) Conns() int { return s.conns.len() }

// Level returns how much is refused because too much comes: the share of new
// requests, and above 1 that of requests in dialogs too. It is that of the worker
// that refuses most.
func (s *Server) Level() (level float64) {
	for _, g := range s.gates {
		level = max(level, g.Level())
	}
	return level
}

// KernelDrops returns how many datagrams the system threw away because a
// receive buffer was full, at least: it counts a run of one peer as one. They were
// never received, and are not in Counts.
func (s *Server) KernelDrops() (n uint64) {
	for _, g := range s.groups {
		if g != nil {
			n += g.Stats().Drops
		}
	}
	return n
}

// Shutdown ends the proxy: no new connection is taken, OPTIONS for the proxy is
// answered with 503, what comes within grace is still forwarded, and what waits for connections is written, for as long
// again.
func (s *Server) Shutdown(grace time.Duration) {
	s.leaving.Store(true)
	for _, l := range s.listeners {
		if l != nil {
			_ = l.Close()
		}
	}
	end := time.Now().Add(grace)
	for _, w := range s.workers {
		_ = w.socket.R.SetReadDeadline(end)
	}
	s.conns.stopReading(end)
	s.running.Wait()
	s.conns.awaitReaders(time.Now().Add(grace + time.Second))
	s.lookups.shutdown()
	s.states.stop()
	s.conns.shutdown(time.Now().Add(grace))
	s.close()
}

// close closes whatever is open.
func (s *Server) close() {
	for i := range s.groups {
		if s.groups[i] != nil {
			_ = s.groups[i].Close()
		}
		if s.listeners[i] != nil {
			_ = s.listeners[i].Close()
		}
	}
}

// send sends a message over what is not the caller's own socket, and sees to
// it that its end is counted. The bytes are copied when they must wait.
func (s *Server) send(r *forward.Result, msg []byte, c *counter) {
	if r.To.Transport != header.TransportUDP {
		s.conns.send(r, msg)
		return
	}
	if err := s.sendDatagram(r.Local, msg, r.To.Addr); err != nil {
		c.end(forward.Dropped, forward.SendFailed)
		return
	}
	c.end(r.Kind, 0)
}

// sendDatagram sends over a UDP address.
func (s *Server) sendDatagram(local int, msg []byte, to netip.AddrPort) error {
	w := s.writers[local]
	w.Lock()
	defer w.Unlock()
	_, err := w.w.Write([]udp.Datagram{{Data: msg, Dst: to}})
	return err
}
