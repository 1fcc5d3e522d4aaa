package resolve

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/sipwire/sipwire/header"
)

// A search collects the targets of one destination.
type search struct {
	*Resolver
	ctx     context.Context
	name    string // of the URI
	queries int
	targets []Target
	err     error // of the last query that failed
}

// maxQueries bounds the questions of one search: what NAPTR and SRV records
// name must not make the resolver work without end.
const maxQueries = 64

func (q *search) ask(name string, kind uint16) []dns.RR {
	if q.queries >= maxQueries || len(q.targets) >= q.config.MaxTargets {
		return nil
	}
	q.queries++
	rrs, err := q.lookup(q.ctx, name, kind)
	if err != nil {
		q.err = err
	}
	return rrs
}

// last returns the transport when DNS says nothing about it (RFC 3263, 4.1).
func (r *Resolver) last(secure bool) header.Transport {
	if secure {
		return header.TransportTLS
	}
	return header.TransportUDP
}

// prefix returns what stands before the domain in the name of SRV records (RFC
// 3263, 4.1; RFC 7118, 7; RFC 4168, 11). A sips URI with tcp is TLS.
func prefix(t header.Transport) string {
	switch t {
	case header.TransportTCP:
		return "_sip._tcp."
	case header.TransportTLS:
		return "_sips._tcp."
	case header.TransportWS:
		return "_sip._ws."
	case header.TransportWSS:
		return "_sips._ws."
	case header.TransportSCTP:
		return "_sip._sctp."
	case header.TransportTLSSCTP:
		return "_sips._sctp."
	}
	return "_sip._udp."
}

// naptrService returns the transport of the service field of a NAPTR record.
func naptrService(s string) header.Transport {
	switch strings.ToUpper(s) {
	case "SIP+D2U":
		return header.TransportUDP
	case "SIP+D2T":
		return header.TransportTCP
	case "SIPS+D2T":
		return header.TransportTLS
	case "SIP+D2W":
		return header.TransportWS
	case "SIPS+D2W":
		return header.TransportWSS
	case "SIP+D2S":
		return header.TransportSCTP
	case "SIPS+D2S":
		return header.TransportTLSSCTP
	}
	return header.TransportOther
}

// naptr adds the targets that NAPTR records lead to, and reports whether there
// is one of a transport that may be used.
func (q *search) naptr(host string, secure bool) bool {
	var all []*dns.NAPTR
	for _, rr := range q.ask(host, dns.TypeNAPTR) {
		n := rr.(*dns.NAPTR)
		if strings.EqualFold(n.Flags, "s") && q.allows(naptrService(n.Service), secure) {
			all = append(all, n)
		}
	}
	slices.SortStableFunc(all, func(a, b *dns.NAPTR) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	for _, n := range all {
		q.services(naptrService(n.Service), n.Replacement)
	}
	return len(q.targets) > 0
}

// anyService adds the targets of each transport that has SRV records.
func (q *search) anyService(host string, secure bool) (found bool) {
	for _, t := range q.config.Transports {
		if q.allows(t, secure) && q.services(t, prefix(t)+host) {
			found = true
		}
	}
	return found
}

// services adds the targets of SRV records and reports whether there are any
// records. One with the target "." says that there is no such service.
func (q *search) services(t header.Transport, name string) bool {
	var all []*dns.SRV
	for _, rr := range q.ask(name, dns.TypeSRV) {
		all = append(all, rr.(*dns.SRV))
	}
	order(all)
	for _, s := range all {
		if s.Target != "." {
			q.hosts(s.Target, Target{Transport: t, Priority: s.Priority, Weight: s.Weight}, s.Port)
		}
	}
	return len(all) > 0
}

// order sorts SRV records by priority, and those of one priority at random by
// their weight (RFC 2782).
func order(all []*dns.SRV) {
	slices.SortStableFunc(all, func(a, b *dns.SRV) int {
		// Those with weight 0 come first, so that they have a small chance.
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Weight, b.Weight))
	})
	for i := range all {
		end, sum := i, 0
		for end < len(all) && all[end].Priority == all[i].Priority {
			sum += int(all[end].Weight)
			end++
		}
		at := rand.IntN(sum + 1)
		for j := i; j < end; j++ {
			if at -= int(all[j].Weight); at <= 0 {
				chosen := all[j]
				copy(all[i+1:j+1], all[i:j]) // the others stay in order
				all[i] = chosen
				break
			}
		}
	}
}

// hosts adds the addresses of a host, in copies of t.
func (q *search) hosts(host string, t Target, port uint16) {
	kinds := []uint16{dns.TypeA, dns.TypeAAAA}
	if q.config.Prefer6 {
		slices.Reverse(kinds)
	}
	for _, kind := range kinds {
		if kind == dns.TypeA && q.config.No4 || kind == dns.TypeAAAA && q.config.No6 {
			continue
		}
		for _, rr := range q.ask(host, kind) {
			var addr netip.Addr
			switch a := rr.(type) {
			case *dns.A:
				addr, _ = netip.AddrFromSlice(a.A)
			case *dns.AAAA:
				addr, _ = netip.AddrFromSlice(a.AAAA)
			}
			// Unmap: Go writes the bytes of an A record as 4 or as 16.
			t.Addr, t.Name = netip.AddrPortFrom(addr.Unmap(), port), q.name
			known := slices.ContainsFunc(q.targets, func(o Target) bool { return o.Transport == t.Transport && o.Addr == t.Addr })
			if addr.IsValid() && len(q.targets) < q.config.MaxTargets && !known {
				q.targets = append(q.targets, t)
			}
		}
	}
}
