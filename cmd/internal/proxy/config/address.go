package config

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
)

// split cuts "tcp:host:port" apart. Without a transport it is TransportOther.
func split(s string) (t header.Transport, host string, port uint16, err error) {
	rest := s
	if name, after, ok := strings.Cut(s, ":"); ok {
		switch strings.ToLower(name) {
		case "udp":
			t, rest = header.TransportUDP, after
		case "tcp":
			t, rest = header.TransportTCP, after
		case "tls":
			t, rest = header.TransportTLS, after
		}
	}
	host, digits, err := net.SplitHostPort(rest)
	if err != nil {
		return t, "", 0, fmt.Errorf("%q is not [udp:|tcp:|tls:]host:port", s)
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return t, "", 0, fmt.Errorf("%q: %q is not a port", s, digits)
	}
	return t, host, uint16(n), nil
}

// ParseListen reads an address to listen on: udp:127.0.0.1:5060. Without a
// transport it is UDP.
func ParseListen(s, name string) (forward.Local, error) {
	t, host, port, err := split(s)
	if err != nil {
		return forward.Local{}, err
	}
	if t == header.TransportOther {
		t = header.TransportUDP
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return forward.Local{}, fmt.Errorf("%q: %q is not an IP address", s, host)
	}
	return forward.Local{Transport: t, Addr: netip.AddrPortFrom(addr, port), Host: name}, nil
}

// lookupTime bounds the look-up of a name in a configuration.
const lookupTime = 5 * time.Second

// ParseTarget reads the address of a next hop: tcp:192.0.2.1:5060. Without a
// transport it is the one that a request is received over. A name is looked
// up, once, and is then the name of the certificate too.
func ParseTarget(ctx context.Context, s string) (forward.Target, error) {
	t, host, port, err := split(s)
	if err != nil {
		return forward.Target{}, err
	}
	if port == 0 {
		return forward.Target{}, fmt.Errorf("%q: a next hop needs a port", s)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return forward.Target{Transport: t, Addr: netip.AddrPortFrom(addr.Unmap(), port)}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(addrs) == 0 {
		return forward.Target{}, fmt.Errorf("%q: no address for %q", s, host)
	}
	return forward.Target{Transport: t, Addr: netip.AddrPortFrom(addrs[0].Unmap(), port), Name: host}, nil
}
