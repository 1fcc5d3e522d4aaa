package state

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
	"github.com/sipwire/sipwire/uri"
)

// Several proxies in a row, in virtual time: what one sends is with the next at
// once. The messages of the user agents are made by the test.

// places are the addresses of the elements; bob moves to bob2.
var places = map[string]netip.AddrPort{
	"alice": netip.MustParseAddrPort("192.0.2.101:5060"),
	"p1":    netip.MustParseAddrPort("192.0.2.111:5060"),
	"p2":    netip.MustParseAddrPort("192.0.2.222:5060"),
	"other": netip.MustParseAddrPort("192.0.2.230:5060"),
	"bob":   netip.MustParseAddrPort("192.0.2.201:5060"),
	"bob2":  netip.MustParseAddrPort("198.51.100.77:5060"),
}

func placeOf(a netip.AddrPort) string {
	for name, at := range places {
		if at == a {
			return name
		}
	}
	return a.String()
}

// to is the next hop of a proxy.
type to string

func (h to) Route(m *codec.Message, src forward.Source) (forward.Target, bool) {
	return forward.Target{Transport: header.TransportUDP, Addr: places[string(h)]}, true
}

func (h to) RouteAfter(*codec.Message, forward.Source, []forward.Target) (forward.Target, bool) {
	return forward.Target{}, false
}

// A chain is proxies by name, and what was sent.
type chain struct {
	t     *testing.T
	now   time.Duration
	links map[string]*link
	off   map[string]bool // proxies that take nothing
	queue []packet
	trace []string          // "p1>p2 INVITE"
	last  map[string][]byte // by "bob INVITE": the last one that it got
	n     int               // of requests, for branches
}

type packet struct {
	from, to string
	b        []byte
}

type link struct {
	*chain
	name string
	p    *Proxy
}

// newChain makes a proxy for each name that has a next hop. Those of silent
// keep out of dialogs.
func newChain(t *testing.T, next map[string]string, silent ...string) *chain {
	t.Helper()
	c := &chain{t: t, now: time.Second, links: map[string]*link{}, off: map[string]bool{}, last: map[string][]byte{}}
	for name, hop := range next {
		f, err := forward.New(forward.Config{
			Locals: []forward.Local{{Transport: header.TransportUDP, Addr: places[name]}},
			Key:    compose.Key{byte(len(c.links))}, Router: to(hop), NoRecordRoute: slices.Contains(silent, name),
		})
		if err != nil {
			t.Fatal(err)
		}
		l := &link{chain: c, name: name}
		l.p = New(f, l, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Config{Router: to(hop)})
		c.links[name] = l
	}
	return c
}

// Send implements Sender.
func (l *link) Send(_ transaction.Handle, _ int, to *forward.Peer, b []byte) {
	l.queue = append(l.queue, packet{l.name, placeOf(to.Addr), slices.Clone(b)})
}

// send sends a message, and all that comes of it at once. It returns what went
// where since the last time.
func (c *chain) send(from, to string, b []byte) string {
	c.queue = append(c.queue, packet{from, to, b})
	c.deliver()
	return c.take()
}

func (c *chain) take() string {
	s := strings.Join(c.trace, ", ")
	c.trace = nil
	return s
}

func (c *chain) deliver() {
	c.t.Helper()
	for len(c.queue) > 0 {
		q := c.queue[0]
		c.queue = c.queue[1:]
		m := new(codec.Message)
		if err := m.Parse(q.b); err != nil {
			c.t.Fatalf("%v in %s", err, q.b)
		}
		what := string(m.MethodBytes())
		if m.IsResponse() {
			cseq, _ := m.CSeq()
			if what = strconv.Itoa(m.Status()); cseq.Method() != header.MethodINVITE {
				what += " " + string(cseq.MethodBytes())
			}
		}
		c.trace = append(c.trace, q.from+">"+q.to+" "+what)
		c.last[q.to+" "+what] = q.b
		l := c.links[q.to]
		if l == nil || c.off[q.to] {
			continue
		}
		var r forward.Result
		l.p.Receive(&r, nil, m, nil, forward.Source{Addr: places[q.from]}, c.now)
		if r.Data != nil {
			l.Send(0, 0, &r.To, r.Data)
		}
	}
}

// pass lets time pass.
func (c *chain) pass(d time.Duration) string {
	for end := c.now + d; c.now < end; {
		next := end
		for _, l := range c.links {
			if at, ok := l.p.Next(); ok {
				next = min(next, at)
			}
		}
		c.now = max(c.now, next)
		for _, name := range slices.Sorted(maps.Keys(c.links)) {
			c.links[name].p.Advance(c.now)
		}
		c.deliver()
	}
	return c.take()
}

// message returns the last message that an element got.
func (c *chain) message(name, what string) *codec.Message {
	c.t.Helper()
	m := new(codec.Message)
	if err := m.Parse(c.last[name+" "+what]); err != nil {
		c.t.Fatalf("%s got no %s", name, what)
	}
	return m
}

const offer = "v=0\r\no=a 1 1 IN IP4 192.0.2.101\r\ns=-\r\nc=IN IP4 192.0.2.101\r\nt=0 0\r\nm=audio 49172 RTP/AVP 0\r\n"

// invite returns an INVITE of alice to bob.
func (c *chain) invite(cseq int, more ...string) []byte {
	c.n++
	head := fmt.Sprintf("INVITE sip:bob@biloxi.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.101:5060;branch=z9hG4bKa%d\r\nMax-Forwards: 70\r\n"+
		"From: Alice <sip:alice@atlanta.example>;tag=9f\r\nTo: Bob <sip:bob@biloxi.example>\r\nCall-ID: 2x@atlanta.example\r\nCSeq: %d INVITE\r\n"+
		"Contact: <sip:alice@192.0.2.101>\r\n", c.n, cseq)
	for _, l := range more {
		head += l + "\r\n"
	}
	return fmt.Appendf(nil, "%sContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", head, len(offer), offer)
}

// reply returns what an element answers to the last request of a method that
// it got.
func (c *chain) reply(name, method string, status int, more ...compose.HeaderField) []byte {
	c.t.Helper()
	r := compose.Reply{Status: status, Tag: []byte("8321")}
	if status < 300 && method == "INVITE" {
		r.Fields = []compose.HeaderField{{ID: header.IDContact, Value: fmt.Appendf(nil, "<sip:%s@%v>", name, places[name].Addr())}}
	}
	r.Fields = append(r.Fields, more...)
	if status == 200 && method == "INVITE" {
		r.ContentType, r.Body = []byte("application/sdp"), []byte(offer)
	}
	b, err := compose.AppendReply(nil, c.message(name, method), &r)
	if err != nil {
		c.t.Fatal(err)
	}
	return b
}

// ackOf and cancelOf are of an INVITE that alice has sent.
func (c *chain) ackOf(invite []byte, status string) []byte {
	c.t.Helper()
	m := new(codec.Message)
	_ = m.Parse(invite)
	b, err := compose.AppendACK(nil, m, c.message("alice", status))
	if err != nil {
		c.t.Fatal(err)
	}
	return b
}

func (c *chain) cancelOf(invite []byte) []byte {
	m := new(codec.Message)
	_ = m.Parse(invite)
	b, err := compose.AppendCancel(nil, m)
	if err != nil {
		c.t.Fatal(err)
	}
	return b
}

// within sends a request within the dialog: of alice by the 200 that she got,
// of bob by his INVITE. It goes to the first of the route set, else to the
// other's Contact.
func (c *chain) within(from, method string, cseq int) string {
	c.t.Helper()
	c.n++
	of, side, local, remote := c.message("alice", "200"), codec.UAC, header.IDFrom, header.IDTo
	tag := "" // of bob, which his INVITE has not
	if from != "alice" {
		of, side, local, remote, tag = c.message("bob", "INVITE"), codec.UAS, header.IDTo, header.IDFrom, ";tag=8321"
	}
	contact, err := of.Contact()
	if err != nil {
		c.t.Fatal(err)
	}
	routes, err := of.AppendRouteSet(nil, side)
	if err != nil {
		c.t.Fatal(err)
	}
	target, head := string(contact.URIBytes()), ""
	first := target
	for i, r := range routes {
		if i == 0 {
			first = string(r.URIBytes())
		}
		head += "Route: " + string(r.Bytes()) + "\r\n"
	}
	u, err := uri.Parse([]byte(first))
	if err != nil {
		c.t.Fatal(err)
	}
	b := fmt.Appendf(nil, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %v;branch=z9hG4bKw%d\r\n%sMax-Forwards: 70\r\nFrom: %s%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %[1]s\r\nContent-Length: 0\r\n\r\n",
		method, target, places[from], c.n, head, of.Value(local), tag, of.Value(remote), of.Value(header.IDCallID), cseq)
	return c.send(from, placeOf(netip.AddrPortFrom(netip.MustParseAddr(string(u.Host())), 5060)), b)
}

// end lets all time pass, and checks that nothing is left.
func (c *chain) end() {
	c.t.Helper()
	c.pass(20 * time.Minute)
	for name, l := range c.links {
		if n := l.p.Stats().Transactions; n != 0 || l.p.Contexts() != 0 {
			c.t.Errorf("%s: %d transactions and %d contexts are left", name, n, l.p.Contexts())
		}
	}
}
