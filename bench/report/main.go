// Command report measures the parsers against each other and reports the
// result: as a table on standard output, and for a full run as JSON, Markdown
// and SVG charts in a folder.
//
//	go -C bench run ./report                     everything, into results/
//	go -C bench run ./report --quick             forty seconds, table only
//	go -C bench run ./report --json              one JSON array on standard output
//	go -C bench run ./report --tier avx2         with the kernels of that tier
//	go -C bench run ./report --corpus DIR        over the messages in a folder
//	go -C bench run -tags cpeers ./report        with the parsers in C
//
// How it measures is told by package measure, what by package suite.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sipwire/sipwire/bench/corpus"
	"github.com/sipwire/sipwire/bench/peer"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

type options struct {
	json, quick  bool
	tier, dir    string
	out          string
	impls, tasks string
	seed         uint64
	messages     int
	rounds       int
	core         int
	only         string
}

func main() {
	o := options{}
	flag.BoolVar(&o.json, "json", false, "write all results to standard output as one JSON array of {task, impl, set, ns_per_msg, p10, bytes_per_op, allocs_per_op, x_copy, x_hot_copy}")
	flag.BoolVar(&o.quick, "quick", false, "finish in about 40 seconds, without the parsers in C")
	flag.StringVar(&o.tier, "tier", "", "force this tier of kernels: "+tierNames())
	flag.StringVar(&o.dir, "corpus", "", "measure over the messages in this folder in place of the generated ones")
	flag.StringVar(&o.out, "out", "", "write results.json, report.md, table.md and SVG charts to this folder (default \"results\" for a full run; nothing with -quick, -json or -corpus)")
	flag.StringVar(&o.impls, "impl", "", "only these parsers, parted by commas: "+implNames())
	flag.StringVar(&o.tasks, "task", "", "only these tasks, parted by commas: "+taskNames())
	flag.StringVar(&o.only, "part", "", "only these parts, parted by commas: main, sets, far, bodies, sweeps, cores")
	flag.Uint64Var(&o.seed, "seed", corpus.DefaultSeed, "seed of the generated messages")
	flag.IntVar(&o.messages, "messages", corpus.DefaultSize, "how many messages to generate")
	flag.IntVar(&o.rounds, "rounds", 0, "rounds for each table (default 60, with -quick 20)")
	flag.IntVar(&o.core, "core", 0, "pin to this core; 0 means the last one, -1 none")
	flag.Parse()
	if flag.NArg() > 0 {
		fail(fmt.Errorf("unknown argument %q", flag.Arg(0)))
	}
	if err := run(&o); err != nil {
		fail(err)
	}
}

func run(o *options) error {
	if o.tier != "" {
		i := slices.IndexFunc(cpufeat.Tiers(), func(t cpufeat.Tier) bool { return t.String() == o.tier })
		if i < 0 {
			return fmt.Errorf("this machine lacks tier %q; it has %s", o.tier, tierNames())
		}
		defer cpufeat.Force(cpufeat.Tiers()[i])()
	}
	full := !o.quick && !o.json && o.dir == "" && o.impls == "" && o.tasks == "" && o.only == "" && o.tier == ""
	if full && o.out == "" {
		o.out = "results"
	}
	began := time.Now()
	r, err := measureAll(o)
	if err != nil {
		return err
	}
	r.Took = time.Since(began)
	if o.json {
		if err := r.writeJSON(os.Stdout); err != nil {
			return err
		}
	} else if err := r.writeText(os.Stdout); err != nil {
		return err
	}
	if o.out == "" {
		return nil
	}
	return r.writeFolder(o.out)
}

// chosen are the parsers that the options ask for.
func (o *options) chosen() ([]peer.Impl, error) {
	want := split(o.impls)
	var out []peer.Impl
	for _, i := range peer.All() {
		switch {
		case o.quick && i.C, o.tier != "" && i.Tier != "":
		case len(want) == 0 || i.Name == "memcpy" || slices.Contains(want, i.Name):
			out = append(out, i)
		}
	}
	for _, name := range want {
		if _, ok := peer.Find(name); !ok {
			return nil, fmt.Errorf("no parser %q; there are %s", name, implNames())
		}
	}
	return out, nil
}

// among are those of the tasks that the options ask for; the floor always is.
func (o *options) among(tasks []peer.Task) ([]peer.Task, error) {
	want := split(o.tasks)
	for _, name := range want {
		if !slices.Contains(peer.Tasks(), peer.Task(name)) {
			return nil, fmt.Errorf("no task %q; there are %s", name, taskNames())
		}
	}
	return slices.DeleteFunc(slices.Clone(tasks), func(t peer.Task) bool {
		return len(want) > 0 && t != peer.Copy && !slices.Contains(want, string(t))
	}), nil
}

// part says whether the options ask for a part of the report.
func (o *options) part(name string) bool {
	want := split(o.only)
	return len(want) == 0 || slices.Contains(want, name)
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func tierNames() string { return join(cpufeat.Tiers(), cpufeat.Tier.String) }
func implNames() string { return join(peer.All(), func(i peer.Impl) string { return i.Name }) }
func taskNames() string { return join(peer.Tasks(), func(t peer.Task) string { return string(t) }) }

func join[T any](all []T, name func(T) string) string {
	var names []string
	for _, t := range all {
		names = append(names, name(t))
	}
	return strings.Join(names, ", ")
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "report:", err)
	os.Exit(1)
}
