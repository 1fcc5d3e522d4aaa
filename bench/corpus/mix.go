package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// mix is a set of messages that leans to one side.
type mix struct {
	name, about string
	make        func(seed uint64, n int) []Message
}

var mixes = []mix{
	{"mixed", "all kinds by weight, the set of the published figures", Generate},
	{"fold-heavy", "every header field that may be folded is, at every second place", foldHeavy},
	{"compact", "one-letter names wherever a header has one", compactOnly},
	{"header-heavy", "60 header fields in each message", func(seed uint64, n int) []Message { return Headers(seed, 60, n) }},
	{"body-10k", "a body of 10 KiB behind ordinary headers", func(seed uint64, n int) []Message { return Bodies(seed, 10<<10, n) }},
}

// Mixes lists the names that Mix knows.
func Mixes() []string {
	names := make([]string, len(mixes))
	for i, m := range mixes {
		names[i] = m.name
	}
	return names
}

// Mix returns n messages of the named mix. The mix "mixed" is Generate.
func Mix(name string, seed uint64, n int) ([]Message, error) {
	for _, m := range mixes {
		if m.name == name {
			return m.make(seed, n), nil
		}
	}
	return nil, fmt.Errorf("corpus: no mix %q; the mixes are %s", name, strings.Join(Mixes(), ", "))
}

// plain draws from the kinds that are in long form and not folded.
func (g *gen) plain() *draft {
	k := kinds[g.IntN(len(kinds)-2)]
	return k.make(g).named(k.name)
}

func foldHeavy(seed uint64, n int) []Message {
	g := newGen(seed)
	return collect(n, func(int) *draft { return g.plain().fold(2) })
}

func compactOnly(seed uint64, n int) []Message {
	g := newGen(seed)
	return collect(n, func(int) *draft { return g.plain().compact() })
}

// HeaderSweep, BodySweep and ValueSweep are the sizes that the charts of cost
// against size show: header fields in a message, bytes of body, bytes of one
// value. The largest body is what still fits a UDP datagram over IPv4 with
// its headers, the largest value stays under the parser's limit of 16 KiB.
var (
	HeaderSweep = []int{5, 10, 20, 40, 80, 120, 160, 200, 250}
	BodySweep   = []int{0, 256, 1 << 10, 4 << 10, 16 << 10, 32 << 10, 48 << 10, 64_000}
	ValueSweep  = []int{16, 64, 256, 1 << 10, 4 << 10, 8 << 10, 16_000}
)

// Headers returns n responses of exactly the given number of header fields,
// at least the five that RFC 3261, 8.2.6.2 asks for. With five there is no
// place for Content-Length, and the body is the empty rest of the datagram.
func Headers(seed uint64, fields, n int) []Message {
	g := newGen(seed)
	return collect(n, func(int) *draft {
		d := g.response("200 OK", "OPTIONS", g.tag(), 1)
		d.bare = fields <= len(d.fields)
		for len(d.fields)+1 < fields {
			d.add(g.filler())
		}
		return d.named("headers-" + strconv.Itoa(fields))
	})
}

// filler is one more header field, of a registered name or of a private one.
func (g *gen) filler() (name, value string) {
	switch g.IntN(8) {
	case 0:
		return "Record-Route", g.route()
	case 1:
		return "Contact", g.contact()
	case 2:
		return "Allow", g.allow()
	case 3:
		return "Supported", g.supported()
	case 4:
		return "P-Asserted-Identity", "<" + g.uri() + ">"
	case 5:
		return "History-Info", "<" + g.uri() + ">;index=1." + g.digits(1)
	case 6:
		return "Warning", "399 " + g.domain() + ` "` + g.text(g.between(10, 30)) + `"`
	default:
		return "X-" + g.pick("Trunk", "Tenant", "Trace", "Cost-Centre", "Leg") + "-" + g.from(lowerDigits, 3), g.from(lowerDigits, g.between(4, 40))
	}
}

// Bodies returns n requests with a body of exactly size bytes of text.
func Bodies(seed uint64, size, n int) []Message {
	g := newGen(seed)
	return collect(n, func(int) *draft {
		d := g.request("MESSAGE", g.uri(), "", 1)
		if size > 0 {
			// Drawing words for every one of 64 KiB times n is slow, and no
			// parser looks at them: one line is repeated.
			line := g.text(70) + "\r\n"
			body := strings.Repeat(line, size/len(line)+1)
			d.with("text/plain", body[:size])
		}
		return d.named("body-" + strconv.Itoa(size))
	})
}

// Values returns n requests in which one header field has a value of exactly
// size bytes.
func Values(seed uint64, size, n int) []Message {
	g := newGen(seed)
	return collect(n, func(int) *draft {
		return g.request("OPTIONS", g.uri(), "", 1).
			add("Identity", g.from(mixedDigits, size)).
			named("value-" + strconv.Itoa(size))
	})
}

// Stream joins messages as they would arrive over TCP.
func Stream(ms []Message) []byte {
	var n int
	for _, m := range ms {
		n += len(m.Bytes)
	}
	out := make([]byte, 0, n)
	for _, m := range ms {
		out = append(out, m.Bytes...)
	}
	return out
}
