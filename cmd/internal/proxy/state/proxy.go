package state

import (
	"net/netip"
	"slices"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/arena"
	"github.com/sipwire/sipwire/internal/slab"
	"github.com/sipwire/sipwire/transaction"
)

// A Sender takes what a Proxy sends.
type Sender interface {
	// Send sends b from a Local to a Peer. It must keep neither, nor call the
	// Proxy. What cannot be sent is for [Proxy.Failed], later, with tx.
	Send(tx transaction.Handle, local int, to *forward.Peer, b []byte)
}

// A Router chooses next hops, and others when the first ones fail.
type Router interface {
	forward.Router
	// RouteAfter returns the next hop of a request after those that were tried.
	// It is not ok when there is no other.
	RouteAfter(m *codec.Message, src forward.Source, tried []forward.Target) (forward.Target, bool)
}

// Config says how a Proxy works. A zero field means its default.
type Config struct {
	Router Router
	// Registrar has the targets of its domains; nil for none.
	Registrar *registrar.Registrar
	// Gate is asked about each request that begins a transaction and about each
	// ACK without one, unless it is nil. A CANCEL of a transaction that is known
	// is not asked about.
	Gate forward.Gate
	// Recurse says that the contacts of a 3xx are tried instead of passing it
	// on (16.7, step 4).
	Recurse bool
	// MaxBranches bounds the copies of one request, all tries together: 10.
	MaxBranches int
	// Tries is how many next hops of a rule are tried at most: 3.
	Tries int
	// TimerC is how long an INVITE may ring: 185 s; more than 3 minutes are
	// asked for (16.6, step 11).
	TimerC time.Duration
	// Transactions has the limits and times of the transactions. Of the
	// others, what a proxy needs is set.
	Transactions transaction.Config
}

// A Proxy is such a proxy.
type Proxy struct {
	config Config
	f      *forward.Forwarder
	layer  *transaction.Layer
	out    Sender
	// epoch is what the time is counted from.
	epoch time.Time

	contexts slab.Slab[context]
	branches slab.Slab[branch]
	mem      arena.Arena

	// Where the request at hand goes, see find: to what the registrar knows, or to
	// peer, if that is ok.
	registered, byRule, ok bool
	peer                   forward.Peer
	bindings               []*registrar.Binding
	known                  registrar.Answer

	now     time.Duration
	session registrar.Session
	again   codec.Message // a request or response that is kept, parsed again
	request []byte        // of again
	made    []byte        // what is composed
	id      []byte        // of a branch
	client  forward.Peer  // of Send, which would allocate it otherwise
	tried   []forward.Target
	targets []header.Contact
	retry   [1]compose.HeaderField // Retry-After of what is beyond the limits
	edit    codec.Edit
}

// New returns a Proxy that checks and rewrites by f, which it alone uses.
func New(f *forward.Forwarder, out Sender, epoch time.Time, c Config) *Proxy {
	if c.MaxBranches <= 0 {
		c.MaxBranches = 10
	}
	if c.Tries <= 0 {
		c.Tries = 3
	}
	if c.TimerC <= 0 {
		c.TimerC = 185 * time.Second
	}
	t := c.Transactions
	t.TimerC, t.Keep487, t.NoMerge, t.Ends = c.TimerC, true, true, true
	p := &Proxy{config: c, f: f, out: out, epoch: epoch}
	if c.Registrar != nil {
		f.ServeRegister(c.Registrar.Serves)
	}
	p.layer = transaction.New(p, t)
	if p.mem.MaxBlocks = 1 << 13; t.MaxBytes > 0 {
		p.mem.MaxBlocks = max(t.MaxBytes>>18, 1) // a quarter of what the transactions have
	}
	p.retry[0] = compose.HeaderField{ID: header.IDRetryAfter, Value: []byte("5")}
	return p
}

// Stats returns the counts of the transactions.
func (p *Proxy) Stats() transaction.Stats { return p.layer.Stats() }

// Contexts returns how many requests have a response context.
func (p *Proxy) Contexts() int { return p.contexts.Len() }

// Receive takes a message that was parsed with the given error, and writes what
// became of it to r, which is empty before. A Result with Data is still to be sent, and
// counts when that is done; Data is dst with the message behind it. All else was sent by
// Send. A request that NeedsName is for ReceiveAgain when DNS has been asked: nothing
// has been done about it.
func (p *Proxy) Receive(r *forward.Result, dst []byte, m *codec.Message, err error, src forward.Source, now time.Duration) {
	p.receive(r, dst, m, err, src, now, p.config.Gate)
}

// ReceiveAgain takes a request that needed a name. It has passed the Gate, but for
// an ACK, which is asked about last.
func (p *Proxy) ReceiveAgain(r *forward.Result, dst []byte, m *codec.Message, err error, src forward.Source, now time.Duration) {
	p.receive(r, dst, m, err, src, now, nil)
}

func (p *Proxy) receive(r *forward.Result, dst []byte, m *codec.Message, err error, src forward.Source, now time.Duration, gate forward.Gate) {
	p.now = now
	if m.IsResponse() {
		p.response(r, m, err, src)
		return
	}
	// Refusing is to cost as little as it can: what is refused need not pass the
	// checks. OPTIONS for the proxy itself is answered whatever the load is.
	options := m.Method() == header.MethodOPTIONS
	if err == nil && !options && !p.admit(r, dst, m, src, gate) {
		return
	}
	if !p.f.Check(r, dst, m, err, src) {
		return
	}
	if options && !p.admit(r, dst, m, src, gate) {
		return
	}
	// What belongs to a transaction goes where that went: DNS is not asked again.
	if !p.find(m, src) && (m.Method() == header.MethodACK || p.layer.Begins(m)) {
		r.Kind = forward.NeedsName
		return
	}
	ev := p.layer.Receive(m, p.addr(src), now)
	switch ev.Kind {
	case transaction.Request:
		p.begin(r, m, src, ev)
	case transaction.Ack:
		if p.config.Gate != nil {
			if v, _ := p.config.Gate.Admit(m, src); v != forward.Admit {
				r.Drop(v.Cause()) // an ACK has no answer
				return
			}
		}
		p.ack(r, dst, m, src)
	case transaction.Cancelled:
		if _, c := p.contextOf(ev.User); c != nil {
			p.cancelled(c)
		}
		r.Kind = forward.Answered
	case transaction.Refused:
		r.Kind, r.Status = forward.Answered, 503
	case transaction.Malformed:
		p.f.Malformed(r, dst, m, ev.Code, src)
	default:
		r.Kind = forward.Absorbed
		if m.Method() == header.MethodCANCEL {
			r.Kind = forward.Answered
		}
	}
}

// ack forwards an ACK for a 2xx, which has no transaction (RFC 3261, 16.2 and
// 17.1). One whose target only the registrar knows goes there.
func (p *Proxy) ack(r *forward.Result, dst []byte, m *codec.Message, src forward.Source) {
	if p.f.FlowStatus() != 0 {
		r.Drop(forward.NoConnect)
		return
	}
	if !p.registered {
		if p.ok {
			p.f.Forward(r, dst, m, src, &p.peer)
		} else {
			r.Drop(forward.BadACK) // as an answer would be
		}
		return
	}
	if len(p.bindings) == 0 {
		r.Drop(forward.BadACK)
		return
	}
	var b *registrar.Binding
	var to forward.Peer
	var local int
	ok := false
	for _, b = range slices.Backward(p.bindings) { // of several flows, the INVITE went to the last one
		if to, local, ok = reach(p.f, b, m, src); ok {
			break
		}
	}
	if !ok {
		r.Drop(forward.Unresolved)
		return
	}
	p.id, _ = p.f.AppendKeyedBranch(p.id[:0], m)
	out, err := p.f.AppendCopy(dst, m, src, &to, &forward.Copy{Local: local, Branch: p.id, URI: b.URI, Path: b.Path})
	if err != nil {
		r.Drop(forward.BadACK)
		return
	}
	r.Kind, r.Local, r.To, r.Data = forward.Forwarded, local, to, out
}

// Next returns when Advance has something to do. It is not ok when there is
// no timer.
func (p *Proxy) Next() (time.Duration, bool) { return p.layer.Next() }

// Advance does what is due at now.
func (p *Proxy) Advance(now time.Duration) {
	p.now = now
	for ev, ok := p.layer.Advance(now); ok; ev, ok = p.layer.Advance(now) {
		p.event(ev)
	}
}

// Failed says that something could not be sent for a transaction.
func (p *Proxy) Failed(tx transaction.Handle, now time.Duration) {
	p.now = now
	p.event(p.layer.TransportError(tx, now))
}

// Unreachable says that an ICMP error quotes m, or the beginning of it: nobody is
// at the address that it was sent to (RFC 3261, 18.4). It reports whether m is a
// request of a transaction here, whose branch nobody else can know: that of a CANCEL
// may be a keyed one, of which that is not sure. The transaction has failed then, unless
// there is a response already.
func (p *Proxy) Unreachable(m *codec.Message, to netip.AddrPort, now time.Duration) bool {
	if m.Method() == header.MethodCANCEL {
		return false
	}
	tx := p.layer.Sent(m)
	peer, ok := p.layer.Peer(tx)
	if !ok || peer.IP != to || peer.Transport.IsReliable() {
		return false
	}
	if p.layer.Status(tx) == 0 {
		p.Failed(tx, now)
	}
	return true
}

// serverSide marks what belongs to a server transaction: the user of its
// events, and the Flow of its address, which then has the Local. Those of a
// client transaction are the handle of its branch.
const serverSide = 1 << 63

func (p *Proxy) addr(src forward.Source) transaction.Addr {
	return transaction.Addr{IP: src.Addr, Transport: p.f.Transport(src.Local), Flow: serverSide | uint64(src.Local)}
}

// Send implements transaction.Transport.
func (p *Proxy) Send(tx transaction.Handle, to transaction.Addr, b []byte) {
	if to.Flow&serverSide != 0 {
		p.client.Transport, p.client.Addr, p.client.Flow = to.Transport, to.IP, netip.AddrPort{}
		if to.Transport.IsReliable() {
			p.client.Flow = to.IP
		}
		p.out.Send(tx, int(to.Flow&^serverSide), &p.client, b)
		return
	}
	if _, br := p.branches.Lookup(to.Flow); br != nil {
		p.out.Send(tx, int(br.local), &br.to, b)
	}
}

// answer answers the request of a context from here.
func (p *Proxy) answer(c *context, r *compose.Reply) {
	if r.Status == 503 && r.Fields == nil {
		r.Fields = p.retry[:]
	}
	c.final = uint16(r.Status)
	// A transaction that has ended needs no answer; a 408 to what is no INVITE
	// is not sent (RFC 4320, 4.1).
	_ = p.layer.Reply(c.server, nil, r, p.now)
}

// codeOf returns an error of the library as what it is.
func codeOf(err error) sipwire.Code {
	code, _ := err.(sipwire.Code)
	return code
}
