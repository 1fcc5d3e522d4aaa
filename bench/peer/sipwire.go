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
		New:   func() Worker { return newSipwire() },
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
			New:   func() Worker { return &tiered{sipwire: newSipwire(), tier: t} },
		})
	}
}

// tiered runs batches with the kernels of another tier. The tier is one for
// the whole program, so that tiered batches may not run side by side.
type tiered struct {
	*sipwire
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

// sipwire drives this project's codec: one Edit a worker, and one Message at a time.
type sipwire struct {
	m     *codec.Message
	views views
	writes
}

func newSipwire() *sipwire { return &sipwire{m: new(codec.Message)} }

func (s *sipwire) Fields(msg []byte) (Fields[string], error) {
	var f Fields[[]byte]
	if err := s.read(msg, &f); err != nil {
		return Fields[string]{}, err
	}
	return Fields[string]{
		f.Status, string(f.User), string(f.Host), f.Port, string(f.ViaHost), f.ViaPort, string(f.Branch),
		string(f.FromTag), string(f.ToTag), f.CSeq, string(f.Method), string(f.CallID), f.MaxForwards,
	}, nil
}

// read parses msg and reads what a proxy needs, each value by its accessor.
func (s *sipwire) read(msg []byte, f *Fields[[]byte]) error {
	m := s.m
	if err := m.Parse(msg); err != nil {
		return err
	}
	f.Status = m.Status()
	if f.Status == 0 {
		u, err := m.RequestURI()
		if err != nil {
			return err
		}
		port, _ := u.Port()
		f.User, f.Host, f.Port = u.User(), u.Host(), int(port)
	}
	via, err := m.TopVia()
	if err != nil {
		return err
	}
	port, _ := via.Port()
	f.ViaHost, f.ViaPort, f.Branch = via.Host(), int(port), via.Branch()
	from, err := m.From()
	if err != nil {
		return err
	}
	to, err := m.To()
	if err != nil {
		return err
	}
	f.FromTag, f.ToTag = from.Tag(), to.Tag()
	cseq, err := m.CSeq()
	if err != nil {
		return err
	}
	f.CSeq, f.Method = cseq.Number(), cseq.MethodBytes()
	if f.CallID, err = m.CallID(); err != nil {
		return err
	}
	if hops, err := m.MaxForwards(); err == nil {
		f.MaxForwards = int(hops)
	}
	return nil
}

func (s *sipwire) Prepare(t Task, set [][]byte) (Batch, error) {
	run, err := s.prepare(t, set)
	if err != nil {
		return nil, err
	}
	return inPlaces(run, &s.m), nil
}

func (s *sipwire) prepare(t Task, set [][]byte) (Batch, error) {
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
	case Stream:
		in, stream := newReads(set), new(codec.Stream)
		return func(picks []int32) (sum uint64) {
			for b := range in.chunks(picks) {
				_, _ = stream.Write(b)
				for {
					e, err := stream.Next(s.m)
					if err != nil || e == codec.NeedMore {
						break
					}
					sum += uint64(len(s.m.Body())) + 1
				}
			}
			return sum
		}, nil
	case Read:
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				var f Fields[[]byte]
				_ = s.read(set[i], &f)
				sum += f.Sum()
			}
			return sum
		}, nil
	case Typed:
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				sum += s.typed(set[i])
			}
			return sum
		}, nil
	}
	return s.prepareWrite(t, set)
}
