package resolve

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/uri"
)

// A server is a DNS server on loopback with the records of a zone.
type server struct {
	addr string

	mu      sync.Mutex
	records []dns.RR
	asked   map[string]int // "NAPTR example.com."
	fail    bool           // answers SERVFAIL
	cut     bool           // answers over UDP are truncated
}

// soa ends each zone: a negative answer holds 30 s.
const soa = "example.com. 60 IN SOA ns.example.com. admin.example.com. 1 3600 600 86400 30"

func serve(t *testing.T, zone string) *server {
	t.Helper()
	s := &server{asked: map[string]int{}}
	s.set(t, zone)
	var packets net.PacketConn
	var streams net.Listener
	var err error
	for range 20 { // the TCP port of the same number may be taken
		if packets, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		if streams, err = net.Listen("tcp", packets.LocalAddr().String()); err == nil {
			break
		}
		packets.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.addr = packets.LocalAddr().String()
	for _, d := range []*dns.Server{{PacketConn: packets, Handler: s}, {Listener: streams, Handler: s}} {
		go d.ActivateAndServe()
		t.Cleanup(func() { d.Shutdown() })
	}
	return s
}

func (s *server) set(t *testing.T, zone string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = nil
	for line := range strings.Lines(zone) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		rr, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		s.records = append(s.records, rr)
	}
}

func (s *server) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := q.Question[0]
	s.asked[dns.TypeToString[k.Qtype]+" "+k.Name]++
	m := new(dns.Msg)
	m.SetReply(q)
	exists := false
	name := k.Name
	for range 3 {
		for _, rr := range s.records {
			if rr.Header().Name != name {
				continue
			}
			exists = true
			if c, ok := rr.(*dns.CNAME); ok {
				m.Answer = append(m.Answer, rr)
				name = c.Target
			} else if rr.Header().Rrtype == k.Qtype {
				m.Answer = append(m.Answer, rr)
			}
		}
	}
	switch {
	case s.fail:
		m.Rcode, m.Answer = dns.RcodeServerFailure, nil
	case len(m.Answer) == 0:
		if !exists {
			m.Rcode = dns.RcodeNameError
		}
		rr, _ := dns.NewRR(soa)
		m.Ns = append(m.Ns, rr)
	}
	if w.LocalAddr().Network() == "udp" {
		m.Truncate(udpSize)
		if s.cut {
			m.Truncated, m.Answer = true, nil
		}
	}
	w.WriteMsg(m)
}

func (s *server) count(question string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[question]
}

// find returns the targets of a URI as text.
func find(t *testing.T, r *Resolver, target string) (string, error) {
	t.Helper()
	u, err := uri.Parse([]byte(target))
	if err != nil {
		t.Fatal(err)
	}
	d, err := codec.RequestDestination(&u)
	if err != nil {
		t.Fatal(err)
	}
	all, err := r.Targets(context.Background(), d)
	var b strings.Builder
	for i, t := range all {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(t.Transport.String() + " " + t.Addr.String())
	}
	return b.String(), err
}
