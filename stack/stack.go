package stack

import (
	"context"
	"hash/maphash"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack/resolve"
	"github.com/sipwire/sipwire/transaction"
)

// errClosed is what waits for a Stack that was closed.
var errClosed = net.ErrClosed

// A Stack sends and receives SIP messages. All goroutines may use it at the same
// time. It must be closed.
type Stack struct {
	config   Config
	start    time.Time
	seed     maphash.Seed
	host     string // for Via and Contact
	cores    []*core
	resolver *resolve.Resolver

	ctx    context.Context // ends with Close
	cancel context.CancelCauseFunc
	work   sync.WaitGroup

	sockets   []*socket // by flow-1
	listeners []*listener
	handlers  atomic.Int64
	stats     counters

	mu     sync.Mutex
	conns  map[uint64]*conn
	byAddr map[place]*conn
	byPeer map[netip.Addr]int // connections that were accepted
	flow   uint64             // the last one given
	closed bool
}

// A listener is one that accepts connections.
type listener struct {
	net.Listener
	transport header.Transport
	addr      netip.AddrPort
	server    *http.Server // of ws and wss
}

// Stats counts what a [Stack] has done. What the Layers count is added up.
type Stats struct {
	Transactions, Dialogs int // that there are now
	Conns, Handlers       int // that there are now

	Received, Malformed uint64 // messages
	Accepted, Dialed    uint64 // connections
	Refused             uint64 // connections and requests beyond the limits
	QueueFull           uint64 // messages that a connection had no room for
	Idle, Dead          uint64 // connections closed without bytes, and without a pong
}

type counters struct {
	received, malformed, accepted, dialed, refused, queueFull, idle, dead atomic.Uint64
}

// New makes a Stack and begins to listen.
func New(c Config) (*Stack, error) {
	c.setDefaults()
	s := &Stack{
		config: c, start: time.Now(), seed: maphash.MakeSeed(),
		conns: map[uint64]*conn{}, byAddr: map[place]*conn{}, byPeer: map[netip.Addr]int{},
	}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	for _, l := range c.Listen {
		if err := s.listen(l); err != nil {
			s.Close()
			return nil, err
		}
	}
	s.setHost()
	rc := c.Resolve
	if rc.Transports == nil {
		rc.Transports = []header.Transport{header.TransportUDP, header.TransportTCP}
		if c.TLS != nil {
			rc.Transports = append(rc.Transports, header.TransportTLS)
		}
	}
	s.resolver = resolve.New(rc)
	dc := c.Dialog
	dc.Contact = nil // made for each message, as its transport asks for
	dc.Via = codec.ViaSpec{Host: []byte(s.host), Port: s.firstPort(), RPort: true}
	for range c.Cores {
		s.cores = append(s.cores, newCore(s, dc))
	}
	for _, sock := range s.sockets {
		s.work.Go(func() { s.readUDP(sock) })
	}
	for _, l := range s.listeners {
		s.work.Go(func() { s.accept(l) })
	}
	s.work.Go(s.watch)
	return s, nil
}

func (s *Stack) listen(l Listener) error {
	switch network := strings.ToLower(l.Network); network {
	case "udp":
		return s.listenUDP(l.Address)
	case "tcp", "tls", "ws", "wss":
		return s.listenStream(header.LookupTransport([]byte(network)), l.Address)
	}
	return net.UnknownNetworkError(l.Network)
}

// setHost finds what Via and Contact say.
func (s *Stack) setHost() {
	s.host = s.config.Host
	if s.host != "" {
		return
	}
	first := s.Addrs()[0].IP.Addr()
	if first.IsUnspecified() {
		first = outward(first)
	}
	s.host = hostOf(first)
}

func hostOf(a netip.Addr) string {
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	return "[" + a.String() + "]"
}

// outward returns the address that this host would use to send to the outside.
// Connecting a UDP socket sends nothing.
func outward(wildcard netip.Addr) netip.Addr {
	for _, to := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		if c, err := net.Dial("udp", to); err == nil {
			defer c.Close()
			return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
		}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// Addrs returns where the Stack listens, in the order of Config.Listen for each
// of UDP and connections, UDP first.
func (s *Stack) Addrs() []transaction.Addr {
	var all []transaction.Addr
	for _, sock := range s.sockets {
		all = append(all, transaction.Addr{IP: sock.addr, Transport: header.TransportUDP})
	}
	for _, l := range s.listeners {
		all = append(all, transaction.Addr{IP: l.addr, Transport: l.transport})
	}
	return all
}

func (s *Stack) firstPort() uint16 { return s.Addrs()[0].IP.Port() }

// portOf returns the port that is listened on for a transport, 0 for none.
func (s *Stack) portOf(t header.Transport) uint16 {
	for _, a := range s.Addrs() {
		if a.Transport == t {
			return a.IP.Port()
		}
	}
	return 0
}

// URI returns a URI by which this Stack is reached over a transport, such as
// sip:alice@192.0.2.1:5060;transport=tcp.
func (s *Stack) URI(user string, t header.Transport) string {
	b := []byte("sip:")
	if user != "" {
		b = append(append(b, user...), '@')
	}
	b = append(b, s.host...)
	if port := s.portOf(t); port != 0 {
		b = strconv.AppendUint(append(b, ':'), uint64(port), 10)
	}
	if t != header.TransportUDP {
		b = append(append(b, ";transport="...), strings.ToLower(t.String())...)
	}
	return string(b)
}

// Resolver returns the resolver.
func (s *Stack) Resolver() *resolve.Resolver { return s.resolver }

// coreOf returns the core of a Call-ID.
func (s *Stack) coreOf(callID []byte) *core {
	if len(s.cores) == 1 {
		return s.cores[0]
	}
	return s.cores[maphash.Bytes(s.seed, callID)%uint64(len(s.cores))]
}

// Stats returns the counts.
func (s *Stack) Stats() Stats {
	c := &s.stats
	st := Stats{
		Handlers: int(s.handlers.Load()), Received: c.received.Load(), Malformed: c.malformed.Load(),
		Accepted: c.accepted.Load(), Dialed: c.dialed.Load(), Refused: c.refused.Load(),
		QueueFull: c.queueFull.Load(), Idle: c.idle.Load(), Dead: c.dead.Load(),
	}
	s.mu.Lock()
	st.Conns = len(s.conns)
	s.mu.Unlock()
	for _, co := range s.cores {
		co.lock()
		t := co.layer.Transactions().Stats()
		st.Transactions += t.Transactions
		st.Refused += t.Refused
		st.Dialogs += co.layer.Stats().Dialogs
		co.unlock()
	}
	return st
}

// Close ends all: what waits returns net.ErrClosed, and no message is sent any
// more. It returns when the handlers have returned, and so must not be called
// by one.
func (s *Stack) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	conns := slices.Collect(maps.Values(s.conns))
	s.mu.Unlock()
	if !closed {
		s.cancel(errClosed)
		for _, co := range s.cores {
			co.close()
		}
		for _, l := range s.listeners {
			l.Close()
			if l.server != nil {
				l.server.Close()
			}
		}
		for _, sock := range s.sockets {
			sock.s.Close()
		}
		for _, cn := range conns {
			cn.close(errClosed)
		}
	}
	s.work.Wait()
	return nil
}
