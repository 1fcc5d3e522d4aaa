package suite

import (
	"strconv"
	"strings"

	"github.com/sipwire/sipwire/bench/corpus"
	"github.com/sipwire/sipwire/bench/peer"
)

// Mixed is the set of the published figures.
func Mixed(seed uint64, n int) Set {
	return Set{"mixed", corpus.Generate(seed, n)}
}

// Others are the sets beside it: one message over and over, and
// the mixes that lean to one side.
func Others(seed uint64, n int) ([]Set, error) {
	same, err := corpus.Same(seed, "invite", n)
	if err != nil {
		return nil, err
	}
	sets := []Set{{"same", same}}
	for _, name := range corpus.Mixes()[1:] {
		ms, err := corpus.Mix(name, seed, n)
		if err != nil {
			return nil, err
		}
		sets = append(sets, Set{name, ms})
	}
	return sets, nil
}

// Far is a set larger than the caches, some 78 MB of the mixed messages: each
// message comes from memory, as on a proxy with other work between two of them.
// It is measured with measure.Options.OwnPicks.
func Far(seed uint64) Set {
	return Set{"far", corpus.Generate(seed, 100_000)}
}

// FarTasks are the tasks that are measured on Far: those that hold nothing for
// each message of the set.
func FarTasks() []peer.Task {
	return []peer.Task{peer.Copy, peer.Index, peer.Read, peer.RewriteReceived, peer.ProxyReceived, peer.ReplyReceived}
}

// OtherTasks are the tasks that are measured on the sets of Others and of the
// sweeps.
func OtherTasks() []peer.Task {
	return []peer.Task{peer.Copy, peer.Index, peer.Read, peer.Rewrite, peer.RewriteReceived, peer.Proxy, peer.ProxyReceived}
}

// Sweep is a row of sets that differ in one size.
type Sweep struct {
	Name, Unit string
	Sizes      []int
	Set        func(size int) Set
}

// Sweeps are the sizes that cost is drawn against. Each point is n distinct
// messages; large ones are fewer, so that a sweep fits in memory.
func Sweeps(seed uint64, n int) []Sweep {
	count := func(bytes int) int { return max(16, min(n, n*1000/max(1, bytes))) }
	sweep := func(name, unit string, sizes []int, make func(seed uint64, size, n int) []corpus.Message, each func(size int) int) Sweep {
		return Sweep{name, unit, sizes, func(size int) Set {
			return Set{name + "-" + strconv.Itoa(size), make(seed, size, count(each(size)))}
		}}
	}
	return []Sweep{
		sweep("headers", "header fields", corpus.HeaderSweep, corpus.Headers, func(s int) int { return 50 * s }),
		sweep("body", "bytes of body", corpus.BodySweep, corpus.Bodies, func(s int) int { return s }),
		sweep("value", "bytes of one value", corpus.ValueSweep, corpus.Values, func(s int) int { return s }),
	}
}

// Means are the mean length of the messages, the mean length of what stands
// before the body, and the mean number of header fields, continuation lines
// not counted.
func Means(s Set) (bytes, head, fields float64) {
	for _, m := range s.Messages {
		b := string(m.Bytes)
		end := strings.Index(b, "\r\n\r\n")
		if end < 0 {
			continue
		}
		top := b[:end+2]
		bytes += float64(len(b))
		head += float64(end + 4)
		fields += float64(strings.Count(top, "\r\n") - strings.Count(top, "\r\n ") - strings.Count(top, "\r\n\t") - 1)
	}
	n := float64(len(s.Messages))
	return bytes / n, head / n, fields / n
}
