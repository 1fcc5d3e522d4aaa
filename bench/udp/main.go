//go:build linux

// Command udp measures what it costs to get datagrams in and out of the kernel,
// over net.UDPConn, golang.org/x/net's ReadBatch, and the implementations of
// package udp, in one run on loopback, what it costs to answer OPTIONS next to
// sipgo, and to forward packets that come singly or in small bursts next to
// Kamailio, if that is installed:
//
//	go -C bench run ./udp [--json] [--rounds N] [--only backlog,live,...] [--ways REGEXP]
//
// Each figure is the median over rounds that are interleaved, all ways of one
// case one after the other in each round, so that a busy neighbour hits all
// alike. CPU is user and system time of the measured thread, pinned to a core
// (or of the measured process, where it sleeps between packets). The other
// end runs on another core. Drops are packets that the kernel had no room for in
// a receive buffer; lost are those of which nothing is known, which are none.
//
// A receiver drops when it has no core for longer than its buffer lasts: the 16
// MiB that all ways ask for hold 26,214 packets of 600 bytes, 0.26 s at 100,000 a
// second. On a machine with much other work, such pauses come to 0.9 s, with every
// way: of seven cases of five rounds on two cores with fifteen times their work
// (2026-11), net.UDPConn dropped in three, mmsg in four and mmsg without a window in
// four, each time after 0.46 s or more without a core.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/sipwire/sipwire/bench/internal/proxies"
)

// Result is one way of one case.
type Result struct {
	Case   string  `json:"case"`
	Size   int     `json:"size"`
	Way    string  `json:"way"`
	CPU    float64 `json:"cpu_ns_per_packet"`
	Rate   float64 `json:"packets_per_second"` // by the clock, while it was at work
	Drops  uint64  `json:"drops"`
	Lost   int64   `json:"unaccounted"` // sent, but neither received nor dropped by the kernel
	Better float64 `json:"times_better_than_first"`
	Target float64 `json:"target,omitempty"`
	Note   string  `json:"note,omitempty"`
}

// sample is one round of one way.
type sample struct {
	packets int
	cpu     float64 // ns
	wall    float64 // ns
	drops   uint64
	lost    int64
	note    string
}

// way is one way of doing a case's work.
type way struct {
	name   string
	target float64
	run    func() (sample, error)
	close  func()
}

// chosen are the ways that are measured.
var chosen = regexp.MustCompile("")

var sizes = []int{300, 600, 1400}

func main() {
	if len(os.Args) > 1 && os.Args[1] == childArg && len(os.Args) > 2 {
		child(os.Args[2:])
		return
	}
	asJSON := flag.Bool("json", false, "print JSON, one object a line")
	rounds := flag.Int("rounds", 41, "rounds of each way")
	only := flag.String("only", "", "comma list of cases: "+strings.Join(caseNames(), ", "))
	flag.Func("ways", "regular expression of the ways to measure", func(s string) (err error) {
		chosen, err = regexp.Compile(s)
		return err
	})
	flag.Parse()
	if runtime.NumCPU() < 2 {
		fmt.Fprintln(os.Stderr, "two processors are needed: one for each end")
		os.Exit(1)
	}
	if !*asJSON {
		fmt.Println(proxies.Heading("udp") + "\n")
		fmt.Printf("%-22s %5s  %-24s %9s %11s %6s %6s %7s\n", "case", "bytes", "way", "ns CPU/p", "packets/s", "drops", "lost", "better")
	}
	for _, c := range cases {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), c.name) {
			continue
		}
		for _, size := range sizes {
			for _, r := range measure(c, size, *rounds) {
				print(r, *asJSON)
			}
		}
	}
	if !*asJSON {
		fmt.Println("\n" + proxies.Load(proxies.OwnLoad) + " at the end")
	}
}

// aCase is one kind of work.
type aCase struct {
	name   string
	rounds int // at most
	setup  func(size int) []way
}

var cases = append([]aCase{
	{"backlog", 1000, func(size int) []way { return backlog(size, false) }},
	{"backlog-pktinfo", 1000, func(size int) []way { return backlog(size, true) }},
	{"backlog-gro", 1000, backlogGRO},
	{"live-100k", 7, func(size int) []way { return live(size, 1, runtime.NumCPU()) }},
	{"live-100k-bursts", 5, func(size int) []way { return live(size, liveBurst, runtime.NumCPU()) }},
	{"live-100k-one-proc", 5, func(size int) []way { return live(size, 1, 1) }},
	{"send-many", 1000, sendMany},
	{"send-one", 1000, sendOne},
	{"forward", 1000, forward},
	{"options", 7, options},
}, forwardLoads()...)

func caseNames() (names []string) {
	for _, c := range cases {
		names = append(names, c.name)
	}
	return names
}

func measure(c aCase, size, rounds int) []Result {
	ways := c.setup(size)
	if len(ways) == 0 {
		return nil // not with this size
	}
	samples := make([][]sample, len(ways))
	for round := range min(rounds, c.rounds) + 1 {
		for i, w := range ways {
			if !chosen.MatchString(w.name) {
				continue
			}
			s, err := w.run()
			if err != nil {
				fmt.Fprintf(os.Stderr, "%s %s: %v\n", c.name, w.name, err)
				os.Exit(1)
			}
			if round > 0 { // the first one warms up
				samples[i] = append(samples[i], s)
			}
		}
	}
	var out []Result
	for i, w := range ways {
		if w.close != nil {
			w.close()
		}
		if len(samples[i]) == 0 {
			continue
		}
		r := Result{Case: c.name, Size: size, Way: w.name, Target: w.target}
		var cpu, rate []float64
		for _, s := range samples[i] {
			r.Drops += s.drops
			r.Lost += s.lost
			if s.note != "" && r.Note != notSaturated && (s.drops > 0 || !strings.Contains(r.Note, "core")) {
				r.Note = s.note
			}
			if s.packets > 0 {
				cpu = append(cpu, s.cpu/float64(s.packets))
				rate = append(rate, float64(s.packets)/s.wall*1e9)
			}
		}
		r.CPU, r.Rate = median(cpu), median(rate)
		if len(out) > 0 && r.CPU > 0 {
			r.Better = out[0].CPU / r.CPU
		}
		out = append(out, r)
	}
	return out
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}

func print(r Result, asJSON bool) {
	if asJSON {
		b, _ := json.Marshal(r)
		fmt.Println(string(b))
		return
	}
	better := ""
	if r.Better > 0 {
		better = fmt.Sprintf("%6.2f×", r.Better)
	}
	if r.Target > 0 {
		met := "met"
		if r.Better < r.Target {
			met = "MISSED"
		}
		better += fmt.Sprintf("  target %.2f %s", r.Target, met)
	}
	fmt.Printf("%-22s %5d  %-24s %9.0f %11.0f %6d %6d %s %s\n", r.Case, r.Size, r.Way, r.CPU, r.Rate, r.Drops, r.Lost, better, r.Note)
}
