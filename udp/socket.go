package udp

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// Socket is a UDP socket with a Reader and a Writer. R and W each belong to one
// goroutine at a time, not necessarily the same; more goroutines may send with
// Writers of their own ([Socket.NewWriter]).
type Socket struct {
	R *Reader
	W *Writer

	conn     *net.UDPConn
	cfg      Config
	impl     Impl
	refusals []*Refusal

	mu      sync.Mutex
	closed  bool
	writers []*Writer // all of them, to be closed with the socket
}

// Listen opens a socket on a local address as net.ListenConfig does: network is
// udp, udp4 or udp6, an address without host is the wildcard of all addresses.
func Listen(ctx context.Context, network, address string, cfg Config) (*Socket, error) {
	lc := net.ListenConfig{}
	if cfg.ReusePort {
		lc.Control = func(_, _ string, raw syscall.RawConn) error { return reusePort(raw) }
	}
	c, err := lc.ListenPacket(ctx, network, address)
	if err != nil {
		return nil, err
	}
	s, err := Open(c.(*net.UDPConn), cfg)
	if err != nil {
		c.Close()
		return nil, err
	}
	return s, nil
}

// Open puts a Reader and a Writer on an open socket, connected or not, and owns
// it from then on: Close closes it. On an error the socket is left open.
//
// It never fails for want of an implementation: the portable one is always
// there.
func Open(conn *net.UDPConn, cfg Config) (*Socket, error) {
	cfg = cfg.withDefaults()
	s := &Socket{conn: conn, cfg: cfg}
	if cfg.RecvBuffer > 0 {
		if _, err := growRecv(conn, cfg.RecvBuffer); err != nil {
			return nil, err
		}
	}
	if cfg.SendBuffer > 0 {
		if _, err := growSend(conn, cfg.SendBuffer); err != nil {
			return nil, err
		}
	}
	want := []Impl{IOUring, Mmsg, Portable}
	for want[0] != cfg.Impl {
		want = want[1:]
	}
	for _, impl := range want {
		refusal := s.start(impl)
		if refusal == nil {
			s.impl = impl
			return s, nil
		}
		s.refusals = append(s.refusals, refusal)
	}
	return nil, s.refusals[len(s.refusals)-1]
}

// start tries one implementation for both directions.
func (s *Socket) start(impl Impl) *Refusal {
	if overridden(impl) {
		return &Refusal{Impl: impl, Cause: Override}
	}
	cfg := s.cfg
	cfg.Impl = impl
	r, err := startReader(s.conn, cfg)
	if err != nil {
		return refused(impl, err)
	}
	w, err := startWriter(s.conn, cfg)
	if err != nil {
		r.close()
		return refused(impl, err)
	}
	s.R, s.W = r, w
	s.writers = append(s.writers, w)
	return nil
}

// startReader makes a reader of the implementation cfg.Impl.
func startReader(conn *net.UDPConn, cfg Config) (*Reader, error) {
	r := newReader(conn, cfg)
	r.drops.start(r)
	if err := prepare(r); err != nil {
		return nil, err
	}
	var err error
	if cfg.Impl == Portable {
		r.recv = newPortableReceiver(r)
	} else {
		r.recv, err = newSystemReceiver(r)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// NewWriter returns one more Writer on the socket, for another goroutine. It
// lasts as long as the socket.
func (s *Socket) NewWriter() (*Writer, error) {
	cfg := s.cfg
	cfg.Impl = s.impl
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, net.ErrClosed
	}
	w, err := startWriter(s.conn, cfg)
	if err == nil {
		s.writers = append(s.writers, w)
	}
	return w, err
}

// Impl returns the implementation in use.
func (s *Socket) Impl() Impl { return s.impl }

// Refusals returns why each implementation that would have come before Impl is
// not in use, in the order they were tried.
func (s *Socket) Refusals() []*Refusal { return s.refusals }

// LocalAddr returns the address and port of the socket; the address is the
// unspecified one for a wildcard.
func (s *Socket) LocalAddr() netip.AddrPort {
	if a, ok := s.conn.LocalAddr().(*net.UDPAddr); ok {
		return a.AddrPort()
	}
	return netip.AddrPort{}
}

// Conn returns the socket itself, for options; it is the one that was given to
// Open. Reading from it takes packets away from the Reader.
func (s *Socket) Conn() *net.UDPConn { return s.conn }

// Close closes the socket and ends Reads and Writes that wait, from any
// goroutine. Packets that were handed out stay valid as before. A socket must be
// closed: with io_uring, the kernel holds memory until then.
func (s *Socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return net.ErrClosed
	}
	s.closed = true
	err := s.R.close()
	if e := s.conn.Close(); err == nil {
		err = e
	}
	// A Write that waits has been woken by the line above.
	for _, w := range s.writers {
		if e := w.close(); err == nil {
			err = e
		}
	}
	return err
}
