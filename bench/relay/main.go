//go:build linux

// Command relay measures the CPU time of a call through a proxy with
// transactions: sipwire proxy --stateful and, where it is installed, Kamailio's
// t_relay, with the same messages, one core each:
//
//	go -C bench run ./relay [--calls N] [--rounds N] [--rate CALLS] [--sipwire FILE]
//
// A call is an INVITE with 180 and 200, its ACK, and a BYE with 200: the proxy
// receives six messages and sends six. Both proxies put in Record-Route, follow
// Route, count Max-Forwards, and send no 100 before 200 ms have passed. Rounds
// are interleaved; each figure is the median of the rounds, user and system time of all
// threads and processes of the proxy, pinned to core 1; the calls are made on
// core 0. The ratio is the median of the ratios of each round, since a shared machine may
// be half as fast from one round to the next. With --rate 0 a new call begins when one ends, 64 at a time.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/sipwire/sipwire/bench/internal/proxies"
)

func main() {
	calls := flag.Int("calls", 10000, "calls of a round")
	rounds := flag.Int("rounds", 7, "rounds of each proxy")
	rate := flag.Float64("rate", 0, "calls a second; 0 for as many as it can")
	tool := flag.String("sipwire", "", "the program; it is built when left out")
	flag.Parse()
	if err := run(*calls, *rounds, *rate, *tool); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(calls, rounds int, rate float64, tool string) error {
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
	all, err := startAll(dir, tool, ends.callee())
	if err != nil {
		return err
	}
	defer func() {
		for _, p := range all {
			p.Stop()
		}
	}()
	figures := make([][]float64, len(all))
	for round := range rounds + 1 {
		for i, p := range all {
			before := p.CPU()
			lost, err := ends.calls(p.Addr, calls, rate)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
			time.Sleep(50 * time.Millisecond) // what it still does
			if ns := (p.CPU() - before) / float64(6*(calls-lost)); round > 0 {
				figures[i] = append(figures[i], ns)
			}
			if lost > calls/100 {
				return fmt.Errorf("%s: %d of %d calls did not end", p.Name, lost, calls)
			}
		}
	}
	fmt.Printf("%d calls a round, %d rounds, ", calls, rounds)
	if rate == 0 {
		fmt.Println("as many as it can")
	} else {
		fmt.Printf("%g calls a second\n", rate)
	}
	ratios := make([][]float64, len(all))
	for i := range all {
		for round, ns := range figures[i] {
			ratios[i] = append(ratios[i], figures[0][round]/ns)
		}
	}
	for i, p := range all {
		slices.Sort(figures[i])
		slices.Sort(ratios[i])
		m, last := len(figures[i])/2, len(figures[i])-1
		fmt.Printf("%-20s %8.0f ns CPU a message (%.0f to %.0f)  sipwire/this %.2f (%.2f to %.2f)\n",
			p.Name, figures[i][m], figures[i][0], figures[i][last], ratios[i][m], ratios[i][0], ratios[i][last])
	}
	fmt.Println("\n" + proxies.Load(proxies.OwnLoad) + " at the end")
	return nil
}
