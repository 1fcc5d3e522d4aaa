package config

import (
	"net/netip"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack/resolve"
)

// NewResolver returns what asks DNS for addresses that the proxy can send to.
func NewResolver(servers []string, locals []forward.Local) *resolve.Resolver {
	c := resolve.Config{Servers: servers, No4: true, No6: true}
	has := map[header.Transport]bool{}
	for _, l := range locals {
		has[l.Transport] = true
		if l.Addr.Addr().Unmap().Is4() || l.Addr.Addr() == netip.IPv6Unspecified() {
			c.No4 = false
		}
		if !l.Addr.Addr().Unmap().Is4() {
			c.No6 = false
		}
	}
	for _, t := range []header.Transport{header.TransportUDP, header.TransportTCP, header.TransportTLS} {
		if has[t] {
			c.Transports = append(c.Transports, t)
		}
	}
	return resolve.New(c)
}
