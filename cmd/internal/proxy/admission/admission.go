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
	// deep is the level above which so few are admitted that those in dialogs are
	// refused next.
	deep = full - full/256
)

// A Gate decides for one worker. Its Forwarder asks it; the worker tells it how
// long packets wait.
type Gate struct {
	config Config
	level  atomic.Uint32 // 0 to 2*full
	next   time.Time     // of the next change of level
	last   time.Duration // the delay at the last one
	now    func() time.Time

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
	return &Gate{config: c, now: now}
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
	level := float64(g.level.Load())
	if level == 0 && delay <= g.config.Delay {
		g.last = delay
		return
	}
	rise := float64(delay-g.last) / float64(g.config.Delay)
	g.next, g.last = now.Add(step), delay
	g.level.Store(uint32(next(level, float64(delay)/float64(g.config.Delay), rise)))
}

// next returns the level that follows a level. delay and rise, how much longer it
// is than a step before, are parts of the longest delay that is wanted.
//
// What changes is the share that is admitted, by a part of itself: so a change
// does the same to the queue whatever the load is. Half of the delay is aimed at.
// With steps of a fixed size a simulated proxy whose speed changes had 0.843 of its
// peak left at twice the capacity, and has 0.863 so, and one without transactions
// 0.280 at four times, and has 0.335; the best possible is 0.875 and 0.334 (TestUnsteady
// and TestOverload with 2000 calls a second, 27 November 2026).
func next(level, delay, rise float64) float64 {
	switch {
	case level > deep && delay > 1 && rise >= 0:
		return min(level+max((2*full-level)/20, full/256), 2*full)
	case level > deep && delay < 1:
		return max(level-full/20, deep)
	case level > deep:
		return level
	}
	part := 1.0
	switch {
	case delay > 2 && rise >= 0:
		part = 0.75 // far off, and not on its way back
	case delay < 0.25:
		part = 1.06 // processor time may be left
	default:
		part = 1 - 0.01*(delay-0.5) - 0.5*rise
	}
	admitted := (full - level) * min(max(part, 0.75), 1.1)
	if admitted < full-deep {
		return deep + 1
	}
	return max(full-admitted, 0)
}

// Idle says that no packet came for a time: the level falls as if one had come every
// 10 ms. Else what begins after an overload would be refused for the first hundred
// packets, however long they take to come. Short pauses are a part of an overload.
func (g *Gate) Idle(d time.Duration) {
	steps, level := d/step, float64(g.level.Load())
	if steps < 10 {
		return
	}
	for ; steps > 0 && level > 0; steps-- {
		level = next(level, 0, 0)
	}
	g.level.Store(uint32(level))
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
