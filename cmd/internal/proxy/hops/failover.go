package hops

import (
	"net/netip"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// RouteAfter returns the target that a request goes to when those that were
// tried have failed: the next one by its score, one that is down last. It is
// not ok when the rule has no other.
func (t *Table) RouteAfter(m *codec.Message, src forward.Source, tried []forward.Target) (forward.Target, bool) {
	rules := t.Rules()
	for i := range rules {
		if r := &rules[i]; r.matches(m, src) {
			return r.chooseAfter(m, tried)
		}
	}
	return forward.Target{}, false
}

func (r *Rule) chooseAfter(m *codec.Message, tried []forward.Target) (forward.Target, bool) {
	what := r.key(m)
	var best *Target
	high := 0.0
	for _, t := range r.Targets {
		if isTried(&t.Target, tried) || best != nil && best.IsUp() && !t.IsUp() {
			continue
		}
		if score := t.score(what); best != nil && t.IsUp() && !best.IsUp() || t.beats(score, best, high) {
			best, high = t, score
		}
	}
	if best == nil {
		return forward.Target{}, false
	}
	return best.Target, true
}

// isTried reports whether a target is among those that were tried, whose
// transport may be the one of the request where the target names none.
func isTried(t *forward.Target, tried []forward.Target) bool {
	for _, o := range tried {
		if o.Addr == t.Addr && o.Name == t.Name && (o.Transport == t.Transport || t.Transport == header.TransportOther) {
			return true
		}
	}
	return false
}

// Unreachable says that the system has learnt that nobody listens at a UDP
// address: targets there are down until they answer OPTIONS. One without another
// to take its place is left as it is, since nobody asks it.
func (t *Table) Unreachable(addr netip.AddrPort) {
	for _, r := range t.Rules() {
		if len(r.Targets) < 2 {
			continue
		}
		for _, target := range r.Targets {
			if target.Addr == addr && !target.Transport.IsReliable() {
				target.SetUp(false)
			}
		}
	}
}
