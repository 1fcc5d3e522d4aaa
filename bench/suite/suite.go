// Package suite turns parsers, tasks and sets of messages into cases to
// measure, after checking that the parsers agree on the messages.
package suite

import (
	"errors"
	"fmt"

	"github.com/sipwire/sipwire/bench/corpus"
	"github.com/sipwire/sipwire/bench/measure"
	"github.com/sipwire/sipwire/bench/peer"
)

// Set is a named set of messages.
type Set struct {
	Name     string
	Messages []corpus.Message
}

// Left is what of a set was left out of a parser's figures for a task, and
// why.
type Left struct {
	Impl, Task, Set string
	Total           int // messages of the set that the task has a meaning for
	Findings        []peer.Finding
}

// Plan is the cases that a set gives, and what the check of agreement left
// out of them.
type Plan struct {
	Cases []measure.Case
	Left  []Left

	// Again makes a further Run for a case, with a worker of its own, for
	// measuring on several cores.
	Again []func() (func(picks []int32) uint64, error)
	// Alone marks the cases that must not run beside others.
	Alone []bool
}

// Build plans the given tasks of the given parsers over a set. Parsers
// appear only with the tasks that they have.
func Build(impls []peer.Impl, tasks []peer.Task, set Set) (*Plan, error) {
	ref, ok := peer.Find(Reference)
	if !ok {
		return nil, errors.New("suite: the parser of reference is not there")
	}
	p := &Plan{}
	for _, t := range tasks {
		for _, impl := range impls {
			if err := p.add(ref.New(), impl, t, set); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// Reference is the parser that the others are checked against.
const Reference = "sipwire"

func (p *Plan) add(ref peer.Worker, impl peer.Impl, t peer.Task, set Set) error {
	w := impl.New()
	if _, err := w.Prepare(t, nil); errors.Is(err, peer.ErrNotDone) {
		return nil
	}
	usable, out := peer.Check(ref, w, t, set.Messages)
	if len(out) > 0 {
		p.Left = append(p.Left, Left{impl.Name, string(t), set.Name, len(usable) + len(out), out})
	}
	if len(usable) == 0 {
		return nil
	}
	raw := make([][]byte, len(usable))
	var total int
	for i, m := range usable {
		raw[i] = m.Bytes
		total += len(m.Bytes)
	}
	run, err := w.Prepare(t, raw)
	if err != nil {
		return fmt.Errorf("suite: %s/%s/%s: %w", impl.Name, t, set.Name, err)
	}
	p.Cases = append(p.Cases, measure.Case{
		Impl: impl.Name, Task: string(t), Set: set.Name,
		Messages: len(usable), MeanBytes: float64(total) / float64(len(usable)),
		Floor: t == peer.Copy, Foreign: impl.C,
		Run: run, Want: want(impl.New(), t, raw),
	})
	p.Again = append(p.Again, func() (func(picks []int32) uint64, error) {
		return impl.New().Prepare(t, raw)
	})
	p.Alone = append(p.Alone, impl.Tier != "")
	return nil
}

// want is the checksum that the batch of a task has to return, worked out one
// message at a time on the path that the check of agreement looked at. Tasks
// whose sums are a parser's own have none.
func want(w peer.Worker, t peer.Task, set [][]byte) func([]int32) uint64 {
	switch {
	case t == peer.Read:
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				f, _ := w.Fields(set[i])
				sum += f.Sum()
			}
			return sum
		}
	case t == peer.Copy:
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				sum += uint64(len(set[i]))
			}
			return sum
		}
	case t.Writes() && t != peer.Stamp:
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				b, _ := peer.Written(w, t, set[i])
				sum += uint64(len(b))
			}
			return sum
		}
	}
	return nil
}
