// Package names remembers what DNS says about the host names that requests go
// to (RFC 3263), so that a worker that forwards packets never waits for it.
//
// A name that was asked for before is answered from memory, also while it is
// asked for again: an answer that is a few seconds old is better than a packet
// that waits. How long DNS itself is not asked again is what its records say.
//
// The targets of a name are chosen among by the weights of SRV records and the
// Call-ID, not at random: a stateless proxy must send all requests of a
// transaction to one server (4.4).
package names

import (
	"context"
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/stack/resolve"
)

// A Resolver asks DNS; *resolve.Resolver is one.
type Resolver interface {
	Targets(ctx context.Context, d codec.Destination) ([]resolve.Target, error)
}

const (
	// freshFor is how long a name is not asked for again. The Resolver keeps
	// answers for as long as DNS allows, so that most of these questions cost
	// nothing.
	freshFor = 5 * time.Second
	// lookupTime bounds one look-up.
	lookupTime = 5 * time.Second
	// maxNames bounds the memory that requests with ever new names take.
	maxNames = 4096
	// maxAsking bounds the look-ups at one time.
	maxAsking = 32
	// maxKey is the longest name that is remembered; a longer one is none (RFC
	// 1035, 2.3.4).
	maxKey = 255 + 4
)

// A Cache remembers names. All goroutines may use it at the same time.
type Cache struct {
	resolver Resolver
	asking   chan struct{}
	now      func() time.Time // for tests

	mu    sync.RWMutex
	names map[string]*name
}

// name is one name with transport and port. Only its targets change.
type name struct {
	mu      sync.Mutex
	targets []*hops.Target // none when DNS knows none
	asked   time.Time      // when they were asked for, zero at first
	pending chan struct{}  // closed when the look-up that runs has ended
}

// New returns a Cache that asks a Resolver.
func New(r Resolver) *Cache {
	return &Cache{resolver: r, asking: make(chan struct{}, maxAsking), now: time.Now, names: map[string]*name{}}
}

// Find implements forward.Names: it never waits, and says forward.Pending when
// it would have to.
func (c *Cache) Find(d *codec.Destination, key []byte) (forward.Target, forward.Finding) {
	var b [maxKey]byte
	k, ok := appendKey(b[:0], d)
	if !ok {
		return forward.Target{}, forward.Unknown
	}
	c.mu.RLock()
	n := c.names[string(k)]
	c.mu.RUnlock()
	if n == nil {
		return forward.Target{}, forward.Pending
	}
	n.mu.Lock()
	targets, asked := n.targets, n.asked
	stale := n.pending == nil && c.now().Sub(asked) > freshFor
	if stale && !asked.IsZero() {
		c.start(n, d)
	}
	n.mu.Unlock()
	if asked.IsZero() {
		return forward.Target{}, forward.Pending
	}
	return choose(targets, key)
}

func choose(targets []*hops.Target, key []byte) (forward.Target, forward.Finding) {
	if t := hops.Choose(targets, key); t != nil {
		return t.Target, forward.Found
	}
	return forward.Target{}, forward.Unknown
}

// Wait finds a name as Find does, and waits for DNS where it must.
func (c *Cache) Wait(ctx context.Context, d *codec.Destination, key []byte) (forward.Target, forward.Finding) {
	var b [maxKey]byte
	k, ok := appendKey(b[:0], d)
	if !ok {
		return forward.Target{}, forward.Unknown
	}
	n := c.entry(k)
	n.mu.Lock()
	if n.asked.IsZero() && n.pending == nil {
		c.start(n, d)
	}
	pending := n.pending
	n.mu.Unlock()
	if pending != nil {
		select {
		case <-pending:
		case <-ctx.Done():
			return forward.Target{}, forward.Unknown
		}
	}
	n.mu.Lock()
	targets := n.targets
	n.mu.Unlock()
	return choose(targets, key)
}

// Waiting returns what finds names as Wait does, for a forward.Config.
func (c *Cache) Waiting(ctx context.Context) forward.Names { return waiting{c, ctx} }

type waiting struct {
	*Cache
	ctx context.Context
}

// Find implements forward.Names.
func (w waiting) Find(d *codec.Destination, key []byte) (forward.Target, forward.Finding) {
	return w.Wait(w.ctx, d, key)
}

// entry returns the name with a key, which is made when there is none. Where
// there are too many, any other one is forgotten.
func (c *Cache) entry(k []byte) *name {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.names[string(k)]
	if n == nil {
		if len(c.names) >= maxNames {
			for other := range c.names {
				delete(c.names, other)
				break
			}
		}
		n = new(name)
		c.names[string(k)] = n
	}
	return n
}

// start begins a look-up. n.mu is held.
func (c *Cache) start(n *name, d *codec.Destination) {
	done := make(chan struct{})
	n.pending = done
	asked := *d // its Host is in the message, which is used again
	asked.Host = append([]byte(nil), d.Host...)
	go func() {
		defer close(done)
		c.asking <- struct{}{}
		defer func() { <-c.asking }()
		ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
		defer cancel()
		found, err := c.resolver.Targets(ctx, asked)
		n.mu.Lock()
		defer n.mu.Unlock()
		// A server that does not answer makes no target worse than it was.
		if err == nil || len(n.targets) == 0 {
			n.targets = hops.Named(string(asked.Host), asked.Transport, 1, found)
		}
		n.asked, n.pending = c.now(), nil
	}()
}

// appendKey appends what a name is kept under: a message cannot make one that
// is another's, since a host has no byte below a space.
func appendKey(dst []byte, d *codec.Destination) ([]byte, bool) {
	if len(d.Host) == 0 || len(d.Host) > maxKey-4 {
		return dst, false
	}
	secure := byte(0)
	if d.Secure {
		secure = 1
	}
	dst = append(dst, byte(d.Transport), byte(d.Port>>8), byte(d.Port), secure)
	for _, c := range d.Host {
		dst = append(dst, abnf.Lower(c))
	}
	return dst, true
}
