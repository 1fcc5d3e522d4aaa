package registrar

import (
	"bytes"
	"strings"
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// Config says how a Registrar works. A zero limit means its default.
type Config struct {
	// Domains are the hosts of the addresses-of-record, besides those that Own
	// knows.
	Domains []string
	// Own reports whether a URI names the machine itself; it may be nil. It
	// must be safe for many goroutines.
	Own func(*uri.URI) bool
	// Users may register; nil for all.
	Users *Users
	// Key is secret, for the nonces.
	Key [16]byte

	// ListOnly keeps contacts that nothing could be sent to from here: bindings
	// are only listed.
	ListOnly bool

	MinExpires, MaxExpires time.Duration // 1 minute and 1 day
	DefaultExpires         time.Duration // 1 hour, when the client does not say
	MaxContacts            int           // of one address-of-record: 10
	MaxBindings            int           // in all: 100,000
}

// A Binding is one contact of an address-of-record. It does not change.
type Binding struct {
	URI  []byte // the Request-URI for it
	Path []byte // the Route for it (RFC 3327), nil for none
	Q    int    // in thousandths, 1000 is tried first
	// To is where requests go. Its Flow is the connection that the REGISTER
	// came by. To.Addr is not valid when they may go by nothing else.
	To forward.Peer
	// Name is what DNS has to be asked about for To.Addr: a contact, or the first
	// element of Path, that is a host name. See IsNamed.
	Name codec.Destination
	// Source is where the REGISTER came from.
	Source forward.Source

	contact  []byte // as it was registered: URI, with its headers
	instance string
	regID    uint32
	callID   string
	cseq     uint32
	until    time.Time
}

// A Registrar keeps bindings.
type Registrar struct {
	config  Config
	domains map[string]bool
	digest  *digest.Server // nil without users

	mu    sync.RWMutex
	byAOR map[string][]*Binding // a slice is replaced, never changed
	count int
	swept time.Time
}

// New returns a Registrar without bindings.
func New(c Config) *Registrar {
	for _, d := range []struct {
		v *time.Duration
		d time.Duration
	}{{&c.MinExpires, time.Minute}, {&c.MaxExpires, 24 * time.Hour}, {&c.DefaultExpires, time.Hour}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
	for _, n := range []struct{ v, d *int }{{&c.MaxContacts, new(10)}, {&c.MaxBindings, new(100_000)}} {
		if *n.v <= 0 {
			*n.v = *n.d
		}
	}
	r := &Registrar{config: c, domains: map[string]bool{}, byAOR: map[string][]*Binding{}}
	for _, d := range c.Domains {
		r.domains[strings.ToLower(d)] = true
	}
	if u := c.Users; u != nil {
		r.digest = &digest.Server{Key: c.Key, Counts: digest.NewCounts(1 << 14)}
		r.digest.Offer = digest.Offer{Realm: []byte(u.realm), Algorithms: u.offered, QOP: digest.QOPAuth}
	}
	return r
}

// Serves reports whether the URI is in a domain of the registrar.
func (r *Registrar) Serves(u *uri.URI) bool {
	if !u.IsSIP() {
		return false
	}
	var b [256]byte
	if host := u.Host(); len(host) <= len(b) && r.domains[string(appendLower(b[:0], host))] {
		return true
	}
	return r.config.Own != nil && r.config.Own(u)
}

func appendLower(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, abnf.Lower(c))
	}
	return dst
}

// appendAOR appends what bindings are found by: the URI without its scheme and
// parameters, the host in lower case, and escapes undone (RFC 3261, 10.3, step
// 5).
func appendAOR(dst []byte, u *uri.URI) []byte {
	dst = append(u.AppendUser(dst), '@')
	return appendLower(dst, u.Host())
}

// An Answer says how Lookup found a user.
type Answer uint8

const (
	Found   Answer = iota
	Away           // no binding: 480
	Unknown        // no such user: 404
)

// Lookup returns the bindings of an address-of-record that are in force, in the
// order of their REGISTERs. The slice is valid until the Session is used again.
func (r *Registrar) Lookup(s *Session, u *uri.URI, now time.Time) ([]*Binding, Answer) {
	s.aor = appendAOR(s.aor[:0], u)
	r.mu.RLock()
	all := r.byAOR[string(s.aor)]
	r.mu.RUnlock()
	s.found = s.found[:0]
	for _, b := range all {
		if b.until.After(now) {
			s.found = append(s.found, b)
		}
	}
	switch {
	case len(s.found) > 0:
		return s.found, Found
	case r.config.Users != nil && !r.config.Users.Has(u.User()):
		return nil, Unknown
	}
	return nil, Away
}

// Len returns the number of bindings, those that have run out but are not
// removed yet among them.
func (r *Registrar) Len() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.count
}

// Sweep removes the bindings that have run out, at most once a minute.
func (r *Registrar) Sweep(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.swept) >= time.Minute {
		r.sweep(now)
	}
}

// sweep removes what has run out. r.mu is held.
func (r *Registrar) sweep(now time.Time) {
	r.swept = now
	for aor, all := range r.byAOR {
		if left := inForce(all, now); len(left) != len(all) {
			r.put(aor, left)
		}
	}
}

// inForce returns the bindings that have not run out: all itself when it has
// no others.
func inForce(all []*Binding, now time.Time) []*Binding {
	for i, b := range all {
		if b.until.After(now) {
			continue
		}
		left := append([]*Binding(nil), all[:i]...)
		for _, b := range all[i+1:] {
			if b.until.After(now) {
				left = append(left, b)
			}
		}
		return left
	}
	return all
}

// put replaces the bindings of an address-of-record. r.mu is held.
func (r *Registrar) put(aor string, all []*Binding) {
	r.count += len(all) - len(r.byAOR[aor])
	if len(all) == 0 {
		delete(r.byAOR, aor)
	} else {
		r.byAOR[aor] = all
	}
}

// IsNamed reports whether the binding is for a host name.
func (b *Binding) IsNamed() bool { return len(b.Name.Host) > 0 }

// IsFlow reports whether requests go over the flow of the REGISTER, and over no
// other (RFC 5626, 5.3).
func (b *Binding) IsFlow() bool { return b.regID != 0 && b.Path == nil }

// SameInstance reports whether two bindings are flows of one user agent (RFC
// 5626, 5.3): a request goes to one of them at a time.
func (b *Binding) SameInstance(o *Binding) bool {
	return b.regID != 0 && o.regID != 0 && b.instance == o.instance
}

// same reports whether two bindings are of one contact: the same flow of an
// instance (RFC 5626, 6), else the same URI (RFC 3261, 10.3, step 7).
func (b *Binding) same(o *Binding) bool {
	if b.regID != 0 || o.regID != 0 {
		return b.regID == o.regID && b.instance == o.instance
	}
	if bytes.Equal(b.contact, o.contact) {
		return true
	}
	x, err1 := uri.Parse(b.contact)
	y, err2 := uri.Parse(o.contact)
	return err1 == nil && err2 == nil && uri.Equal(&x, &y)
}
