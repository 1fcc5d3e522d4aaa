// Package corpus generates the messages that the benchmarks run over.
//
// A parser timed on one message in a loop is timed with a branch predictor
// that knows the message by heart. This package therefore makes some two
// thousand distinct messages of eighteen kinds: header order shuffled where
// RFC 3261, 7.3.1 allows it, optional headers dropped at random, and tags,
// hosts, identifiers and lengths drawn for each message. The kinds and their
// weights are chosen so that the mean message has the size of ordinary
// signalling: about 790 bytes, 630 of them before the body, in 12 header
// fields.
//
// Everything is drawn from one PCG generator, so that a seed names a corpus:
// the same seed gives the same bytes on every machine. Every message is valid
// SIP, carries a Content-Length, and is a slice of one arena of its own
// Generate call; callers must not write to it.
package corpus

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Message is one generated message.
type Message struct {
	// Kind names the generator, such as "invite-carrier", or for messages
	// read from a folder the path of the file.
	Kind string
	// Bytes is the whole message. Its capacity is its length.
	Bytes []byte
}

// DefaultSeed and DefaultSize name the corpus that published figures use.
const (
	DefaultSeed = 3261
	DefaultSize = 2000
)

// kind is a generator and how often it is drawn, relative to the others.
type kind struct {
	name   string
	weight int
	make   func(*gen) *draft
}

var kinds = []kind{
	{"options", 7, options},
	{"invite", 8, invite},
	{"invite-carrier", 4, inviteCarrier},
	{"reinvite-hold", 7, reinviteHold},
	{"ack", 7, ack},
	{"100-trying", 7, trying},
	{"180-ringing", 5, ringing},
	{"200-invite", 7, okInvite},
	{"401-challenge", 4, challenge},
	{"register", 6, register},
	{"200-register", 4, okRegister},
	{"message", 6, message},
	{"subscribe", 4, subscribe},
	{"notify", 7, notify},
	{"refer", 3, refer},
	{"bye", 7, bye},
	{"compact", 5, compactForms},
	{"folded", 4, foldedForms},
}

// Kinds lists the kinds of message that Generate draws from.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// Generate returns n messages drawn by weight from all kinds. When n is at
// least the number of kinds, every kind appears.
func Generate(seed uint64, n int) []Message {
	g := newGen(seed)
	var total int
	for _, k := range kinds {
		total += k.weight
	}
	return collect(n, func(i int) *draft {
		if i < len(kinds) {
			return kinds[i].make(g).named(kinds[i].name)
		}
		w := g.IntN(total)
		for _, k := range kinds {
			if w -= k.weight; w < 0 {
				return k.make(g).named(k.name)
			}
		}
		panic("corpus: weights do not add up")
	})
}

// Same returns n times the same message of the named kind: the mode in which
// a benchmark flatters every parser. It is there to be compared with.
func Same(seed uint64, kindName string, n int) ([]Message, error) {
	for _, k := range kinds {
		if k.name == kindName {
			m := collect(1, func(int) *draft { return k.make(newGen(seed)).named(k.name) })
			out := make([]Message, n)
			for i := range out {
				out[i] = m[0]
			}
			return out, nil
		}
	}
	return nil, fmt.Errorf("corpus: no kind %q; the kinds are %s", kindName, strings.Join(Kinds(), ", "))
}

// collect renders n drafts into one arena. One allocation for all messages
// keeps them apart from the heap of the parser under test.
func collect(n int, draw func(i int) *draft) []Message {
	out := make([]Message, n)
	ends := make([]int, n)
	var arena []byte
	for i := range out {
		d := draw(i)
		arena = d.appendTo(arena)
		ends[i] = len(arena)
		out[i].Kind = d.kind
	}
	lo := 0
	for i, hi := range ends {
		out[i].Bytes = arena[lo:hi:hi]
		lo = hi
	}
	return out
}

func newGen(seed uint64) *gen {
	return &gen{Rand: rand.New(rand.NewPCG(seed, 0x5349502f322e30))}
}
