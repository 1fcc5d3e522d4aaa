package peer

import (
	"slices"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

func init() {
	register(10, Impl{
		Name: "sipwire", Version: "this tree",
		About: "codec.Message, parsed into again and again; the kernels of the best tier",
		New:   func() Worker { return new(sipwire) },
	})
	// The lesser tiers of this machine run beside the best one, so that one
	// run shows what each is worth.
	tiers := cpufeat.Tiers()
	slices.Reverse(tiers)
	for i, t := range tiers {
		if t == cpufeat.Current() {
			continue
		}
		register(11+i, Impl{
			Name: "sipwire-" + t.String(), Version: "this tree", Tier: t.String(),
			About: "the same with the kernels of tier " + t.String(),
			New:   func() Worker { return &tiered{tier: t} },
		})
	}
}

// tiered runs batches with the kernels of another tier. The tier is one for
// the whole program, so that tiered batches may not run side by side.
type tiered struct {
	sipwire
	tier cpufeat.Tier
}

func (w *tiered) Prepare(t Task, set [][]byte) (Batch, error) {
	run, err := w.sipwire.Prepare(t, set)
	if err != nil {
		return nil, err
	}
	return func(picks []int32) uint64 {
		defer cpufeat.Force(w.tier)()
		return run(picks)
	}, nil
}

// sipwire drives this project's codec: one Message a
// worker.
type sipwire struct {
	m codec.Message
}

func (s *sipwire) Fields([]byte) (Fields[string], error) { return Fields[string]{}, ErrNotDone }

func (s *sipwire) Output(Task, []byte) ([]byte, error) { return nil, ErrNotDone }

func (s *sipwire) Prepare(t Task, set [][]byte) (Batch, error) {
	switch t {
	case Index:
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				if s.m.Parse(set[i]) == nil {
					sum += uint64(s.m.Len())
				}
			}
			return sum
		}, nil
	}
	return nil, ErrNotDone
}
