package stack

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
	"github.com/sipwire/sipwire/udp"
)

// A socket is one UDP socket. The flow of a datagram is the number of its socket
// plus one and, from bit 16 on, that of the address of this host that it was
// sent to: a host with several addresses answers from the one that was asked.
type socket struct {
	s    *udp.Socket
	addr netip.AddrPort
	flow uint64

	mu      sync.Mutex
	writers map[*core]*udp.Writer // a Writer is for one goroutine at a time: a core
	locals  []netip.Addr          // of a wildcard socket: where datagrams were sent to
}

const (
	localShift = 16
	// maxLocals bounds the addresses of this host that are told apart.
	maxLocals = 256
)

// flowOf returns the flow of a datagram.
func (k *socket) flowOf(p *udp.Packet) uint64 {
	local := p.Dst.Addr()
	if !k.addr.Addr().IsUnspecified() || !local.IsValid() {
		return k.flow
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	at := slices.Index(k.locals, local)
	if at < 0 {
		if len(k.locals) == maxLocals {
			return k.flow
		}
		at = len(k.locals)
		k.locals = append(k.locals, local)
	}
	return k.flow | uint64(at+1)<<localShift
}

// source returns the address that a datagram of a flow leaves from, the zero
// Addr when the system is to choose.
func (k *socket) source(flow uint64) netip.Addr {
	k.mu.Lock()
	defer k.mu.Unlock()
	if at := flow >> localShift; at > 0 && at <= uint64(len(k.locals)) {
		return k.locals[at-1]
	}
	return netip.Addr{}
}

func (s *Stack) listenUDP(address string) error {
	us, err := udp.Listen(s.ctx, "udp", address, udp.Config{RecvBuffer: 4 << 20, SendBuffer: 4 << 20, MaxSize: s.config.MaxMessage})
	if err != nil {
		return err
	}
	s.sockets = append(s.sockets, &socket{
		s: us, addr: us.LocalAddr(), flow: uint64(len(s.sockets) + 1), writers: map[*core]*udp.Writer{},
	})
	return nil
}

// writer returns the Writer of a core, nil when the socket is closed.
func (k *socket) writer(c *core) *udp.Writer {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.writers[c]
	if w == nil {
		var err error
		if w, err = k.s.NewWriter(); err != nil {
			return nil
		}
		k.writers[c] = w
	}
	return w
}

// socketFor returns the socket that a message to an address leaves by: that of
// its flow, else the first one of the family of the address.
func (s *Stack) socketFor(to transaction.Addr) *socket {
	if f := to.Flow & (1<<localShift - 1); f > 0 && f <= uint64(len(s.sockets)) {
		return s.sockets[f-1]
	}
	if !to.IP.IsValid() {
		return nil
	}
	for _, k := range s.sockets {
		a := k.addr.Addr()
		if a.Is4() == to.IP.Addr().Is4() || a == netip.IPv6Unspecified() {
			return k
		}
	}
	return nil
}

// readUDP gives the datagrams of a socket to their cores. The lock of a core is
// kept over datagrams that follow each other.
func (s *Stack) readUDP(k *socket) {
	m := codec.Acquire()
	defer codec.Release(m)
	for {
		packets, err := k.s.R.Read()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			if s.ctx.Err() != nil {
				return
			}
			continue // that of an earlier datagram
		}
		var held *core
		for i := range packets {
			p := &packets[i]
			if p.Truncated() || isKeepAlive(p.Data) {
				continue
			}
			_ = m.Parse(p.Data) // the core asks for the error
			from := transaction.Addr{IP: p.Src, Transport: header.TransportUDP, Flow: k.flowOf(p)}
			if c := s.coreOf(m.Value(header.IDCallID)); c != held {
				if held != nil {
					held.unlock()
				}
				held = c
				c.lock()
			}
			held.receive(m, from)
		}
		if held != nil {
			held.unlock()
		}
	}
}

// isKeepAlive reports whether a datagram holds line ends and NULs alone, which
// keep a NAT open and ask for no answer.
func isKeepAlive(b []byte) bool { return len(bytes.Trim(b, "\r\n\x00 ")) == 0 }

// receive takes a message that came, while c is locked.
func (c *core) receive(m *codec.Message, from transaction.Addr) {
	s := c.stack
	s.stats.received.Add(1)
	if s.config.Trace != nil {
		s.config.Trace(true, from, m.Bytes())
	}
	if c.closed {
		return
	}
	c.handle(c.layer.Receive(m, from, s.now()), m, from)
}
