// Package bodies compares readers of session descriptions: this project's sdp
// with pion/sdp, next to a plain copy of the same bodies.
//
// Each reader does three tasks: index, which makes a body readable; find, which
// reads the address and the ports of all media as well; and rewrite, which gives
// every c= and o= line another address and every medium another port, as a
// relay does, and writes the result. Package measure times them, in one run
// over bodies in random order.
package bodies

import (
	"fmt"
	"net/netip"

	"github.com/sipwire/sipwire/bench/corpus"
	"github.com/sipwire/sipwire/bench/measure"
)

// Set is the name of the set of bodies in results.
const Set = "bodies"

// The tasks.
const (
	Copy    = "copy"
	Index   = "sdp-index"
	Find    = "sdp-find"
	Rewrite = "sdp-rewrite"
)

// Tasks are the tasks in the order of reports, the copy aside.
func Tasks() []string { return []string{Index, Find, Rewrite} }

// About says in a line what a task does.
func About(task string) string {
	return map[string]string{
		Copy:    "copy the body into a buffer, the floor",
		Index:   "make the body readable",
		Find:    "the same, and find addresses and ports of all media",
		Rewrite: "the same, and write it with other addresses and ports",
	}[task]
}

// A Reader is a reader of session descriptions.
type Reader interface {
	// Index makes a body readable.
	Index(body []byte) error
	// Find is Index, and returns a sum of what Place makes of all media.
	Find(body []byte) (uint64, error)
	// Rewrite is Index, and returns the body with the address and with ports
	// from port on, two for each medium. The next call may reuse it.
	Rewrite(body []byte, addr netip.Addr, port uint16) ([]byte, error)
}

// An Impl is a reader in one configuration.
type Impl struct {
	Name, Version, About string
	// Tier is the tier of kernels that it forces, or empty.
	Tier string
	New  func() Reader
	// around is called around a batch.
	around func() (restore func())
}

// Place is the part of a checksum that one medium gives.
func Place(address string, port int) uint64 {
	h := uint64(port) * 0x9e3779b97f4a7c15
	for i := range len(address) {
		h += uint64(address[i]) * uint64(i+1)
	}
	return h
}

// relay is the address that Rewrite puts in, and relayPort the first port.
var relay = netip.MustParseAddr("203.0.113.10")

const relayPort = 20000

// Cases plans all tasks of the readers over n bodies.
func Cases(seed uint64, n int, impls []Impl) ([]measure.Case, error) {
	set := corpus.Descriptions(seed, n)
	mean := 0.0
	for _, b := range set {
		mean += float64(len(b)) / float64(n)
	}
	if err := agree(set, impls); err != nil {
		return nil, err
	}
	buf := make([]byte, 1<<16)
	lengths := func(picks []int32) (sum uint64) {
		for _, i := range picks {
			sum += uint64(len(set[i]))
		}
		return sum
	}
	cases := []measure.Case{{
		Impl: "memcpy", Task: Copy, Set: Set, Messages: n, MeanBytes: mean, Floor: true, Want: lengths,
		Run: func(picks []int32) (sum uint64) {
			for _, i := range picks {
				sum += uint64(copy(buf, set[i]))
			}
			return sum
		},
	}}
	for _, task := range Tasks() {
		for _, impl := range impls {
			r := impl.New()
			c := measure.Case{Impl: impl.Name, Task: task, Set: Set, Messages: n, MeanBytes: mean}
			c.Run = impl.batch(batchOf(r, task, set))
			c.Want = batchOf(Impls()[0].New(), task, set)
			if task == Rewrite {
				c.Want = nil // agree has compared what is in the bytes
			}
			cases = append(cases, c)
		}
	}
	return cases, nil
}

func (i *Impl) batch(run func([]int32) uint64) func([]int32) uint64 {
	if i.around == nil {
		return run
	}
	return func(picks []int32) uint64 {
		defer i.around()()
		return run(picks)
	}
}

func batchOf(r Reader, task string, set [][]byte) func([]int32) uint64 {
	switch task {
	case Index:
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				if r.Index(set[i]) == nil {
					sum++
				}
			}
			return sum
		}
	case Find:
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				s, _ := r.Find(set[i])
				sum += s
			}
			return sum
		}
	}
	return func(picks []int32) (sum uint64) {
		for _, i := range picks {
			out, _ := r.Rewrite(set[i], relay, relayPort)
			sum += uint64(len(out))
		}
		return sum
	}
}

// agree asks that all readers find the same, and that what each has rewritten
// says the same to the first of them, byte for byte but for what is changed.
func agree(set [][]byte, impls []Impl) error {
	ref := Impls()[0].New()
	for _, impl := range impls {
		r := impl.New()
		for _, body := range set {
			want, err := ref.Find(body)
			if err != nil {
				return fmt.Errorf("bodies: %q: %w", body, err)
			}
			if got, err := r.Find(body); err != nil || got != want {
				return fmt.Errorf("bodies: %s finds %d in %q, %v; want %d", impl.Name, got, body, err, want)
			}
			out, err := ref.Rewrite(body, relay, relayPort)
			if err != nil {
				return fmt.Errorf("bodies: %q: %w", body, err)
			}
			expected := string(out)
			if out, err = r.Rewrite(body, relay, relayPort); err != nil || string(out) != expected {
				return fmt.Errorf("bodies: %s makes %q of %q, %v; want %q", impl.Name, out, body, err, expected)
			}
		}
	}
	return nil
}
