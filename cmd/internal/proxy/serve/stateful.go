package serve

import (
	"bytes"
	"hash/maphash"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/cmd/internal/proxy/state"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// Stateful asks for transactions. The limits of its transactions are for the
// whole proxy.
type Stateful struct {
	state.Config
	// Bindings asks for a registrar; its Own is set.
	Bindings *registrar.Config
}

// states are the parts that the transactions are divided into: a call is in
// one of them, by its Call-ID. Whoever has a message takes the lock of its
// part, so it does not matter which socket or connection it has come by.
type states struct {
	parts     []*part
	registrar *registrar.Registrar // nil without one
	seed      maphash.Seed
	errors    []*errorQueue // of the UDP sockets
	began     time.Time
	done      chan struct{}
	ticking   sync.WaitGroup
}

// tick is how exact timers are. The shortest of SIP is 200 ms.
const tick = 10 * time.Millisecond

// startStates makes the parts, when transactions are asked for.
func (s *Server) startStates() error {
	c := s.config.Stateful
	if c == nil {
		return nil
	}
	config := c.Config
	if config.Router == nil {
		config.Router = routerOf(s.config.Forward.Router)
	}
	t := &s.states
	t.seed, t.began, t.done = maphash.MakeSeed(), time.Now(), make(chan struct{})
	if c.Bindings != nil {
		f, err := forward.New(s.config.Forward)
		if err != nil {
			return err
		}
		bindings := *c.Bindings
		bindings.Own = f.IsSelf
		t.registrar = registrar.New(bindings)
		config.Registrar = t.registrar
	}
	// Twice as many as can run at a time: they seldom wait for each other.
	n := 2 * runtime.GOMAXPROCS(0)
	limits := &config.Transactions
	for _, limit := range []*int{&limits.MaxTransactions, &limits.MaxBytes, &limits.MaxSource} {
		if *limit > 0 {
			*limit = max(*limit/n, 1)
		}
	}
	// What comes again must pass: only a request that begins a transaction is
	// asked about.
	without := s.config.Forward
	config.Gate, without.Gate = without.Gate, nil
	for range n {
		f, err := forward.New(without)
		if err != nil {
			return err
		}
		p := &part{s: s}
		p.proxy = state.New(f, p, t.began, config)
		t.parts = append(t.parts, p)
	}
	for _, w := range s.workers {
		q, err := newErrorQueue(w.socket.Conn(), &w.errorsRead)
		if err != nil {
			return err
		}
		t.errors = append(t.errors, q)
	}
	t.ticking.Go(s.tick)
	return nil
}

// routerOf returns a router that knows no second next hop, if r knows none.
func routerOf(r forward.Router) state.Router {
	if both, ok := r.(state.Router); ok {
		return both
	}
	return oneTry{r}
}

type oneTry struct{ forward.Router }

func (oneTry) RouteAfter(*codec.Message, forward.Source, []forward.Target) (forward.Target, bool) {
	return forward.Target{}, false
}

// tick lets the parts do what is due.
func (s *Server) tick() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-s.states.done:
			return
		case <-ticker.C:
		}
		now := time.Since(s.states.began)
		for _, q := range s.states.errors {
			q.read(func(quoted []byte, to netip.AddrPort) { s.unreachable(quoted, to, now) })
		}
		for _, p := range s.states.parts {
			p.advance(now)
		}
		if r := s.states.registrar; r != nil {
			r.Sweep(time.Now())
		}
	}
}

// stop ends the timers.
func (t *states) stop() {
	if t.done != nil {
		close(t.done)
		t.ticking.Wait()
	}
}

// partOf returns the part that a message belongs to. One without a Call-ID is answered
// by any.
func (t *states) partOf(m *codec.Message) *part {
	return t.parts[maphash.Bytes(t.seed, m.Value(header.IDCallID))%uint64(len(t.parts))]
}

// A part is some of the transactions. It sends for its proxy.
type part struct {
	s *Server

	mu      sync.Mutex
	proxy   *state.Proxy
	w       *worker // whose batch takes what is sent now; nil for none
	failed  []transaction.Handle
	message codec.Message // a response to be sent
}

// receive takes a message; w is nil when it did not come in a batch. What the
// Result has is appended to dst, which may be the buffer of w: when it has
// something, nothing else is sent.
func (p *part) receive(r *forward.Result, w *worker, dst []byte, m *codec.Message, err error, src forward.Source, now time.Duration) {
	p.mu.Lock()
	p.w = w
	p.proxy.Receive(r, dst, m, err, src, now)
	p.settle(now)
	p.w = nil
	p.mu.Unlock()
}

// receiveAgain takes a request that has waited for DNS.
func (p *part) receiveAgain(r *forward.Result, dst []byte, m *codec.Message, err error, src forward.Source, now time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proxy.ReceiveAgain(r, dst, m, err, src, now)
	p.settle(now)
}

func (p *part) advance(now time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proxy.Advance(now)
	p.settle(now)
}

// fail says that something could not be sent for a transaction. The caller
// must hold no lock that send takes.
func (p *part) fail(tx transaction.Handle) {
	if tx == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Since(p.s.states.began)
	p.proxy.Failed(tx, now)
	p.settle(now)
}

// settle tells the proxy of what could not be sent at once. It may try
// something else then, a bounded number of times.
func (p *part) settle(now time.Duration) {
	for len(p.failed) > 0 {
		tx := p.failed[len(p.failed)-1]
		p.failed = p.failed[:len(p.failed)-1]
		p.proxy.Failed(tx, now)
	}
}

// Send implements state.Sender.
func (p *part) Send(tx transaction.Handle, local int, to *forward.Peer, b []byte) {
	if to.Transport == header.TransportUDP {
		if w := p.w; w != nil && w.from.Local == local {
			w.add(b, to, owner{p, tx})
		} else if p.s.sendDatagram(local, b, to.Addr) != nil && tx != 0 {
			p.failed = append(p.failed, tx)
		}
		return
	}
	peer := *to
	if bytes.HasPrefix(b, []byte("SIP/")) && peer.Flow == peer.Addr && !p.s.conns.has(&peer) {
		// A response whose connection is gone goes to sent-by (18.2.2).
		if p.message.Parse(b) == nil {
			if d, err := p.message.ResponseDestination(peer.Addr); err == nil {
				if addr, ok := d.AddrPort(); ok {
					peer.Addr = addr
				}
			}
		}
	}
	if p.s.conns.queue(local, &peer, queued{b: append([]byte(nil), b...), owner: owner{p, tx}, addr: peer.Addr, name: peer.Name}) != forward.NoCause && tx != 0 {
		p.failed = append(p.failed, tx)
	}
}

// owner is whom to tell when something cannot be sent; the zero owner is
// nobody. What has an owner is not counted when it is sent: the message that it
// was made for has been.
type owner struct {
	part *part
	tx   transaction.Handle
}

// Transactions returns the counts of the transactions, and how many bindings
// there are. It is not ok for a proxy without state.
func (s *Server) Transactions() (sum transaction.Stats, bindings int, ok bool) {
	for _, p := range s.states.parts {
		p.mu.Lock()
		t := p.proxy.Stats()
		p.mu.Unlock()
		sum.Transactions += t.Transactions
		sum.Bytes += t.Bytes
		sum.Held += t.Held
		sum.Clients += t.Clients
		sum.Servers += t.Servers
		sum.Repeats += t.Repeats
		sum.Refused += t.Refused
		sum.Timeouts += t.Timeouts
	}
	if r := s.states.registrar; r != nil {
		bindings = r.Len()
	}
	return sum, bindings, len(s.states.parts) > 0
}
