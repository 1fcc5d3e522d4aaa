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
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack/resolve"
)

// cutTransport cuts "tcp:" and the like off. Without, it is TransportOther.
func cutTransport(s string) (t header.Transport, rest string) {
	if name, after, ok := strings.Cut(s, ":"); ok {
		switch strings.ToLower(name) {
		case "udp":
			return header.TransportUDP, after
		case "tcp":
			return header.TransportTCP, after
		case "tls":
			return header.TransportTLS, after
		}
	}
	return header.TransportOther, s
}

// split cuts "tcp:host:port" apart.
func split(s string) (t header.Transport, host string, port uint16, err error) {
	t, rest := cutTransport(s)
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

// A Target is a next hop of a Route.
type Target struct {
	To     Hop    `toml:"to"`
	Weight Weight `toml:"weight"`
}

// A Hop is the address of a next hop as it is written: an address with a port,
// or a name with or without one, with or without a transport. Without one it is
// that of the request, or what SRV records say.
type Hop struct {
	text        string
	destination codec.Destination
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hop) UnmarshalText(b []byte) (err error) {
	*h, err = ParseHop(string(b))
	return err
}

// ParseHop reads the address of a next hop: tcp:192.0.2.1:5060.
func ParseHop(s string) (Hop, error) {
	t, host := cutTransport(s)
	port := uint16(0)
	var err error
	if !isName(host) {
		if t, host, port, err = split(s); err != nil {
			return Hop{}, err
		}
		if port == 0 {
			return Hop{}, fmt.Errorf("%q: a next hop needs a port", s)
		}
	}
	d := codec.Destination{Transport: t, Host: []byte(host), Port: port}
	if d.Addr, err = netip.ParseAddr(host); err == nil {
		d.Addr = d.Addr.Unmap()
	} else if !isName(host) {
		return Hop{}, fmt.Errorf("%q: %q is neither an IP address nor a name", s, host)
	}
	return Hop{s, d}, nil
}

// isName reports whether a host can be a name: it has a letter, and nothing else
// than letters, digits, hyphens, dots and, as many have, underscores.
func isName(s string) bool {
	letter := false
	for _, c := range s {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			letter = true
		case '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_':
		default:
			return false
		}
	}
	return letter && len(s) <= 255
}

// IsName reports whether the next hop is a name, which has to be looked up.
func (t *Target) IsName() bool { return !t.To.destination.Addr.IsValid() }

// A Resolver asks DNS; *resolve.Resolver is one.
type Resolver interface {
	Targets(ctx context.Context, d codec.Destination) ([]resolve.Target, error)
}

// lookupTime bounds the look-up of a name in a configuration.
const lookupTime = 5 * time.Second

// Find returns the target, or one for each address of its name.
func (t *Target) Find(ctx context.Context, r Resolver) ([]*hops.Target, error) {
	weight := t.Weight.w
	if weight == 0 {
		weight = 1
	}
	d := &t.To.destination
	if !t.IsName() {
		to := forward.Target{Transport: d.Transport, Addr: netip.AddrPortFrom(d.Addr, d.Port)}
		return []*hops.Target{hops.NewTarget(to, t.To.text, weight)}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	found, err := r.Targets(ctx, *d)
	if err != nil && d.Port != 0 {
		// A name of the machine itself, such as one in its hosts file.
		if addrs, local := net.DefaultResolver.LookupNetIP(ctx, "ip", string(d.Host)); local == nil && len(addrs) > 0 {
			found, err = []resolve.Target{{Transport: d.Transport, Addr: netip.AddrPortFrom(addrs[0].Unmap(), d.Port), Name: string(d.Host)}}, nil
		}
	}
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("%q: no address for %q", t.To.text, d.Host)
	}
	return hops.Named(t.To.text, d.Transport, weight, found), nil
}
