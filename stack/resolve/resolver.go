package resolve

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A Target is one place where a message can be sent.
type Target struct {
	Transport header.Transport
	Addr      netip.AddrPort
	// Name is the host of the URI: what the certificate of a TLS server has to
	// name. It is empty when the host is an address.
	Name string
	// Priority and Weight are those of the SRV record, 0 without one: a client
	// that must choose the same target for the same call (RFC 3263, 4.4) goes
	// by them and not by the order, which is random among equals.
	Priority, Weight uint16
}

// Config says how a [Resolver] works. The zero value of each field means its
// default.
type Config struct {
	// Servers are the DNS servers as host and port: those of /etc/resolv.conf.
	Servers []string
	// Timeout is how long one server has for an answer: 2 s. Attempts is how
	// many times all servers are asked: 2.
	Timeout  time.Duration
	Attempts int
	// Transports are those that may be used, the first one preferred when DNS
	// leaves the choice: UDP, TCP and TLS.
	Transports []header.Transport
	// No4 and No6 leave out the addresses of IPv4 or IPv6.
	No4, No6 bool
	// Prefer6 puts the IPv6 addresses of a host before those of IPv4.
	Prefer6 bool
	// MaxEntries is how many answers are kept: 4096. MaxTTL bounds how long: a
	// day, and MaxNegative how long a negative one: 15 minutes. MaxTargets
	// bounds the targets of one message: 16.
	MaxEntries, MaxTargets int
	MaxTTL, MaxNegative    time.Duration

	now func() time.Time // for tests
}

// A Resolver finds targets. All goroutines may use it at the same time.
type Resolver struct {
	config Config
	udp    dns.Client
	tcp    dns.Client

	mu      sync.Mutex
	answers map[question]*answer
	stats   Stats
}

// Stats counts what a [Resolver] has done.
type Stats struct {
	Entries  int    // answers kept now
	Queries  uint64 // sent to servers
	Hits     uint64 // questions that a kept answer has settled
	Negative uint64 // those of them that a negative answer has settled
	Failed   uint64 // questions without an answer
}

// New makes a Resolver.
func New(c Config) *Resolver {
	if len(c.Servers) == 0 {
		if rc, err := dns.ClientConfigFromFile("/etc/resolv.conf"); err == nil {
			for _, s := range rc.Servers {
				c.Servers = append(c.Servers, net.JoinHostPort(s, rc.Port))
			}
		}
	}
	if len(c.Transports) == 0 {
		c.Transports = []header.Transport{header.TransportUDP, header.TransportTCP, header.TransportTLS}
	}
	for _, d := range []struct {
		v   *time.Duration
		def time.Duration
	}{{&c.Timeout, 2 * time.Second}, {&c.MaxTTL, 24 * time.Hour}, {&c.MaxNegative, 15 * time.Minute}} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	for _, d := range []struct {
		v   *int
		def int
	}{{&c.Attempts, 2}, {&c.MaxEntries, 4096}, {&c.MaxTargets, 16}} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	if c.now == nil {
		c.now = time.Now
	}
	r := &Resolver{config: c, answers: map[question]*answer{}}
	r.udp = dns.Client{Timeout: c.Timeout, UDPSize: udpSize}
	r.tcp = dns.Client{Net: "tcp", Timeout: c.Timeout}
	return r
}

// Stats returns the counts.
func (r *Resolver) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stats
	s.Entries = len(r.answers)
	return s
}

// Targets returns where a message with a destination is to be sent, in the
// order in which the targets are to be tried. d is not kept. There is at least
// one target, or an error: ErrUnresolved when DNS knows none, else that of the
// last query or of ctx.
func (r *Resolver) Targets(ctx context.Context, d codec.Destination) ([]Target, error) {
	host := strings.TrimSuffix(strings.ToLower(string(d.Host)), ".")
	q := search{Resolver: r, ctx: ctx, name: host}
	switch {
	case d.Addr.IsValid():
		t := d.Transport
		if t == header.TransportOther {
			t = q.last(d.Secure)
		}
		port := d.Port
		if port == 0 {
			port = t.DefaultPort()
		}
		return []Target{{Transport: t, Addr: netip.AddrPortFrom(d.Addr, port)}}, nil
	case host == "":
		return nil, sipwire.ErrHost
	case d.Port != 0:
		q.hosts(host, Target{Transport: cmpTransport(d.Transport, q.last(d.Secure))}, d.Port)
	case d.Transport != header.TransportOther:
		if !q.services(d.Transport, prefix(d.Transport)+host) {
			q.hosts(host, Target{Transport: d.Transport}, d.Transport.DefaultPort())
		}
	case !q.naptr(host, d.Secure) && !q.anyService(host, d.Secure):
		t := q.last(d.Secure)
		q.hosts(host, Target{Transport: t}, t.DefaultPort())
	}
	switch {
	case len(q.targets) > 0:
		return q.targets, nil
	case q.err != nil:
		return nil, q.err
	}
	return nil, sipwire.ErrUnresolved
}

func cmpTransport(t, def header.Transport) header.Transport {
	if t == header.TransportOther {
		return def
	}
	return t
}

// allows reports whether a transport may be used, for a sips URI or not.
func (r *Resolver) allows(t header.Transport, secure bool) bool {
	return slices.Contains(r.config.Transports, t) && (!secure || t.IsSecure())
}
