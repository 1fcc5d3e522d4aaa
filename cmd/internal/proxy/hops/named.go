package hops

import (
	"fmt"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack/resolve"
)

// leastWeight is for an SRV record with the weight 0, which is to have a very
// small chance beside others (RFC 2782).
const leastWeight = 0.05

// Named makes the targets of a name of what DNS says about it (RFC 3263): the
// weight is shared out as the SRV records share theirs, and their priorities
// are kept. transport is TransportOther when each request keeps its own.
func Named(label string, transport header.Transport, weight float64, found []resolve.Target) []*Target {
	sum := map[uint16]float64{}
	for _, f := range found {
		sum[f.Priority] += float64(f.Weight) + leastWeight
	}
	var all []*Target
	for _, f := range found {
		to := forward.Target{Transport: f.Transport, Addr: f.Addr, Name: f.Name}
		// Without SRV records DNS says nothing about the transport.
		if transport == header.TransportOther && f.Transport == header.TransportUDP && f.Weight == 0 && f.Priority == 0 {
			to.Transport = transport
		}
		t := NewTarget(to, fmt.Sprintf("%s (%v)", label, f.Addr), weight*(float64(f.Weight)+leastWeight)/sum[f.Priority])
		t.Priority = int(f.Priority)
		all = append(all, t)
	}
	return all
}
