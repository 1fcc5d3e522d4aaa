// Package admission decides which requests an overloaded proxy forwards.
//
// What is measured is how long packets wait in the socket before they are read.
// While that is longer than it should be, a growing share of new requests is
// refused, chosen by a hash of the Call-ID, so that a request that is sent again
// gets the same answer. Requests in a dialog come next, when refusing all new
// ones is not enough. Never refused are emergency calls, and ACK, CANCEL and
// BYE, which end work. Responses are not asked about at all: their requests have
// been forwarded.
//
// Each refused request gets a 503. One that is dropped is sent again, up to six
// times over UDP (RFC 3261, 17.1.1.2), and all of them must be read: when only
// one in eight was answered, a minute of TestOverload with refusals of half the
// price of forwarding had a goodput of 0.65 of the peak at twice the capacity,
// and of 0.05 at four times; now it is 0.85 and 0.57 (27 November 2026).
package admission

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/spread"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// Config says when requests are refused.
type Config struct {
	// Off lets all through but what Sources says: packets are then lost in the
	// socket when too many come.
	Off bool
	// Delay is how long packets may wait before they are read: 50 ms when it is
	// 0. A request waits that long at every proxy on its way, and its sender
	// sends it again after 500 ms (RFC 3261, 17.1.1.1).
	Delay time.Duration
	// RetryAfter is when a refused client may come back: 5 s when it is 0. Some
	// are told up to three quarters more, so that they do not come all at once.
	RetryAfter time.Duration
	// Sources limits what one address may send, nil for no limit.
	Sources *Sources
	// Seed goes into the hash that chooses who is refused. It is to be random, so
	// that no client can choose a Call-ID that passes.
	Seed uint64
}

const (
	defaultDelay      = 50 * time.Millisecond
	defaultRetryAfter = 5 * time.Second

	// step is how often the share of refused requests changes.
	step = 10 * time.Millisecond
	// full is the level at which all new requests are refused, and twice that
	// the one at which all in dialogs are, too.
	full = 1 << 16
	// least is the smallest share that stays when processor time is left again: it
	// takes a second from there to all.
	least = 1.0 / 256
	// closed is for how many steps next to nothing has been admitted before requests in
	// dialogs are refused, too: the queue of a short pause of the machine needs less.
	closed = 50
)

// A Gate decides for one worker. Its Forwarder asks it; the worker tells it how
// long packets wait.
type Gate struct {
	config Config
	level  atomic.Uint32 // 0 to 2*full
	next   time.Time     // of the next change of level
	last   time.Duration // the delay at the last one
	now    func() time.Time

	share    float64 // of new requests that is admitted in the long run
	shut     float64 // steps for which next to nothing has been admitted
	inDialog float64 // the share of requests in dialogs that is refused

	// admitted has the marks of the requests that were admitted last, so that
	// one that is sent again is admitted too: its call may be ringing already. At
	// 20,000 calls a second it goes back 3 seconds.
	admitted [1 << 16]uint32
}

// New returns a Gate. now is the clock of the Sources, time.Now but in tests.
func New(c Config, now func() time.Time) *Gate {
	if c.Delay <= 0 {
		c.Delay = defaultDelay
	}
	return &Gate{config: c, now: now, share: 1}
}

// Level returns the share of new requests that is refused, from 0 to 1, and
// above 1 that of requests in dialogs too.
func (g *Gate) Level() float64 { return float64(g.level.Load()) / full }

// Observe takes a measurement of how long packets wait. The worker calls it
// after each batch; it does something every 10 ms.
func (g *Gate) Observe(now time.Time, delay time.Duration) {
	if g.config.Off || now.Before(g.next) {
		return
	}
	if g.level.Load() == 0 && delay <= g.config.Delay {
		g.next, g.last = now.Add(step), delay
		return
	}
	// A batch, or a pause of the machine, may take longer than a step. The first change
	// has no time before it: the difference is the longest there is.
	steps := min(float64(now.Sub(g.next))/float64(step)+1, 5)
	rises := delay >= g.last
	g.next, g.last = now.Add(step), delay
	g.change(float64(delay)/float64(g.config.Delay), steps, rises)
}

// change makes the level that follows from a delay, as a part of the longest that is
// wanted.
//
// The share that is admitted has two factors. One, share, changes slowly, by a part of
// itself, until half of the longest delay is what packets wait. The other takes at once
// from it what a longer delay asks for, and gives it back when the queue is shorter: so
// a pause of the machine, behind which many packets wait, does not change for long what
// is admitted. With one factor, that rose by 0.06 in a step, it took a second after each.
//
// A simulated proxy that stops for 200 ms in 1.5 s, with transactions, has 0.75 of its
// peak left at twice the capacity (0.74 with one factor), and without transactions 0.22 at
// four times (0.12), where no packet is lost instead of 7814 (TestPauses, 28 November
// 2026). Without pauses both have the best that is possible (TestOverload).
func (g *Gate) change(delay, steps float64, rises bool) {
	if delay < 0.25 {
		g.share *= math.Pow(1.06, steps) // processor time may be left
	} else {
		g.share *= 1 - 0.01*(min(delay, 2)-0.5)*steps
	}
	g.share = min(max(g.share, least), 1)
	admitted := g.share * math.Exp(-0.7*max(delay-0.5, 0))
	if g.shut += steps; admitted > least {
		g.shut = 0
	}
	switch {
	case g.shut > closed && delay > 1 && rises:
		g.inDialog = min(g.inDialog+max((1-g.inDialog)/20, least), 1)
	case delay < 1:
		g.inDialog = max(g.inDialog-0.05, 0)
	}
	if g.inDialog > 0 {
		admitted = 0
	}
	g.level.Store(uint32(full * (1 - admitted + g.inDialog)))
}

// Idle says that no packet came for a time: the level falls as if one had come every
// 10 ms. Else what begins after an overload would be refused for the first hundred
// packets, however long they take to come. Short pauses are a part of an overload.
func (g *Gate) Idle(d time.Duration) {
	steps := d / step
	if steps < 10 {
		return
	}
	for ; steps > 0 && g.level.Load() > 0; steps-- {
		g.change(0, 1, false)
	}
}

// Admit implements forward.Gate.
func (g *Gate) Admit(m *codec.Message, src forward.Source) (forward.Verdict, int) {
	if g.config.Sources != nil && !g.config.Sources.take(src.Addr.Addr(), g.now()) {
		if ClassOf(m) != Emergency {
			return forward.Limit, 0
		}
	}
	if g.config.Off {
		return forward.Admit, 0
	}
	// What ends work is not asked about, and not kept.
	switch m.Method() {
	case header.MethodACK, header.MethodCANCEL, header.MethodBYE:
		return forward.Admit, 0
	}
	h := g.config.hash(m)
	slot, again := &g.admitted[h%uint32(len(g.admitted))], mark(m, h)
	if level := g.level.Load(); level > 0 && *slot != again && g.config.refuses(m, level, h) {
		return forward.Refuse, g.config.retry(h)
	}
	*slot = again
	return forward.Admit, 0
}

// hash chooses who is refused, by the high bits: of what a request that is sent
// again has too, also one with credentials. That one has another CSeq, and gets
// another answer only if the level has risen.
func (c *Config) hash(m *codec.Message) uint32 {
	return spread.Hash32(c.Seed^uint64(m.Method()), m.Value(header.IDCallID))
}

// mark is what a request of that hash has in common with the same one that is
// sent again only: a new request with the Call-ID of one that was admitted has
// another CSeq.
func mark(m *codec.Message, h uint32) uint32 {
	cseq, err := m.CSeq()
	if err != nil {
		return h
	}
	return h ^ cseq.Number()*0x9e3779b1
}

// Limit returns how long packets may wait.
func (g *Gate) Limit() time.Duration { return g.config.Delay }
