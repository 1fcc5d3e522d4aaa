package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/sipwire/sipwire/bench/corpus"
	"github.com/sipwire/sipwire/bench/measure"
	"github.com/sipwire/sipwire/bench/peer"
	"github.com/sipwire/sipwire/bench/suite"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

// report is everything that was measured, and on what.
type report struct {
	Date, Command      string
	CPU, Tier, Go      string
	OS, Arch           string
	Cores              int
	Took               time.Duration
	Impls              []peer.Impl
	Messages           int
	Mean, Head, Fields float64 // of the main set: bytes, bytes before the body, header fields

	Main   []measure.Result // the main set, one core
	Sets   []measure.Result // the sets beside it
	Far    []measure.Result // a set larger than the caches
	Cores2 []measure.Result // the main set on all cores
	Bodies []measure.Result // readers of session descriptions, on bodies of their own
	Sweeps []sweep
	Left   []suite.Left
}

// sweep is cost against one size.
type sweep struct {
	Name, Unit string
	Sizes      []int
	Points     []measure.Result
}

// Rounds and time for each part, full and quick. The budgets bound a run on a
// machine that is busy or slow; on an idle one the rounds end it.
func (o *options) limits(part string) measure.Options {
	m := measure.Options{Core: o.core, Seed: o.seed}
	rounds := map[string][2]int{"main": {60, 20}, "sets": {60, 12}, "sweeps": {20, 6}, "cores": {15, 5}}[part]
	if o.quick {
		m.Rounds = rounds[1]
		m.Budget = map[string]time.Duration{"main": 10 * time.Second, "sets": time.Second, "sweeps": 200 * time.Millisecond}[part]
	} else {
		m.Rounds = rounds[0]
	}
	if o.rounds > 0 {
		m.Rounds = o.rounds
	}
	return m
}

func measureAll(o *options) (*report, error) {
	impls, err := o.chosen()
	if err != nil {
		return nil, err
	}
	tasks, err := o.among(peer.Tasks())
	if err != nil {
		return nil, err
	}
	others, err := o.among(suite.OtherTasks())
	if err != nil {
		return nil, err
	}
	set := suite.Mixed(o.seed, o.messages)
	if o.dir != "" {
		set.Name = "folder"
		if set.Messages, err = corpus.Dir(o.dir); err != nil {
			return nil, err
		}
	}
	r := &report{
		Date: time.Now().Format(time.DateOnly), Command: "go -C bench run" + tags() + " ./report" + arguments(),
		CPU: cpufeat.Brand(), Tier: cpufeat.Current().String(), Go: runtime.Version(),
		OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.GOMAXPROCS(0), Impls: impls, Messages: len(set.Messages),
	}
	r.Mean, r.Head, r.Fields = suite.Means(set)

	if o.part("main") || o.part("cores") {
		plan, err := suite.Build(impls, tasks, set)
		if err != nil {
			return nil, err
		}
		r.Left = append(r.Left, plan.Left...)
		if o.part("main") {
			if r.Main, err = timed(plan.Cases, set.Name, o.limits("main")); err != nil {
				return nil, err
			}
		}
		if o.part("cores") && r.Cores > 1 {
			if err := r.parallel(plan, o); err != nil {
				return nil, err
			}
		}
	}
	if o.part("sets") && o.dir == "" {
		sets, err := suite.Others(o.seed, o.messages)
		if err != nil {
			return nil, err
		}
		for _, s := range sets {
			rs, err := r.beside(impls, others, s, o.limits("sets"))
			if err != nil {
				return nil, err
			}
			r.Sets = append(r.Sets, rs...)
		}
	}
	if o.part("far") && !o.quick && o.dir == "" {
		far, err := o.among(suite.FarTasks())
		if err != nil {
			return nil, err
		}
		m := o.limits("sets")
		m.OwnPicks = true
		if r.Far, err = r.beside(impls, far, suite.Far(o.seed), m); err != nil {
			return nil, err
		}
	}
	if o.part("bodies") && o.dir == "" {
		if r.Bodies, err = o.measureBodies(); err != nil {
			return nil, err
		}
	}
	if o.part("sweeps") && o.dir == "" {
		// Tiers are told apart by the other tables.
		impls := slices.DeleteFunc(slices.Clone(impls), func(i peer.Impl) bool { return i.Tier != "" })
		tasks := slices.DeleteFunc(slices.Clone(others), func(t peer.Task) bool { return t != peer.Copy && t != peer.Index && t != peer.Read })
		for _, sw := range suite.Sweeps(o.seed, 512) {
			if o.quick {
				sw.Sizes = everyOther(sw.Sizes)
			}
			out := sweep{Name: sw.Name, Unit: sw.Unit, Sizes: sw.Sizes}
			for _, size := range sw.Sizes {
				rs, err := r.beside(impls, tasks, sw.Set(size), o.limits("sweeps"))
				if err != nil {
					return nil, err
				}
				out.Points = append(out.Points, rs...)
			}
			r.Sweeps = append(r.Sweeps, out)
		}
	}
	return r, nil
}

// beside measures one of the sets beside the main one.
func (r *report) beside(impls []peer.Impl, tasks []peer.Task, set suite.Set, m measure.Options) ([]measure.Result, error) {
	plan, err := suite.Build(impls, tasks, set)
	if err != nil {
		return nil, err
	}
	r.Left = append(r.Left, plan.Left...)
	return timed(plan.Cases, set.Name, m)
}

func (r *report) parallel(plan *suite.Plan, o *options) error {
	bar := progress("all cores", len(plan.Cases))
	defer bar.Finish()
	for i, c := range plan.Cases {
		bar.Add(1)
		if plan.Alone[i] {
			continue
		}
		c.Set += "/all-cores"
		res, err := measure.Parallel(c, r.Cores, plan.Again[i], measure.Options{Rounds: o.limits("cores").Rounds, Seed: o.seed})
		if err != nil {
			return err
		}
		r.Cores2 = append(r.Cores2, res)
	}
	return nil
}

// everyOther leaves out every second size from the end, which stays.
func everyOther(sizes []int) (out []int) {
	for i, size := range sizes {
		if (len(sizes)-1-i)%2 == 0 {
			out = append(out, size)
		}
	}
	return out
}

// timed runs the cases with a progress bar on standard error.
func timed(cases []measure.Case, name string, m measure.Options) ([]measure.Result, error) {
	bar := progress(name, m.Rounds*len(cases))
	m.Progress = func(done, _ int) { bar.Set(done) }
	rs, err := measure.Run(cases, m)
	bar.Finish()
	return rs, err
}

func progress(name string, n int) *progressbar.ProgressBar {
	return progressbar.NewOptions(n,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetDescription(fmt.Sprintf("%-14s", name)),
		progressbar.OptionSetWidth(40),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}

// tags are the build tags of this program, as a user would give them.
func tags() string {
	bi, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range bi.Settings {
		if s.Key == "-tags" && s.Value != "" {
			return " -tags " + s.Value
		}
	}
	return ""
}

func arguments() string {
	if len(os.Args) < 2 {
		return ""
	}
	return " " + strings.Join(os.Args[1:], " ")
}
