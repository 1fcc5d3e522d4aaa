// Command report measures the parsers of package peer against each other on
// the shuffled corpus, in interleaved rounds in one process, and prints a
// table or JSON. Run it on a quiet machine:
//
//	go -C bench run ./report
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/sipwire/sipwire/bench/measure"
	"github.com/sipwire/sipwire/bench/peer"
	"github.com/sipwire/sipwire/bench/suite"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

func main() {
	log.SetFlags(0)
	asJSON := flag.Bool("json", false, "write the results as one JSON array")
	quick := flag.Bool("quick", false, "fewer rounds: a rough answer in a few seconds")
	tier := flag.String("tier", "", "force the kernel tier: generic, avx2, avx512 or neon")
	seed := flag.Uint64("seed", 1, "seed of the corpus and of the picks")
	n := flag.Int("n", 2000, "distinct messages")
	flag.Parse()
	if err := force(*tier); err != nil {
		log.Fatal(err)
	}
	options := measure.Options{Rounds: 60, Seed: *seed, Progress: progress}
	if *quick {
		options.Rounds = 15
	}
	results, left, err := run(*seed, *n, *tier != "", options)
	if err != nil {
		log.Fatal(err)
	}
	if *asJSON {
		err = writeJSON(os.Stdout, results)
	} else {
		err = writeTable(os.Stdout, results, left)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// force makes the kernels run in the tier of that name.
func force(name string) error {
	if name == "" {
		return nil
	}
	for _, t := range cpufeat.Tiers() {
		if t.String() == name {
			cpufeat.Force(t)
			return nil
		}
	}
	return fmt.Errorf("this CPU has no tier %q; it has %v", name, cpufeat.Tiers())
}

// run measures every task that has an implementation on the shuffled set.
// The other tiers of our own run beside it unless one is forced.
func run(seed uint64, n int, forced bool, o measure.Options) ([]measure.Result, []suite.Left, error) {
	impls := peer.All()
	if forced {
		kept := impls[:0]
		for _, i := range impls {
			if i.Tier == "" {
				kept = append(kept, i)
			}
		}
		impls = kept
	}
	plan, err := suite.Build(impls, peer.Tasks(), suite.Mixed(seed, n))
	if err != nil {
		return nil, nil, err
	}
	results, err := measure.Run(plan.Cases, o)
	return results, plan.Left, err
}

// progress says on standard error how far the run is, where a person looks.
func progress(done, total int) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return
	}
	fmt.Fprintf(os.Stderr, "\r%3d %%", done*100/total)
	if done == total {
		fmt.Fprint(os.Stderr, "\r     \r")
	}
}

// A row is one result in the JSON output.
type row struct {
	Task   string  `json:"task"`
	Impl   string  `json:"impl"`
	Set    string  `json:"set"`
	Ns     float64 `json:"ns_per_msg"`
	P10    float64 `json:"p10"`
	Bytes  float64 `json:"bytes_per_op"`
	Allocs float64 `json:"allocs_per_op"`
	XCopy  float64 `json:"x_copy"`
}

func writeJSON(w io.Writer, results []measure.Result) error {
	rows := make([]row, 0, len(results))
	for _, r := range results {
		rows = append(rows, row{r.Task, r.Impl, r.Set, r.Median, r.P10, r.Bytes, r.Allocs, r.XCopy})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(rows)
}

func writeTable(w io.Writer, results []measure.Result, left []suite.Left) error {
	fmt.Fprintf(w, "%s, %s/%s, %s, tier %v\n\n", cpufeat.Brand(), runtime.GOOS, runtime.GOARCH, runtime.Version(), cpufeat.Current())
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "task\timpl\tmessages\tns\tp10\tMB/s\tx copy\tB/op\tallocs/op\t")
	for _, r := range results {
		fmt.Fprintf(tw, "%s\t%s\t%d\t%.0f\t%.0f\t%.0f\t%.1f\t%.0f\t%.1f\t\n",
			r.Task, r.Impl, r.Messages, r.Median, r.P10, r.MBs(), r.XCopy, r.Bytes, r.Allocs)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nversions")
	for _, i := range peer.All() {
		fmt.Fprintf(w, "  %s %s: %s\n", i.Name, i.Version, i.About)
	}
	for _, l := range left {
		why := map[string]int{}
		for _, f := range l.Findings {
			reason, _, _ := strings.Cut(f.Why, " at offset")
			reason, _, _ = strings.Cut(reason, " \"")
			why[reason]++
		}
		fmt.Fprintf(w, "left out of %s/%s: %d of %d messages: %v\n", l.Impl, l.Task, len(l.Findings), l.Total, why)
	}
	return nil
}
