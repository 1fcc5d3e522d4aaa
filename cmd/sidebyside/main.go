// Command sidebyside compares sipwire load with sipp: the same scenarios, on
// one core, against the same sipwire serve on another.
//
//	go build -o /tmp/sipwire ./sipwire && go run ./sidebyside -sipwire /tmp/sipwire -json result.json
//
// It measures, each by a mode of -modes:
//
//   - cost: processor time for a call, at the same rate: that of -rate, and the
//     highest that sipp keeps, which limit finds, or cost itself without it. Rounds
//     of the two tools alternate, and medians are compared.
//   - limit: the highest rate without late or repeated messages.
//   - held: the same with -held calls open all the time.
//   - open: the memory that -open open calls take.
//
// All is bounded in time: a search that -time ends has found at least what it
// shows.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// A comparison is what the modes have in common.
type comparison struct {
	sipwire, sipp string // paths
	dir           string
	port          int // of the server; the clients take the next two
	rate          int
	calls, rounds int
	held, open    int
	most          int     // calls open at once that sipwire is told of; 0 for none
	allowed       float64 // share of messages that may be late or repeated
	step          time.Duration
	bound         time.Duration // of a mode, for each scenario
	cores         bool          // client and server have a core each
}

// A report is what is written with -json.
type report struct {
	Cost  []cost  `json:"cost,omitempty"`
	Limit []limit `json:"limit,omitempty"`
	Held  []limit `json:"held,omitempty"`
	Open  *opened `json:"open,omitempty"`
}

func main() {
	c := comparison{}
	flag.StringVar(&c.sipwire, "sipwire", "sipwire", "path of sipwire")
	flag.StringVar(&c.sipp, "sipp", "sipp", "path of sipp")
	flag.IntVar(&c.port, "port", 5981, "port of the server; the clients take the next two")
	flag.IntVar(&c.rate, "rate", 5000, "cost: calls a second; the highest rate that sipp keeps is measured too")
	flag.IntVar(&c.calls, "calls", 150000, "cost: calls a round; the start of each tool is part of what they cost")
	flag.IntVar(&c.rounds, "rounds", 3, "cost: rounds of each")
	flag.IntVar(&c.held, "held", 50000, "held: calls open all the time")
	flag.IntVar(&c.open, "open", 100000, "open: calls")
	flag.Float64Var(&c.allowed, "allowed", 0.001, "limit, held: share of messages that may be late or repeated")
	flag.DurationVar(&c.step, "step", 3*time.Second, "limit, held: how long each rate is tried")
	flag.DurationVar(&c.bound, "time", 4*time.Minute, "bound of each mode and scenario")
	modes := flag.String("modes", "cost,limit,held,open", "what to measure")
	scenarios := flag.String("scenarios", "uac,options", "cost and limit: built-in scenarios")
	file := flag.String("json", "", "write the figures to a file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := c.all(ctx, strings.Split(*modes, ","), strings.Split(*scenarios, ","), *file)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// all measures what modes ask for.
func (c *comparison) all(ctx context.Context, modes, scenarios []string, file string) error {
	dir, err := os.MkdirTemp("", "sidebyside")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c.dir, c.cores = dir, canPin()
	server, err := c.serve(ctx)
	if err != nil {
		return err
	}
	defer server()
	var r report
	has := func(mode string) bool { return slices.Contains(modes, mode) }
	for _, name := range scenarios {
		kept := -1.0 // by sipp
		if has("limit") {
			if err := c.limit(ctx, name, 0, &r.Limit); err != nil {
				return err
			}
			kept = r.Limit[len(r.Limit)-1].Sipp.Rate
		}
		if has("cost") {
			if err := c.costs(ctx, name, kept, &r); err != nil {
				return err
			}
		}
	}
	if has("held") {
		c.most = 2 * c.held // sipp has a bound, too
		if err := c.limit(ctx, "", c.held, &r.Held); err != nil {
			return err
		}
	}
	if has("open") {
		c.most = 0
		if err := c.memory(ctx, &r); err != nil {
			return err
		}
	}
	if file == "" {
		return nil
	}
	data, err := json.MarshalIndent(&r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o666)
}
