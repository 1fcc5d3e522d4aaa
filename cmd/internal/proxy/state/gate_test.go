package state

import (
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
)

// verdict is a Gate that says the same of all.
type verdict struct {
	v     forward.Verdict
	asked int
}

func (g *verdict) Admit(*codec.Message, forward.Source) (forward.Verdict, int) {
	g.asked++
	return g.v, 7
}

// TestSourceLimit: a request of a source that sends too much is dropped, and
// leaves nothing: a repeat of it is asked about again.
func TestSourceLimit(t *testing.T) {
	gate := &verdict{v: forward.Limit}
	w := newWorld(t, nextHops{"b1"}, func(c *Config) { c.Gate = gate })
	for _, step := range []string{"alice INVITE", "alice INVITE again", "alice MESSAGE", "alice MESSAGE again"} {
		if w.step(step); w.take() != "" {
			t.Errorf("%s: something is sent", step)
		}
	}
	if w.kinds[forward.Dropped] != 4 || w.causes[forward.SourceLimit] != 4 || gate.asked != 4 {
		t.Errorf("kinds %v, causes %v, asked %d times", w.kinds, w.causes, gate.asked)
	}
	if n := w.p.Stats().Transactions; n != 0 || w.p.Contexts() != 0 {
		t.Errorf("%d transactions, %d contexts", n, w.p.Contexts())
	}
	gate.v = forward.Admit
	w.run([]row{{"alice INVITE again", "b1:INVITE"}})
	w.end()
}
