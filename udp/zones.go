package udp

import (
	"net"
	"net/netip"
	"strconv"
	"sync"
)

// zones keeps the names of interfaces, which link-local addresses need. They
// are looked up once for each interface and kept: asking the system for each
// packet would cost more than receiving it.
type zones struct {
	mu   sync.Mutex
	name map[uint32]netip.Addr // by index: any address with that zone
	num  map[string]uint32
}

// with returns a with the zone of interface index if a needs one.
func (z *zones) with(a netip.Addr, index uint32) netip.Addr {
	if index == 0 || !a.Is6() || !(a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast()) {
		return a
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	known, ok := z.name[index]
	if !ok {
		name := strconv.FormatUint(uint64(index), 10)
		if i, err := net.InterfaceByIndex(int(index)); err == nil {
			name = i.Name
		}
		if z.name == nil {
			z.name = make(map[uint32]netip.Addr)
		}
		// The entry keeps the interned name alive: WithZone below finds it and
		// allocates nothing.
		known = a.WithZone(name)
		z.name[index] = known
	}
	return a.WithZone(known.Zone())
}

// index returns the interface index of a's zone, 0 if it has none or the
// interface is unknown.
func (z *zones) index(a netip.Addr) uint32 {
	zone := a.Zone()
	if zone == "" {
		return 0
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if n, ok := z.num[zone]; ok {
		return n
	}
	var n uint32
	if i, err := net.InterfaceByName(zone); err == nil {
		n = uint32(i.Index)
	} else if u, err := strconv.ParseUint(zone, 10, 32); err == nil {
		n = uint32(u)
	} else {
		return 0 // not kept: the interface may come up yet
	}
	if z.num == nil {
		z.num = make(map[string]uint32)
	}
	z.num[zone] = n
	return n
}
