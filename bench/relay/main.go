//go:build linux

// Command relay measures the CPU time of a call through a proxy with
// transactions: sipwire proxy --stateful and, where it is installed, Kamailio's
// t_relay, with the same messages, one core each:
//
//	go -C bench run ./relay [--calls N] [--rounds N] [--rate CALLS] [--fill TIME] [--sipwire FILE] [--with FILE]
//
// A call is an INVITE with 180 and 200, its ACK, and a BYE with 200: the proxy
// receives six messages and sends six. Both proxies put in Record-Route, follow
// Route, count Max-Forwards, and send no 100 before 200 ms have passed. Rounds
// are interleaved; each figure is the median of the rounds, user and system time of all
// threads and processes of the proxy, pinned to core 1; the calls are made on
// core 0. The ratio is the median of the ratios of each round, since a shared machine may
// be half as fast from one round to the next. With --rate 0 a new call begins when one ends, 64 at a time.
//
// A proxy keeps a transaction beyond its end: Kamailio for five seconds, sipwire some
// of them for 32 (RFC 6026). One that has just started takes new memory for each call,
// and forgets none; one in service takes what another call has left. So rounds count
// once --fill has passed; the ratio of those before is said, too. The last figure
// of a row is all the CPU time from the first call until all are forgotten, idle time
// included.
//
// Calls that end otherwise than with 200 are noted in the row of their proxy; a
// round with more than one of them in a hundred counts for no figure.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/sipwire/sipwire/bench/internal/proxies"
)

func main() {
	calls := flag.Int("calls", 10000, "calls of a round")
	rounds := flag.Int("rounds", 21, "rounds of each proxy")
	rate := flag.Float64("rate", 0, "calls a second; 0 for as many as it can")
	fill := flag.Duration("fill", 34*time.Second, "how long rounds are made before they count")
	after := flag.Duration("after", 34*time.Second, "how long to wait for the proxies to forget the calls; 0 for no figure of that")
	tool := flag.String("sipwire", "", "the program; it is built when left out")
	other := flag.String("with", "", "another build of it, to compare the two by turns")
	flag.Parse()
	if err := run(*calls, *rounds, *rate, *fill, *after, *tool, *other); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(calls, rounds int, rate float64, fill, after time.Duration, tool, other string) error {
	dir, err := os.MkdirTemp("", "relay")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Println(proxies.Heading("relay") + "\n")
	ends, err := newEnds()
	if err != nil {
		return err
	}
	defer ends.close()
	all, err := startAll(dir, tool, other, ends.callee())
	if err != nil {
		return err
	}
	defer func() {
		for _, p := range all {
			p.Stop()
		}
	}()
	rows := make([]row, len(all))
	for i, p := range all {
		rows[i].before = p.CPU()
	}
	begin, first := time.Now(), 0 // the first round that counts
	for round := 0; first == 0 || round < first+rounds; round++ {
		if first == 0 && round > 0 && time.Since(begin) >= fill {
			first = round
		}
		for i, p := range all {
			before := p.CPU()
			o, err := ends.calls(p.Addr, calls, rate)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
			time.Sleep(50 * time.Millisecond) // what it still does
			rows[i].took(round, first > 0, o, p.CPU()-before)
		}
	}
	fmt.Printf("%d calls a round, %d rounds behind the first %d, ", calls, rounds, first)
	if rate == 0 {
		fmt.Println("as many as it can")
	} else {
		fmt.Printf("%g calls a second\n", rate)
	}
	load := proxies.Load(proxies.OwnLoad)
	if after > 0 {
		time.Sleep(after)
		for i, p := range all {
			rows[i].all = (p.CPU() - rows[i].before) / float64(messages*rows[i].outcome.well)
		}
	}
	for i, p := range all {
		fmt.Println(rows[i].text(p.Name, &rows[0]))
	}
	fmt.Println("\n" + load + " at the end")
	return nil
}

const messages = 6 // of a call, that the proxy receives

// A row is what is known of one proxy.
type row struct {
	filling figures
	figures figures
	outcome outcome // of all rounds, the first one too
	before  float64 // CPU time before the first call
	all     float64 // ns a message until all is forgotten
}

// figures are ns a message by round.
type figures map[int]float64

// took notes a round; the very first one warms up.
func (r *row) took(round int, counts bool, o outcome, ns float64) {
	r.outcome.add(o)
	if bad := o.bad(); round == 0 || bad > (o.well+bad)/100 {
		return
	}
	f := &r.filling
	if counts {
		f = &r.figures
	}
	if *f == nil {
		*f = figures{}
	}
	(*f)[round] = ns / float64(messages*o.well)
}

// ratios are those of another proxy to this one, in rounds that both have.
func (f figures) ratios(other figures) (all []float64) {
	for round, ns := range f {
		if own, ok := other[round]; ok {
			all = append(all, own/ns)
		}
	}
	slices.Sort(all)
	return all
}

// text is the row in words; first is the one that it is compared to.
func (r *row) text(name string, first *row) string {
	figures, ratios := slices.Sorted(maps.Values(r.figures)), r.figures.ratios(first.figures)
	out := fmt.Sprintf("%-20s", name)
	if len(ratios) == 0 {
		out += " no figure: too many calls failed"
	} else {
		m, last := len(figures)/2, len(figures)-1
		out += fmt.Sprintf(" %8.0f ns CPU a message (%.0f to %.0f)", figures[m], figures[0], figures[last])
		m, last = len(ratios)/2, len(ratios)-1
		out += fmt.Sprintf("  sipwire/this %.2f (%.2f to %.2f)", ratios[m], ratios[0], ratios[last])
	}
	if ratios := r.filling.ratios(first.filling); len(ratios) > 0 {
		out += fmt.Sprintf(", while they fill %.2f", ratios[len(ratios)/2])
	}
	if r.all > 0 && r.outcome.well > 0 {
		out += fmt.Sprintf("; until all is forgotten %.0f ns, sipwire/this %.2f", r.all, first.all/r.all)
	}
	if note := r.outcome.String(); note != "" {
		out += "; " + note
	}
	return out
}
