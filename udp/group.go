package udp

import (
	"context"
	"net"
	"net/netip"
	"runtime"
)

// Group is several sockets on one address (SO_REUSEPORT), each with a Reader
// for a goroutine of its own: the way to use more than one core, since two
// goroutines on one socket are slower than one.
//
// The kernel gives each packet to the socket that its addresses and ports hash
// to. A peer's packets so stay with one reader and in order, which is steering
// enough where peers are many. Where the packets of a call come from several
// peers and must meet in one place, read from each socket, hash what identifies
// the call (its Call-ID) and Steer the packet to the queue of its worker.
type Group struct {
	Sockets []*Socket
	Queues  []*Queue // one for each socket
}

// ListenGroup opens n sockets on one address, one for each processor if n is
// not positive. cfg applies to each; each queue takes cfg.Held packets. Port 0
// is chosen once for all. Linux only.
func ListenGroup(ctx context.Context, network, address string, n int, cfg Config) (*Group, error) {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	cfg.ReusePort = true
	held := cfg.withDefaults().Held
	g := &Group{}
	for range n {
		s, err := Listen(ctx, network, address, cfg)
		if err != nil {
			g.Close()
			return nil, err
		}
		g.Sockets = append(g.Sockets, s)
		g.Queues = append(g.Queues, NewQueue(held))
		// The others join where the first one landed. Its own address would do
		// but for the wildcard, which reads as IPv6 where both were meant.
		if host, _, err := net.SplitHostPort(address); err == nil {
			address = net.JoinHostPort(host, portString(s.LocalAddr()))
		}
	}
	return g, nil
}

func portString(a netip.AddrPort) string {
	_, port, _ := net.SplitHostPort(a.String())
	return port
}

// Steer puts p in the queue that hash belongs to: equal hashes always go to the
// same one. It must be called by the goroutine that read p; see [Queue.Put] for
// when it refuses.
func (g *Group) Steer(p *Packet, hash uint64) bool {
	return g.Queues[hash%uint64(len(g.Queues))].Put(p)
}

// Stats returns the sum over the readers. Its DropsFrom is the least exact.
func (g *Group) Stats() Stats {
	sum := Stats{DropsFrom: MemInfo}
	for _, s := range g.Sockets {
		t := s.R.Stats()
		sum.Packets += t.Packets
		sum.Batches += t.Batches
		sum.Truncated += t.Truncated
		sum.Wakeups += t.Wakeups
		sum.Refused += t.Refused
		sum.Drops += t.Drops
		sum.DropsFrom = min(sum.DropsFrom, t.DropsFrom)
		sum.DropsAreRuns = sum.DropsAreRuns || t.DropsAreRuns
	}
	return sum
}

// Close closes all sockets and queues. Packets in the queues can still be
// taken. Packets that the kernel had given to a socket and that were not read
// are lost, as with any socket.
func (g *Group) Close() error {
	var first error
	for _, s := range g.Sockets {
		if err := s.Close(); first == nil {
			first = err
		}
	}
	for _, q := range g.Queues {
		q.Close()
	}
	return first
}
