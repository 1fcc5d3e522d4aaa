package resolve

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/sipwire/sipwire"
)

// udpSize is what a server may send in one datagram; more comes over TCP.
const udpSize = 1232

// maxRecords bounds the records that are used of one answer.
const maxRecords = 64

// failed is how long a question is not asked again after no server could answer
// it (RFC 2308, 7, allows up to 5 minutes).
const failed = 5 * time.Second

type question struct {
	name string
	kind uint16
}

// An answer is one that is there, or that is on its way: ready is closed when
// it is there.
type answer struct {
	ready   chan struct{}
	rrs     []dns.RR
	err     error
	expires time.Time
}

// lookup returns the records of a name, of one kind. There are none, without an
// error, when the name or the records do not exist.
func (r *Resolver) lookup(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	k := question{strings.ToLower(dns.Fqdn(name)), kind}
	if k.name == "localhost." { // RFC 6761, 6.3
		return localhost(kind), nil
	}
	if _, ok := dns.IsDomainName(k.name); !ok {
		return nil, sipwire.ErrHost
	}
	r.mu.Lock()
	a := r.answers[k]
	if a == nil || a.isOver(r.config.now()) {
		a = &answer{ready: make(chan struct{})}
		r.makeRoom()
		r.answers[k] = a
		// It is for all who ask, and so it does not end with this ctx.
		go r.fetch(k, a)
	} else {
		r.stats.Hits++
		if a.isReady() && len(a.rrs) == 0 {
			r.stats.Negative++
		}
	}
	r.mu.Unlock()
	select {
	case <-a.ready:
		return a.rrs, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (a *answer) isReady() bool {
	select {
	case <-a.ready:
		return true
	default:
		return false
	}
}

func (a *answer) isOver(now time.Time) bool { return a.isReady() && !now.Before(a.expires) }

// makeRoom makes room for one more answer: what is over goes first, then any.
func (r *Resolver) makeRoom() {
	if len(r.answers) < r.config.MaxEntries {
		return
	}
	now, looked := r.config.now(), 0
	for k, a := range r.answers { // the order of a map is random
		if a.isOver(now) || looked >= 16 {
			delete(r.answers, k)
			return
		}
		looked++
	}
	for k := range r.answers {
		delete(r.answers, k)
		return
	}
}

// fetch asks the servers and completes a.
func (r *Resolver) fetch(k question, a *answer) {
	rrs, ttl, err := r.query(k)
	r.mu.Lock()
	defer r.mu.Unlock()
	a.rrs, a.err, a.expires = rrs, err, r.config.now().Add(ttl)
	if err != nil {
		r.stats.Failed++
	}
	close(a.ready)
}

// errServer is an answer of a server that settles nothing, such as SERVFAIL.
var errServer = errors.New("resolve: the DNS server could not answer")

func (r *Resolver) query(k question) (rrs []dns.RR, ttl time.Duration, err error) {
	err = errors.New("resolve: no DNS server")
	m := new(dns.Msg)
	m.SetQuestion(k.name, k.kind)
	m.SetEdns0(udpSize, false)
	for range r.config.Attempts {
		for _, server := range r.config.Servers {
			var in *dns.Msg
			if in, err = r.exchange(m, server); err != nil {
				continue
			}
			rrs, ttl = r.read(in, k)
			return rrs, ttl, nil
		}
	}
	return nil, failed, err
}

func (r *Resolver) exchange(m *dns.Msg, server string) (*dns.Msg, error) {
	r.mu.Lock()
	r.stats.Queries++
	r.mu.Unlock()
	m.Id = dns.Id()
	in, _, err := r.udp.Exchange(m, server)
	if err == nil && in.Truncated {
		in, _, err = r.tcp.Exchange(m, server)
	}
	switch {
	case err != nil:
		return nil, err
	case in.Rcode != dns.RcodeSuccess && in.Rcode != dns.RcodeNameError:
		return nil, errServer
	}
	return in, nil
}

// read returns the records that were asked for, behind any CNAME, and how long
// they hold. Without any it is a negative answer, which holds as long as the
// SOA record says (RFC 2308, 5).
func (r *Resolver) read(in *dns.Msg, k question) (rrs []dns.RR, ttl time.Duration) {
	name := k.name
	ttl = r.config.MaxTTL
	hold := func(rr dns.RR) { ttl = min(ttl, time.Duration(rr.Header().Ttl)*time.Second) }
	for range 8 { // a chain of CNAMEs has an end
		next := ""
		for _, rr := range in.Answer {
			switch {
			case !strings.EqualFold(rr.Header().Name, name):
			case rr.Header().Rrtype == k.kind && len(rrs) < maxRecords:
				rrs = append(rrs, rr)
				hold(rr)
			case rr.Header().Rrtype == dns.TypeCNAME:
				next = rr.(*dns.CNAME).Target
				hold(rr)
			}
		}
		if len(rrs) > 0 || next == "" {
			break
		}
		name = next
	}
	if len(rrs) > 0 {
		return rrs, ttl
	}
	ttl = failed // without a SOA it is not to be kept
	for _, rr := range in.Ns {
		if soa, ok := rr.(*dns.SOA); ok {
			ttl = time.Duration(min(soa.Minttl, soa.Hdr.Ttl)) * time.Second
		}
	}
	return nil, min(ttl, r.config.MaxNegative)
}

// localhost answers for the name that never goes to a server.
func localhost(kind uint16) []dns.RR {
	switch kind {
	case dns.TypeA:
		return []dns.RR{&dns.A{A: net.IP(netip.AddrFrom4([4]byte{127, 0, 0, 1}).AsSlice())}}
	case dns.TypeAAAA:
		return []dns.RR{&dns.AAAA{AAAA: net.IPv6loopback}}
	}
	return nil
}
