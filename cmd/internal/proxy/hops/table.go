package hops

import (
	"bytes"
	"math"
	"net/netip"
	"sync/atomic"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/spread"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// By says what a rule chooses its target by.
type By uint8

const (
	CallID By = iota // all requests of a call go to one target
	User             // all requests to a user of the Request-URI
	From             // all requests of a From URI
)

// A Rule matches requests. An empty field matches all.
type Rule struct {
	Domain  string       // host of the Request-URI, without case
	User    string       // what its user part begins with
	Method  string       // exactly
	Source  netip.Prefix // that the request came from
	By      By           // what the target is chosen by
	Targets []*Target    // at least one
}

// A Target is a next hop, and whether it is up.
type Target struct {
	forward.Target
	Label  string  // as it was configured, and which of its addresses it is
	Weight float64 // above 0
	// Priority is as in an SRV record: a target is used while none with a lower
	// one is up.
	Priority int

	down atomic.Bool
	seed uint64
}

// NewTarget returns a target that is up.
func NewTarget(t forward.Target, label string, weight float64) *Target {
	return &Target{Target: t, Label: label, Weight: weight, seed: spread.Hash(0, []byte(label))}
}

// IsUp reports whether the target has answered lately, or was never asked.
func (t *Target) IsUp() bool { return !t.down.Load() }

// SetUp says whether the target is up.
func (t *Target) SetUp(up bool) { t.down.Store(!up) }

// A Table has the rules that are in force. They can be replaced while it is in
// use.
type Table struct{ rules atomic.Pointer[[]Rule] }

// Set puts other rules in force. The table keeps them. A target that was there
// before under the same label stays down if it was: it is not sent calls until
// it has answered.
func (t *Table) Set(rules []Rule) {
	down := map[string]bool{}
	for _, r := range t.Rules() {
		for _, target := range r.Targets {
			if !target.IsUp() {
				down[target.Label] = true
			}
		}
	}
	for _, r := range rules {
		for _, target := range r.Targets {
			if down[target.Label] {
				target.SetUp(false)
			}
		}
	}
	t.rules.Store(&rules)
}

// Rules returns the rules in force. They must not be changed.
func (t *Table) Rules() []Rule {
	if p := t.rules.Load(); p != nil {
		return *p
	}
	return nil
}

// Route implements forward.Router.
func (t *Table) Route(m *codec.Message, src forward.Source) (forward.Target, bool) {
	rules := t.Rules()
	for i := range rules {
		if r := &rules[i]; r.matches(m, src) {
			return r.choose(m)
		}
	}
	return forward.Target{}, false
}

// matches reports whether a request is one for the rule. The ACK and the
// CANCEL of an INVITE match as the INVITE does, to take the same way.
func (r *Rule) matches(m *codec.Message, src forward.Source) bool {
	if r.Method != "" && r.Method != string(m.MethodBytes()) &&
		!(r.Method == "INVITE" && (m.Method() == header.MethodACK || m.Method() == header.MethodCANCEL)) {
		return false
	}
	if r.Source.IsValid() && !r.Source.Contains(src.Addr.Addr().Unmap()) {
		return false
	}
	if r.Domain == "" && r.User == "" {
		return true
	}
	u, err := m.RequestURI()
	if err != nil {
		return false
	}
	user := u.User()
	if !u.IsSIP() {
		user = u.Opaque() // of a tel URI
	}
	return (r.Domain == "" || u.IsSIP() && len(u.Host()) == len(r.Domain) && bytes.EqualFold(u.Host(), []byte(r.Domain))) &&
		len(user) >= len(r.User) && string(user[:len(r.User)]) == r.User
}

// choose returns the target for a request.
func (r *Rule) choose(m *codec.Message) (forward.Target, bool) {
	if len(r.Targets) == 1 {
		return r.Targets[0].Target, true
	}
	t := Choose(r.Targets, r.key(m))
	if t == nil {
		return forward.Target{}, false
	}
	return t.Target, true
}

// Choose returns the target with the highest score for a key among those that
// are up and have the lowest priority, and among all when none is up: one that
// is down by mistake still gets its calls. It returns nil when there is none.
func Choose(targets []*Target, key []byte) *Target {
	var best, bestDown *Target
	var high, highDown float64
	for _, t := range targets {
		score := t.score(key)
		if t.IsUp() && t.beats(score, best, high) {
			best, high = t, score
		}
		if t.beats(score, bestDown, highDown) {
			bestDown, highDown = t, score
		}
	}
	if best == nil {
		return bestDown
	}
	return best
}

// beats reports whether t is to be taken instead of another target.
func (t *Target) beats(score float64, other *Target, otherScore float64) bool {
	return other == nil || t.Priority < other.Priority || t.Priority == other.Priority && score > otherScore
}

// key returns what the target is chosen by.
func (r *Rule) key(m *codec.Message) []byte {
	switch r.By {
	case User:
		if u, err := m.RequestURI(); err == nil {
			if u.IsSIP() {
				return u.User()
			}
			return u.Bytes()
		}
	case From:
		if from, err := m.From(); err == nil {
			return from.URIBytes()
		}
	}
	id, _ := m.CallID()
	return id
}

// score is the logarithm method of weighted rendezvous hashing: a target wins
// in proportion to its weight.
func (t *Target) score(key []byte) float64 {
	unit := (float64(spread.Hash(t.seed, key)>>11) + 0.5) / (1 << 53) // in (0,1)
	return t.Weight / -math.Log(unit)
}
