// Package suite turns parsers, tasks and sets of messages into cases to
// measure, after checking that the parsers agree on the messages.
package suite

import (
	"errors"
	"fmt"
	"slices"

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

func (p *Plan) add(ref peer.Worker, impl peer.Impl, named peer.Task, set Set) error {
	w := impl.New()
	t, one := named.Base()
	if _, err := w.Prepare(t, nil); errors.Is(err, peer.ErrNotDone) {
		return nil
	}
	usable, out := peer.Check(ref, w, t, set.Messages)
	if len(out) > 0 {
		p.Left = append(p.Left, Left{impl.Name, string(named), set.Name, len(usable) + len(out), out})
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
	if one {
		raw = raw[:1]
		raw[0], total = middle(usable), len(usable)*len(middle(usable))
	}
	run, err := w.Prepare(t, raw)
	if err != nil {
		return fmt.Errorf("suite: %s/%s/%s: %w", impl.Name, named, set.Name, err)
	}
	expect := want(impl.New(), t, raw)
	if one {
		run, expect = zeroPicks(run), zeroPicks(expect)
	}
	p.Cases = append(p.Cases, measure.Case{
		Impl: impl.Name, Task: string(named), Set: set.Name,
		Messages: len(usable), MeanBytes: float64(total) / float64(len(usable)),
		Floor: t == peer.Copy, Foreign: impl.C,
		Run: run, Want: expect,
	})
	p.Again = append(p.Again, func() (func(picks []int32) uint64, error) {
		run, err := impl.New().Prepare(t, raw)
		if one {
			return zeroPicks(run), err
		}
		return run, err
	})
	p.Alone = append(p.Alone, impl.Tier != "")
	return nil
}

// middle is the message of the set whose length is nearest to the mean.
func middle(set []corpus.Message) []byte {
	total := 0
	for _, m := range set {
		total += len(m.Bytes)
	}
	off := func(m corpus.Message) int { return max(len(m.Bytes)*len(set)-total, total-len(m.Bytes)*len(set)) }
	return slices.MinFunc(set, func(a, b corpus.Message) int { return off(a) - off(b) }).Bytes
}

// zeroPicks is run with as many picks, all of them the first message.
func zeroPicks(run func([]int32) uint64) func([]int32) uint64 {
	if run == nil {
		return nil
	}
	zeros := make([]int32, 1<<12) // as much as a batch ever has: to grow would count as its allocation
	return func(picks []int32) uint64 {
		if len(zeros) < len(picks) {
			zeros = make([]int32, len(picks))
		}
		return run(zeros[:len(picks)])
	}
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
