package resolve

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// zone has what RFC 3263, 4.1 and 4.2, has as its example, and hosts that have
// less.
const zone = `
example.com. 300 IN NAPTR 50 50 "s" "SIPS+D2T" "" _sips._tcp.example.com.
example.com. 300 IN NAPTR 90 50 "s" "SIP+D2T"  "" _sip._tcp.example.com.
example.com. 300 IN NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp.example.com.
_sip._tcp.example.com.  300 IN SRV 0 1 5060 server1.example.com.
_sip._tcp.example.com.  300 IN SRV 1 2 5060 server2.example.com.
_sip._udp.example.com.  300 IN SRV 0 1 5066 server1.example.com.
_sips._tcp.example.com. 300 IN SRV 0 1 5061 server2.example.com.
server1.example.com. 300 IN A 192.0.2.1
server1.example.com. 300 IN AAAA 2001:db8::1
server2.example.com. 300 IN A 192.0.2.2
server2.example.com. 300 IN A 192.0.2.3
alias.example.com.   300 IN CNAME server1.example.com.
srv.example.com.     300 IN TXT "no NAPTR"
_sip._udp.srv.example.com.  300 IN SRV 0 1 5070 server1.example.com.
_sip._tcp.srv.example.com.  300 IN SRV 0 1 5071 server1.example.com.
_sips._tcp.srv.example.com. 300 IN SRV 0 1 5072 server1.example.com.
none.example.com.    300 IN TXT "SRV says that there is no such service"
_sip._udp.none.example.com. 300 IN SRV 0 0 0 .
plain.example.com.   300 IN A 192.0.2.9
odd.example.com.     300 IN NAPTR 1 1 "s" "E2U+sip" "" _sip._tcp.example.com.
odd.example.com.     300 IN NAPTR 1 1 "u" "SIP+D2T" "!^.*$!sip:x@example.com!" .
odd.example.com.     300 IN A 192.0.2.8
`

func TestTargets(t *testing.T) {
	s := serve(t, zone)
	r := New(Config{Servers: []string{s.addr}})
	for _, c := range []struct{ uri, want string }{
		// RFC 3263, 4.1 and 4.2: NAPTR chooses the transport, SRV the hosts.
		{"sip:example.com", "TLS 192.0.2.2:5061, TLS 192.0.2.3:5061, TCP 192.0.2.1:5060, TCP [2001:db8::1]:5060, TCP 192.0.2.2:5060, TCP 192.0.2.3:5060, UDP 192.0.2.1:5066, UDP [2001:db8::1]:5066"},
		{"sips:example.com", "TLS 192.0.2.2:5061, TLS 192.0.2.3:5061"},
		{"sip:example.com;transport=tcp", "TCP 192.0.2.1:5060, TCP [2001:db8::1]:5060, TCP 192.0.2.2:5060, TCP 192.0.2.3:5060"},
		{"sip:example.com;transport=udp", "UDP 192.0.2.1:5066, UDP [2001:db8::1]:5066"},
		// A number, and a port.
		{"sip:192.0.2.7", "UDP 192.0.2.7:5060"},
		{"sips:192.0.2.7", "TLS 192.0.2.7:5061"},
		{"sip:[2001:db8::7]:9;transport=tcp", "TCP [2001:db8::7]:9"},
		{"sip:server1.example.com:5080", "UDP 192.0.2.1:5080, UDP [2001:db8::1]:5080"},
		{"sips:server2.example.com:5081", "TLS 192.0.2.2:5081, TLS 192.0.2.3:5081"},
		{"sip:nobody.example.org;maddr=server1.example.com;transport=udp", "UDP 192.0.2.1:5060, UDP [2001:db8::1]:5060"},
		// No NAPTR records: SRV records of each transport; none of them: A and AAAA.
		{"sip:srv.example.com", "UDP 192.0.2.1:5070, UDP [2001:db8::1]:5070, TCP 192.0.2.1:5071, TCP [2001:db8::1]:5071, TLS 192.0.2.1:5072, TLS [2001:db8::1]:5072"},
		{"sips:srv.example.com", "TLS 192.0.2.1:5072, TLS [2001:db8::1]:5072"},
		{"sip:plain.example.com", "UDP 192.0.2.9:5060"},
		{"sips:plain.example.com", "TLS 192.0.2.9:5061"},
		{"sip:plain.example.com;transport=tcp", "TCP 192.0.2.9:5060"},
		{"sip:Plain.Example.COM", "UDP 192.0.2.9:5060"},
		{"sip:alias.example.com:1", "UDP 192.0.2.1:1, UDP [2001:db8::1]:1"},
		{"sip:odd.example.com", "UDP 192.0.2.8:5060"}, // NAPTR records of other uses
		{"sip:localhost:5", "UDP 127.0.0.1:5, UDP [::1]:5"},
	} {
		if got, err := find(t, r, c.uri); err != nil || got != c.want {
			t.Errorf("%s\n got %s %v\nwant %s", c.uri, got, err, c.want)
		}
	}
	for _, u := range []string{"sip:nobody.example.com", "sip:none.example.com", "sip:nobody.example.com:5060", "sip:srv.example.com:5"} {
		if got, err := find(t, r, u); err != sipwire.ErrUnresolved {
			t.Errorf("%s: %q %v, want ErrUnresolved", u, got, err)
		}
	}
}

// TestChoices are the settings that leave targets out.
func TestChoices(t *testing.T) {
	s := serve(t, zone)
	for _, c := range []struct {
		config    Config
		uri, want string
	}{
		{Config{Transports: []header.Transport{header.TransportUDP}}, "sip:example.com", "UDP 192.0.2.1:5066, UDP [2001:db8::1]:5066"},
		{Config{Transports: []header.Transport{header.TransportWS}}, "sip:example.com", ""},
		{Config{No4: true}, "sip:server1.example.com:1", "UDP [2001:db8::1]:1"},
		{Config{No6: true}, "sip:server1.example.com:1", "UDP 192.0.2.1:1"},
		{Config{Prefer6: true}, "sip:server1.example.com:1", "UDP [2001:db8::1]:1, UDP 192.0.2.1:1"},
		{Config{MaxTargets: 1}, "sip:server1.example.com:1", "UDP 192.0.2.1:1"},
	} {
		c.config.Servers = []string{s.addr}
		if got, _ := find(t, New(c.config), c.uri); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.uri, got, c.want)
		}
	}
}

// TestCache asks each question once while its answer holds, negative ones too.
func TestCache(t *testing.T) {
	s := serve(t, zone)
	now := time.Unix(0, 0)
	r := New(Config{Servers: []string{s.addr}, now: func() time.Time { return now }})
	check := func(question string, want int) {
		t.Helper()
		if n := s.count(question); n != want {
			t.Errorf("at %v: %s asked %d times, not %d", now.Sub(time.Unix(0, 0)), question, n, want)
		}
	}
	both := func() { find(t, r, "sip:plain.example.com:1"); find(t, r, "sip:nobody.example.com:1") }
	both()
	both()
	check("A plain.example.com.", 1)
	check("A nobody.example.com.", 1)
	if st := r.Stats(); st.Negative != 3 || st.Hits != 4 { // AAAA of plain, A and AAAA of nobody
		t.Errorf("%+v", st)
	}
	now = now.Add(31 * time.Second) // the SOA says 30 s
	both()
	check("A plain.example.com.", 1)
	check("A nobody.example.com.", 2)
	now = now.Add(300 * time.Second)
	s.set(t, "plain.example.com. 1 IN A 192.0.2.99")
	if got, _ := find(t, r, "sip:plain.example.com:1"); got != "UDP 192.0.2.99:1" {
		t.Errorf("after its time: %s", got)
	}
}

// TestCacheIsBounded asks for more names than are kept.
func TestCacheIsBounded(t *testing.T) {
	s := serve(t, zone)
	r := New(Config{Servers: []string{s.addr}, MaxEntries: 10, No6: true})
	for i := range 50 {
		find(t, r, fmt.Sprintf("sip:n%d.example.com:1", i))
	}
	if n := r.Stats().Entries; n > 10 {
		t.Errorf("%d answers are kept", n)
	}
}

// TestServers are servers that do not answer, cannot, or answer in part.
func TestServers(t *testing.T) {
	good, bad := serve(t, zone), serve(t, zone)
	bad.mu.Lock()
	bad.fail = true
	bad.mu.Unlock()
	r := New(Config{Servers: []string{"127.0.0.1:1", bad.addr, good.addr}, Timeout: time.Second})
	if got, err := find(t, r, "sip:plain.example.com"); got != "UDP 192.0.2.9:5060" {
		t.Errorf("%s %v", got, err)
	}
	r = New(Config{Servers: []string{bad.addr}})
	if _, err := find(t, r, "sip:plain.example.com:1"); !errors.Is(err, errServer) {
		t.Errorf("a server that fails: %v", err)
	}
	if n := bad.count("A plain.example.com."); n != 3 { // 1 and 2 attempts
		t.Errorf("%d questions", n)
	}
	good.mu.Lock()
	good.cut = true
	good.mu.Unlock()
	r = New(Config{Servers: []string{good.addr}})
	if got, err := find(t, r, "sip:plain.example.com:1"); got != "UDP 192.0.2.9:1" {
		t.Errorf("over TCP: %s %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Targets(ctx, codec.Destination{Host: []byte("new.example.com"), Port: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
}

// TestHostileRecords are records that lead to many others: the work is bounded.
func TestHostileRecords(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "_sip._udp.many.example.com. 300 IN SRV 0 0 1 m%d.example.com.\n", i)
	}
	b.WriteString("loop.example.com. 300 IN CNAME loop.example.com.\n")
	s := serve(t, b.String())
	r := New(Config{Servers: []string{s.addr}})
	if _, err := find(t, r, "sip:many.example.com;transport=udp"); err != sipwire.ErrUnresolved {
		t.Error(err)
	}
	if n := r.Stats().Queries; n > maxQueries {
		t.Errorf("%d queries", n)
	}
	if _, err := find(t, r, "sip:loop.example.com:1"); err != sipwire.ErrUnresolved {
		t.Error(err)
	}
}

// TestOrder checks that priorities are kept and weights hold on average (RFC
// 2782).
func TestOrder(t *testing.T) {
	const rounds = 4000
	first := map[uint16]int{}
	for range rounds {
		all := []*dns.SRV{{Priority: 2, Weight: 9, Port: 4}, {Priority: 1, Weight: 3, Port: 1}, {Priority: 1, Weight: 1, Port: 2}, {Priority: 1, Weight: 0, Port: 3}}
		order(all)
		if all[3].Port != 4 {
			t.Fatal("a higher priority value came first")
		}
		first[all[0].Port]++
	}
	// 3 to 1, and the one with weight 0 seldom: 1 in 5 of what is left to chance.
	if a, b := first[1], first[2]; a < 2*b || a > 5*b || first[3] == 0 {
		t.Errorf("first of %d: %v", rounds, first)
	}
}
