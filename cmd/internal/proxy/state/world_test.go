package state

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// What the tests share: a proxy in virtual time between elements that have
// names, and steps in words.

// elements: alice and the b are on UDP, the t on TCP.
var elements = map[string]forward.Source{
	"alice": {Addr: netip.MustParseAddrPort("192.0.2.1:5060")},
	"b1":    {Addr: netip.MustParseAddrPort("192.0.2.11:5060")},
	"b2":    {Addr: netip.MustParseAddrPort("192.0.2.12:5060")},
	"b3":    {Addr: netip.MustParseAddrPort("192.0.2.13:5060")},
	"ta":    {Local: 1, Addr: netip.MustParseAddrPort("192.0.2.21:40001")},
	"tb":    {Local: 1, Addr: netip.MustParseAddrPort("192.0.2.22:40002")},
}

// nextHops are the targets of the only rule.
type nextHops []string

func (h nextHops) Route(m *codec.Message, src forward.Source) (forward.Target, bool) {
	return h.RouteAfter(m, src, nil)
}

func (h nextHops) RouteAfter(_ *codec.Message, _ forward.Source, tried []forward.Target) (forward.Target, bool) {
	for _, name := range h {
		t := forward.Target{Transport: transportOf(name), Addr: elements[name].Addr}
		if !slices.Contains(tried, t) {
			return t, true
		}
	}
	return forward.Target{}, false
}

func transportOf(name string) header.Transport {
	if elements[name].Local == 1 {
		return header.TransportTCP
	}
	return header.TransportUDP
}

// world is a Proxy, its clock, and what it has sent.
type world struct {
	t       testing.TB
	p       *Proxy
	now     time.Duration
	sent    []string          // "b1:INVITE", since the last step
	last    map[string][]byte // by "b1 INVITE", "alice 200": the last such message
	raw     [][]byte
	kinds   [forward.Kinds]int
	causes  [forward.Causes]int
	got     int
	dead    map[string]bool // elements that cannot be sent to
	failing []transaction.Handle
	m       codec.Message
	n       int // of requests, for branches
}

// ownAddrs are where the proxy listens, on UDP and on TCP. They differ in all, so that
// what names the wrong one is seen.
var ownAddrs = [...]netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:5060"), netip.MustParseAddrPort("10.0.0.2:5070")}

// newForwarder listens at ownAddrs.
func newForwarder(t testing.TB, router forward.Router, change ...func(*forward.Config)) *forward.Forwarder {
	t.Helper()
	c := forward.Config{
		Locals: []forward.Local{
			{Transport: header.TransportUDP, Addr: ownAddrs[0]},
			{Transport: header.TransportTCP, Addr: ownAddrs[1]},
		},
		Key: compose.Key{1}, Router: router,
	}
	for _, do := range change {
		do(&c)
	}
	f, err := forward.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func newWorld(t testing.TB, router Router, change func(*Config), changeForward ...func(*forward.Config)) *world {
	t.Helper()
	w := &world{t: t, now: time.Second, last: map[string][]byte{}, dead: map[string]bool{}}
	f := newForwarder(t, router, changeForward...)
	c := Config{Router: router}
	if change != nil {
		change(&c)
	}
	w.p = New(f, w, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), c)
	return w
}

// withRegistrar adds a registrar for b.example.
func withRegistrar(c *Config) {
	c.Registrar = registrar.New(registrar.Config{Domains: []string{"b.example"}})
}

// nameOf returns the element that a message goes to.
func nameOf(to *forward.Peer) string {
	for name, src := range elements {
		if transportOf(name) == to.Transport && (src.Addr == to.Flow || src.Addr == to.Addr) {
			return name
		}
	}
	return to.Addr.String()
}

// Send implements Sender.
func (w *world) Send(tx transaction.Handle, local int, to *forward.Peer, b []byte) {
	name := nameOf(to)
	if w.dead[name] {
		w.failing = append(w.failing, tx)
		return
	}
	if (local == 1) != (to.Transport == header.TransportTCP) {
		w.t.Errorf("%s is sent to from Local %d", name, local)
	}
	w.note(name, b)
}

// note notes what was sent.
func (w *world) note(name string, b []byte) {
	m := new(codec.Message)
	if err := m.Parse(b); err != nil {
		w.t.Fatalf("%v in\n%s", err, b)
	}
	cseq, _ := m.CSeq()
	what := string(m.MethodBytes())
	if m.IsResponse() {
		if what = strconv.Itoa(m.Status()); cseq.Method() == header.MethodCANCEL {
			what += "c"
		}
	}
	w.sent = append(w.sent, name+":"+what)
	w.raw = append(w.raw, slices.Clone(b))
	w.last[name+" "+what] = slices.Clone(b)
}

// receive gives the proxy a message.
func (w *world) receive(from string, b []byte) forward.Result {
	w.t.Helper()
	err := w.m.Parse(b)
	var r forward.Result
	w.p.Receive(&r, nil, &w.m, err, elements[from], w.now)
	if r.Kind == forward.NeedsName {
		return r // it is to come again
	}
	w.got++
	w.kinds[r.Kind]++
	w.causes[r.Cause]++
	if r.Data != nil {
		w.note(nameOf(&r.To), r.Data)
	}
	w.fail()
	return r
}

// fail tells the proxy what could not be sent.
func (w *world) fail() {
	for len(w.failing) > 0 {
		tx := w.failing[0]
		w.failing = w.failing[1:]
		w.p.Failed(tx, w.now)
	}
}

// pass lets time pass, in steps that a tick is never longer than.
func (w *world) pass(d time.Duration) {
	for end := w.now + d; w.now < end; {
		next, ok := w.p.Next()
		if !ok || next > end {
			next = end
		}
		w.now = max(w.now, next)
		w.p.Advance(w.now)
		w.fail()
	}
}

// take returns what was sent since the last time, in order of names.
func (w *world) take() string {
	slices.Sort(w.sent)
	s := strings.Join(w.sent, " ")
	w.sent = w.sent[:0]
	return s
}

// request returns a request of an element, with more header lines.
func (w *world) request(from, line string, more ...string) []byte {
	w.n++
	method, _, _ := strings.Cut(line, " ")
	transport := transportOf(from).String()
	head := fmt.Sprintf("%s SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=z9hG4bK%s%d\r\nMax-Forwards: 70\r\nFrom: <sip:%s@a.example>;tag=%s\r\n"+
		"To: <sip:bob@b.example>\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:%[6]s@%[3]s>\r\n",
		line, transport, elements[from].Addr, from, w.n, from, from, from, w.n, method)
	for _, l := range more {
		name, _, _ := strings.Cut(l, ":")
		if name == "To" || name == "Contact" || name == "Call-ID" {
			at := strings.Index(head, "\r\n"+name+":") + 2
			head = head[:at] + l + head[at+strings.Index(head[at:], "\r\n"):]
			continue
		}
		head += l + "\r\n"
	}
	return []byte(head + "Content-Length: 0\r\n\r\n")
}

// step does one thing: "+5s" lets time pass; "alice INVITE" sends a request to
// bob, "alice INVITE again" the last one again; "alice ACK" acknowledges a
// failure, "alice CANCEL" cancels; "b1 180" answers the last INVITE of b1,
// "b1 200 BYE" another request of it. More header lines follow behind "|".
func (w *world) step(s string) {
	w.t.Helper()
	if d, ok := strings.CutPrefix(s, "+"); ok {
		d, err := time.ParseDuration(d)
		if err != nil {
			w.t.Fatal(err)
		}
		w.pass(d)
		return
	}
	s, rest, _ := strings.Cut(s, "|")
	var more []string
	if rest != "" {
		more = strings.Split(rest, "|")
	}
	words := strings.Fields(s)
	from, what := words[0], words[1]
	own := from + " sent "
	if status, err := strconv.Atoi(what); err == nil {
		method := "INVITE"
		if len(words) > 2 {
			method = words[2]
		}
		w.receive(from, w.response(from, method, status, more))
		return
	}
	var b []byte
	switch {
	case len(words) > 2 && words[2] == "again":
		b = w.last[own+what]
	case what == "ACK" || what == "CANCEL":
		var invite, response codec.Message
		if err := invite.Parse(w.last[own+"INVITE"]); err != nil {
			w.t.Fatal(err)
		}
		var err error
		if b, err = compose.AppendCancel(nil, &invite); what == "ACK" {
			if err := response.Parse(w.last[from+" "+words[2]]); err != nil {
				w.t.Fatalf("no %s for %s", words[2], from)
			}
			b, err = compose.AppendACK(nil, &invite, &response)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	default:
		b = w.request(from, what+" sip:bob@b.example", more...)
	}
	w.last[own+what] = b
	w.receive(from, b)
}

// response returns the answer of an element to the last request that it got.
func (w *world) response(from, method string, status int, more []string) []byte {
	w.t.Helper()
	var request codec.Message
	if err := request.Parse(w.last[from+" "+method]); err != nil {
		w.t.Fatalf("%s got no %s", from, method)
	}
	r := compose.Reply{Status: status, Tag: []byte("t" + from)}
	for _, l := range more {
		name, value, _ := strings.Cut(l, ": ")
		r.Fields = append(r.Fields, compose.HeaderField{ID: header.Lookup([]byte(name)), Value: []byte(value)})
	}
	b, err := compose.AppendReply(nil, &request, &r)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// end lets everything end, and checks that nothing is left and that every
// message is accounted for.
func (w *world) end() {
	w.t.Helper()
	w.pass(20 * time.Minute)
	w.take()
	if n := w.p.Stats().Transactions; n != 0 || w.p.contexts.Len() != 0 || w.p.branches.Len() != 0 || w.p.mem.Used() != 0 {
		w.t.Errorf("left: %d transactions, %d contexts, %d branches, %d bytes", n, w.p.contexts.Len(), w.p.branches.Len(), w.p.mem.Used())
	}
	sum := 0
	for _, k := range w.kinds {
		sum += k
	}
	if sum != w.got {
		w.t.Errorf("%d messages, %d accounted for", w.got, sum)
	}
}

// A row is a step and what is sent by it, in order of names.
type row struct{ step, sent string }

func (w *world) run(rows []row) {
	w.t.Helper()
	for i, r := range rows {
		w.step(r.step)
		if got := w.take(); got != r.sent {
			w.t.Fatalf("step %d, %s: sent %q, want %q", i+1, r.step, got, r.sent)
		}
	}
}
