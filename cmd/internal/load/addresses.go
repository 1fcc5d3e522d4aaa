package load

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/inject"
)

// Addresses returns the addresses in a field of an injection file, each once.
func Addresses(f *inject.File, field int) ([]netip.Addr, error) {
	var out []netip.Addr
	known := map[netip.Addr]bool{}
	for line := range f.Lines() {
		a, err := f.Address(line, field)
		if err != nil {
			return nil, err
		}
		if !known[a] {
			known[a] = true
			out = append(out, a)
		}
	}
	return out, nil
}

// addresses opens a UDP socket for each address that calls have in the injection
// file. All have one port.
func (r *Runner) addresses(ctx context.Context, w *worker, port uint16, cfg *engine.Config) (carrier, error) {
	if r.Server && len(r.workers) > 0 {
		return nil, fmt.Errorf("a server with a socket for each address has one worker")
	}
	list, err := Addresses(cfg.Files[0], cfg.IPField)
	if err != nil {
		return nil, err
	}
	cc := newConnCarrier(w)
	for _, a := range list {
		var lc net.ListenConfig
		pc, err := lc.ListenPacket(ctx, "udp", netip.AddrPortFrom(a, port).String())
		if err != nil {
			for _, c := range cc.own {
				c.net.Close()
			}
			return nil, err
		}
		nc := pc.(*net.UDPConn)
		nc.SetReadBuffer(buffers)
		port = addrPort(nc.LocalAddr()).Port()
		cc.own = append(cc.own, &conn{net: nc, packet: true, open: true})
	}
	cfg.Words.LocalPort = int(port)
	return cc, nil
}

// from returns the socket that has an address of this host.
func (cc *connCarrier) from(a netip.Addr) (int32, error) {
	for _, c := range cc.own {
		if addrPort(c.net.LocalAddr()).Addr() == a {
			return c.id, nil
		}
	}
	return -1, fmt.Errorf("no socket has the address %s", a)
}

// address returns the address that a socket has on this host.
func (cc *connCarrier) address(id int32) netip.Addr {
	if c := cc.conns[id]; c != nil {
		return addrPort(c.net.LocalAddr()).Addr()
	}
	return netip.Addr{}
}
