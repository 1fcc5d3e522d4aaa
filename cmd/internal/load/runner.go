package load

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/udp"
)

// A Runner is a run: what is to be done, and how.
type Runner struct {
	Engine    engine.Config // of every worker, but for what New sets
	Server    bool          // waits for calls
	Transport string        // u1, un, ui, t1, tn, l1, ln: protocol, and one socket, or one for each call or address
	Local     netip.AddrPort
	Rate      *Rate
	Calls     uint64 // how many calls begin; 0 for no bound
	Limit     int    // how many are open at once; 0 for no bound
	Users     int    // a closed loop of so many users, in the place of Rate

	// Of a scenario whose users register: how many there are, and how many of
	// them begin or end their registration in a second.
	Registered   int
	RegisterRate float64

	Timeout time.Duration
	NoCalls time.Duration // no call begins from this time on, unless a rate was set meanwhile; 0 for no bound
	Workers int
	Tick    time.Duration // of clients over UDP; 0 for one that depends on the rate, see setTick
	Share   Share         // of the calls, users and rate above, in a fleet
	TLS     *tls.Config
	Each    func(*Sample) // called every second; may be nil
	Began   func()        // called when the run has begun: there are figures from then on; may be nil

	shared   *engine.Shared
	port     uint16
	workers  []*worker
	carriers []carrier
	started  atomic.Pointer[clock] // nil before the run
	hard     atomic.Bool           // end at once, without telling the other side
	stopped  atomic.Bool           // from outside
	timedOut atomic.Bool
	cpu      cpuMeter
	spent    time.Duration // processor time of a run that has ended
	wall     time.Duration // and its length
	series   []Sample
	wanted   atomic.Int64 // users, at this moment

	unfinished atomic.Int64 // workers that have calls to make, see enrolment.go

	// Of sample, which sums up several workers in place.
	sum       engine.Counts
	cpuBefore time.Duration

	// seconds has something every second of the run. It takes the place of a
	// timer of the runtime: while one is set, a thread waits in the runtime's
	// poller, and is woken by every packet.
	seconds chan struct{}
}

// Prepare opens the sockets. What is wrong with addresses and ports is found
// here.
func (r *Runner) Prepare(ctx context.Context, shared *engine.Shared) error {
	r.shared, r.seconds = shared, make(chan struct{}, 1)
	r.Workers = max(r.Workers, 1)
	if r.Limit > 0 { // a worker without a part of it would have no bound
		r.Workers = min(r.Workers, max(r.Share.part(r.Limit), 1))
	}
	if r.Engine.Program.User != scenario.None {
		// One without a user could not make its calls.
		r.Workers = min(r.Workers, max(r.Share.part(r.Registered), 1))
		shared.Expect(r.Share.part(r.Registered))
		r.unfinished.Store(int64(r.Workers))
	}
	if r.Users > 0 {
		shared.Users.Store(int64(r.Users))
		r.wanted.Store(int64(r.Users))
	}
	for i := range r.Workers {
		if err := r.worker(ctx, i); err != nil {
			for _, c := range r.carriers {
				c.close()
			}
			return err
		}
	}
	r.workers[0].engine.Init()
	return nil
}

// worker makes worker i with its socket.
func (r *Runner) worker(ctx context.Context, i int) error {
	limit, calls := r.Share.part(r.Limit), r.Share.part(int(r.Calls))
	follows := follows(r.Engine.Program) || r.Engine.AutoAnswer || r.Engine.RecvTimeout > 0
	w := &worker{run: r, sends: sends(r.Engine.Program), follows: follows, limit: part(limit, i, r.Workers), quota: uint64(part(calls, i, r.Workers))}
	if r.Calls > 0 && w.quota == 0 {
		w.done = true // fewer calls than workers
	}
	cfg := r.Engine
	place, all := r.Share.place(i, r.Workers)
	cfg.FirstNumber, cfg.NumberStep = uint64(place)+1, uint64(all)
	cfg.Reliable = r.Transport[0] != 'u'
	cfg.OwnConn = r.Transport[1] == 'n' && !r.Server
	cfg.Words.Transport = map[byte]string{'u': "UDP", 't': "TCP", 'l': "TLS"}[r.Transport[0]]
	local := r.Local
	if r.Workers > 1 && local.Port() != 0 && !r.Server {
		local = netip.AddrPortFrom(local.Addr(), local.Port()+uint16(i))
	}
	var c carrier
	var err error
	switch {
	case r.Transport == "ui":
		c, err = r.addresses(ctx, w, local.Port(), &cfg)
	case r.Transport == "u1" || r.Server && r.Transport[0] == 'u':
		c, err = r.udp(ctx, w, local, &cfg)
	default:
		c, err = r.conns(ctx, w, local, &cfg)
	}
	if err != nil {
		return err
	}
	if len(r.workers) == 0 {
		r.port = uint16(cfg.Words.LocalPort)
	}
	w.engine = engine.New(cfg, r.shared)
	w.engine.Time = func() int64 { return w.clock.now() }
	w.snapshot = engine.NewCounts(cfg.Program)
	if cc, ok := c.(*connCarrier); ok && cfg.OwnConn {
		w.engine.Opened, w.engine.Closed = cc.connect, cc.end
	} else if ok && r.Transport == "ui" {
		w.engine.From, w.engine.AddressOf = cc.from, cc.address
	}
	w.enrolment = newEnrolment(r, i, place, all)
	if u, ok := c.(*udpCarrier); ok {
		w.ticks, w.engine.Full = true, func() {
			u.flush()
			w.engine.Clock(w.clock.now())
		}
	}
	switch {
	case r.Server:
	case r.Users > 0:
		w.users = users{first: place + 1, step: all, known: map[int]bool{}}
		w.engine.EndedUser = w.userEnded
	default:
		w.arrivals = newArrivals(r.Rate, place, all, cfg.Seed)
		if !smallContainer() {
			w.engine.Reserve(w.reserved())
		}
	}
	r.workers, r.carriers = append(r.workers, w), append(r.carriers, c)
	return nil
}

// part is the share of worker i of n in a total.
func part(total, i, n int) int {
	p := total / n
	if i < total%n {
		p++
	}
	return p
}

// buffers is what is asked of the kernel for each socket: at a rate of 10,000
// calls a second, half a second of packets.
const buffers = 16 << 20

// udp opens the UDP socket of a worker.
func (r *Runner) udp(ctx context.Context, w *worker, local netip.AddrPort, cfg *engine.Config) (carrier, error) {
	s, err := udp.Listen(ctx, "udp", local.String(), udp.Config{
		Batch: maxBatch, Held: -1, RecvBuffer: buffers, SendBuffer: buffers, Timestamps: true, NoLocal: true, GRO: true,
		ReusePort: r.Server && r.Workers > 1,
	})
	if err != nil {
		return nil, err
	}
	cfg.Words.LocalPort = int(s.LocalAddr().Port())
	return newUDPCarrier(w, s)
}

// conns makes the connections of a worker, or its listener.
func (r *Runner) conns(ctx context.Context, w *worker, local netip.AddrPort, cfg *engine.Config) (carrier, error) {
	cc := newConnCarrier(w)
	network := "tcp"
	if r.Transport[0] == 'u' {
		network = "udp"
	}
	if r.Server {
		if len(r.workers) > 0 {
			return nil, errors.New("a TCP or TLS server has one worker")
		}
		l, err := net.Listen(network, local.String())
		if err != nil {
			return nil, err
		}
		cfg.Words.LocalPort = int(addrPort(l.Addr()).Port())
		if r.Transport[0] == 'l' {
			l = tls.NewListener(l, r.TLS)
		}
		cc.listener = l
		return cc, nil
	}
	one := r.Transport[1] == '1'
	cc.dial = func(remote netip.AddrPort) (net.Conn, error) {
		d := net.Dialer{Timeout: 5 * time.Second, Control: reuseAddress}
		if one || network == "udp" {
			port := local.Port()
			if !one {
				port = 0 // each call has a port of its own
			}
			d.LocalAddr = localAddr(network, netip.AddrPortFrom(local.Addr(), port))
		} else if local.Addr().IsValid() {
			d.LocalAddr = localAddr(network, netip.AddrPortFrom(local.Addr(), 0))
		}
		nc, err := d.DialContext(ctx, network, remote.String())
		if err != nil || r.Transport[0] != 'l' {
			return nc, err
		}
		t := tls.Client(nc, r.TLS)
		if err := t.HandshakeContext(ctx); err != nil {
			nc.Close()
			return nil, err
		}
		return t, nil
	}
	cfg.Words.LocalPort = int(local.Port())
	if one {
		nc, err := cc.dial(cfg.Target)
		if err != nil {
			return nil, err
		}
		cfg.Words.LocalPort = int(addrPort(nc.LocalAddr()).Port())
		cc.first = nc
	}
	return cc, nil
}

// localAddr is a local address in the form that net wants; nil when none is
// given.
func localAddr(network string, a netip.AddrPort) net.Addr {
	if !a.Addr().IsValid() {
		return nil
	}
	if network == "udp" {
		return net.UDPAddrFromAddrPort(a)
	}
	return net.TCPAddrFromAddrPort(a)
}

// Run runs until all is done or the run is stopped, and returns what happened.
func (r *Runner) Run() (*Result, error) {
	begun := clock{time.Now()}
	r.cpu.start() // first: what asks for figures looks at started
	r.started.Store(&begun)
	if r.Began != nil {
		r.Began()
	}
	errs := make([]error, len(r.workers))
	if _, ok := r.carriers[0].(*udpCarrier); ok {
		defer holdProcessors(len(r.workers))()
	}
	var all sync.WaitGroup
	for i, w := range r.workers {
		w.clock = begun
		if cc, ok := r.carriers[i].(*connCarrier); ok {
			cc.start()
		}
		all.Go(func() {
			if err := w.loop(r.carriers[i]); err != nil {
				errs[i] = fmt.Errorf("worker %d: %w", i, err)
				r.shared.Stop.Store(engine.StopNow)
			}
			w.retire()
		})
	}
	sampled := make(chan struct{})
	go func() {
		defer close(sampled)
		for range r.seconds {
			r.sample()
		}
	}()
	all.Wait()
	close(r.seconds)
	<-sampled
	return r.result(), errors.Join(errs...)
}

// OpenRate returns the rate at which calls begin; nil in a closed loop and for a
// server.
func (r *Runner) OpenRate() *Rate {
	if r.Users > 0 || r.Server {
		return nil
	}
	return r.Rate
}

// Stopping reports whether the run was told to end.
func (r *Runner) Stopping() bool { return r.shared.Stop.Load() != engine.Run }

// StopSoon lets no new calls begin.
func (r *Runner) StopSoon() { r.shared.Stop.CompareAndSwap(engine.Run, engine.StopSoon) }

// StopNow ends all calls, with BYE or CANCEL unless hard is set.
func (r *Runner) StopNow(hard bool) {
	r.hard.Store(hard)
	r.stopped.Store(true)
	r.shared.Stop.Store(engine.StopNow)
}

// Halted reports whether the scenario itself has ended the run.
func (r *Runner) Halted() bool { return r.shared != nil && r.shared.Halted.Load() }

// Port is the local port of the first worker, once Prepare has opened it.
func (r *Runner) Port() uint16 { return r.port }

// Interrupted reports whether the run was ended by StopNow.
func (r *Runner) Interrupted() bool { return r.stopped.Load() }

// Hard reports whether the run was ended at once.
func (r *Runner) Hard() bool { return r.hard.Load() }

// Processors is how many cores the process may use.
func Processors() int { return runtime.GOMAXPROCS(0) }
