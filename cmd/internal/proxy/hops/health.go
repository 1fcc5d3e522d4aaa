package hops

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// Health says how targets are asked whether they are up.
type Health struct {
	Interval time.Duration // between two questions
	Timeout  time.Duration // for the answer
	Fails    int           // so many in a row say that a target is down
	Passes   int           // so many good answers in a row say that it is up again
	TLS      *tls.Config   // for targets over TLS
}

// A run is how often in a row a target has answered, or has not.
type run struct {
	good bool
	n    int
}

// Watch asks the targets of rules that have a choice, until ctx is done. A
// target that is alone gets everything in any case, and is not asked.
func (t *Table) Watch(ctx context.Context, h Health) {
	runs := map[string]run{} // by label, which a reload keeps
	tick := time.NewTicker(h.Interval)
	defer tick.Stop()
	for {
		var targets []*Target
		for _, r := range t.Rules() {
			if len(r.Targets) > 1 {
				targets = append(targets, r.Targets...)
			}
		}
		good := make([]bool, len(targets))
		var asking sync.WaitGroup
		for i, target := range targets {
			asking.Go(func() { good[i] = h.ask(ctx, target) })
		}
		asking.Wait()
		next := map[string]run{} // those that are gone are forgotten
		for i, target := range targets {
			r := runs[target.Label]
			if r.n++; r.good != good[i] {
				r = run{good[i], 1}
			}
			next[target.Label] = r
			if good[i] && r.n >= h.Passes || !good[i] && r.n >= h.Fails {
				target.SetUp(good[i])
			}
		}
		runs = next
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ask sends one OPTIONS. Any final response but a 503 is one of an element
// that works (RFC 3261, 11.2).
func (h *Health) ask(ctx context.Context, t *Target) bool {
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	network, transport := "tcp", t.Transport
	if !transport.IsReliable() {
		network, transport = "udp", header.TransportUDP
	}
	c, err := new(net.Dialer).DialContext(ctx, network, t.Addr.String())
	if err != nil {
		return false
	}
	defer c.Close()
	deadline, _ := ctx.Deadline()
	_ = c.SetDeadline(deadline)
	local := netip.MustParseAddrPort(c.LocalAddr().String())
	if transport == header.TransportTLS {
		config := new(tls.Config)
		if h.TLS != nil {
			config = h.TLS.Clone()
		}
		if config.ServerName = t.Name; t.Name == "" {
			config.ServerName = t.Addr.Addr().String()
		}
		c = tls.Client(c, config)
	}
	request, err := options(transport, t.Addr, local)
	if err != nil {
		return false
	}
	if _, err := c.Write(request); err != nil {
		return false
	}
	return answered(c, network == "tcp")
}

// options writes an OPTIONS from local to addr.
func options(transport header.Transport, addr, local netip.AddrPort) ([]byte, error) {
	host := []byte(local.Addr().String())
	if local.Addr().Is6() {
		host = []byte("[" + local.Addr().String() + "]")
	}
	target := append([]byte("sip:"), addr.String()...)
	own := append([]byte("sip:"), local.String()...)
	id, err := compose.AppendCallID(nil, host)
	if err != nil {
		return nil, err
	}
	var b compose.Builder
	_ = b.Request([]byte("OPTIONS"), target) // what goes wrong stays in b until AppendTo
	_ = b.Via(&codec.ViaSpec{Transport: transport, Host: host, Port: local.Port(), Branch: compose.AppendBranch(nil), RPort: true})
	_ = b.Addr(header.IDFrom, &compose.Address{URI: own, Tag: compose.AppendTag(nil)})
	_ = b.Addr(header.IDTo, &compose.Address{URI: target})
	_ = b.Field(header.IDCallID, id)
	_ = b.CSeq(1, []byte("OPTIONS"))
	_ = b.Number(header.IDMaxForwards, codec.DefaultMaxForwards)
	return b.AppendTo(nil)
}

// answered reads until a final response comes, and reports whether it is a
// good one.
func answered(c net.Conn, stream bool) bool {
	var m codec.Message
	var s codec.Stream
	defer s.Close()
	b := make([]byte, codec.DefaultMaxMessage)
	for {
		if stream {
			if event, err := s.ReadNext(c, &m); err != nil {
				return false
			} else if event != codec.GotMessage {
				continue
			}
		} else {
			n, err := c.Read(b)
			if err != nil {
				return false
			}
			if m.Parse(b[:n]) != nil {
				continue
			}
		}
		if m.Status() >= 200 {
			return m.Status() != 503
		}
	}
}
