package stack

import (
	"net"
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// placeOf returns where a connection to an address leads. The name counts only
// where a certificate proves it.
func placeOf(t header.Transport, at netip.AddrPort, name string) place {
	at = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	if !t.IsSecure() {
		return place{transport: t, addr: at}
	}
	if name == "" {
		name = at.Addr().WithZone("").String()
	}
	return place{t, at, name}
}

// connOf returns the connection for a message: that of the flow, nil when it is
// gone, or without a flow the one to the address, which is made if need be.
func (s *Stack) connOf(to transaction.Addr) *conn {
	if to.Flow == 0 {
		cn, _ := s.connTo(to.Transport, to.IP, "")
		return cn
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns[to.Flow]
}

// connTo returns the connection to an address, and begins to make it when there
// is none. Messages may be queued at once.
func (s *Stack) connTo(t header.Transport, at netip.AddrPort, name string) (*conn, error) {
	p := placeOf(t, at, name)
	s.mu.Lock()
	cn := s.byAddr[p]
	if cn != nil {
		s.mu.Unlock()
		return cn, nil
	}
	cn, err := s.add(p, true)
	if err == nil {
		s.byAddr[p] = cn
		// Under the lock, so that Close does not wait before.
		s.work.Go(func() { s.dial(cn) })
	}
	s.mu.Unlock()
	return cn, err
}

// add makes a conn without a link; s.mu is locked.
func (s *Stack) add(p place, outgoing bool) (*conn, error) {
	switch {
	case s.closed:
		return nil, errClosed
	case len(s.conns) >= s.config.MaxConns:
		s.stats.refused.Add(1)
		return nil, sipwire.ErrLimit
	}
	s.flow++
	cn := &conn{stack: s, flow: s.flow, place: p, outgoing: outgoing, wake: make(chan struct{}, 1), done: make(chan struct{})}
	cn.touch()
	s.conns[cn.flow] = cn
	return cn, nil
}

// admit makes the conn of a connection that was accepted, nil when the limits do
// not allow it.
func (s *Stack) admit(t header.Transport, peer net.Addr) *conn {
	ap := netip.AddrPort{}
	if tcp, ok := peer.(*net.TCPAddr); ok {
		ap = tcp.AddrPort()
		ap = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byPeer[ap.Addr()] >= s.config.MaxConnsPeer {
		s.stats.refused.Add(1)
		return nil
	}
	cn, err := s.add(place{transport: t, addr: ap}, false)
	if err != nil {
		return nil
	}
	s.byPeer[ap.Addr()]++
	s.stats.accepted.Add(1)
	return cn
}

func (s *Stack) addAlias(cn *conn, p place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byAddr[p] == nil && s.conns[cn.flow] == cn {
		s.byAddr[p] = cn
		cn.aliases = append(cn.aliases, p)
	}
}

// forget takes a connection out of the tables.
func (s *Stack) forget(cn *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, cn.flow)
	if cn.outgoing {
		delete(s.byAddr, cn.place)
		return
	}
	for _, p := range cn.aliases {
		delete(s.byAddr, p)
	}
	ip := cn.place.addr.Addr()
	if s.byPeer[ip]--; s.byPeer[ip] <= 0 {
		delete(s.byPeer, ip)
	}
}

// spawn runs f in a goroutine that Close waits for, unless it is too late.
func (s *Stack) spawn(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.work.Go(f)
	}
	return !s.closed
}
