package transaction

import (
	"net/netip"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/flatip"
	"github.com/sipwire/sipwire/uri"
)

// An Addr is where a message came from, or where one goes.
type Addr struct {
	// IP is the address and port.
	IP netip.AddrPort
	// Transport says by which protocol, and so whether it is reliable.
	Transport header.Transport
	// Flow is for the caller, say the number of a connection or of a socket.
	// The Layer gives it back and does not look at it.
	Flow uint64
}

// packed is an Addr without pointers.
type packed struct {
	flow      uint64
	ip        flatip.IP
	transport header.Transport
}

// pack writes an Addr to p.
func (l *Layer) pack(p *packed, a *Addr) {
	p.flow, p.transport = a.Flow, a.Transport
	l.zones.Pack(&p.ip, a.IP)
}

func (l *Layer) unpack(p *packed) Addr {
	return Addr{IP: l.zones.Unpack(&p.ip), Transport: p.transport, Flow: p.flow}
}

// replyAddr returns where the responses to a request go (RFC 3261, 18.2.2; RFC
// 3581, 4). What the sender has written as received does not matter: it is the
// source that counts. A maddr is followed to a multicast group only.
func replyAddr(via *header.Via, from *Addr) Addr {
	if isBack(via, from) {
		return *from
	}
	return sentBy(via, from)
}

// sentBy is replyAddr for a request that does not ask for its response at its source.
func sentBy(via *header.Via, from *Addr) Addr {
	ip := from.IP.Addr()
	port, ok := via.Port()
	if !ok {
		port = via.Transport().DefaultPort()
	}
	// One that is no group would let anyone have responses sent to anyone else.
	if maddr, ok := uri.ParseAddr(via.Maddr()); ok && maddr.IsMulticast() { // a name is not resolved here
		ip = maddr
	}
	if port == 0 {
		return *from
	}
	return Addr{IP: netip.AddrPortFrom(ip, port), Transport: from.Transport, Flow: from.Flow}
}

// isBack reports whether responses go to where the request came from.
func isBack(via *header.Via, from *Addr) bool { return from.Transport.IsReliable() || via.HasRPort() }

// A source is one that holds server transactions.
type source struct {
	prefix [8]byte // the IPv4 address, or the first half of an IPv6 address
	is4    bool
	count  int
}

// sourceOf returns the source of an address and its hash.
func (l *Layer) sourceOf(p *packed) (s source, hash uint64) {
	if s.is4 = p.ip.Is4; s.is4 {
		copy(s.prefix[:], p.ip.Addr[12:])
	} else {
		copy(s.prefix[:], p.ip.Addr[:8])
	}
	return s, l.hash(s.prefix[:])
}

// addSource counts one more transaction of a source and returns its index plus
// one, 0 when it holds too many already.
func (l *Layer) addSource(p *packed) uint32 {
	want, hash := l.sourceOf(p)
	for i, ok := l.bySource.First(hash); ok; i, ok = l.bySource.Next(i) {
		s := l.sources.At(i)
		if s.prefix == want.prefix && s.is4 == want.is4 {
			if s.count >= l.config.MaxSource {
				return 0
			}
			s.count++
			return i + 1
		}
	}
	i, s := l.sources.Take()
	*s = want
	s.count = 1
	l.bySource.Add(i, hash)
	return i + 1
}

func (l *Layer) dropSource(at uint32) {
	if at == 0 {
		return
	}
	s := l.sources.At(at - 1)
	if s.count--; s.count == 0 {
		l.bySource.Remove(at - 1)
		l.sources.Free(at - 1)
	}
}
