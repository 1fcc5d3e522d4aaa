package main

import (
	"fmt"
	"math"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/inject"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// findGrace is how long the calls of a step have to end, once the last one has
// begun: all repeats of a request take 32 s.
const findGrace = 40 * time.Second

// find looks for the highest rate at which the goals are met, with one run for
// each step. The result is that of the best step.
func (c *loadCmd) find(e *env, p *scenario.Program, files inject.Set) error {
	switch {
	case p.Server:
		return usage("--find is for a scenario that begins calls")
	case c.Users > 0 || c.RampTo > 0 || c.RateIncrease != 0 || c.M > 0:
		return usage("--find chooses rate and number of calls itself: it excludes -m, -users, --ramp-to and -rate_increase")
	case c.traced():
		return usage("--find makes a run for each rate, and each would write over the files of the -trace_ options")
	case c.FindTime < time.Second || c.FindTime > 10*time.Minute:
		return usage("--find-time %v is not from 1s to 10m", c.FindTime)
	}
	rate, err := c.rate()
	if err != nil {
		return err
	}
	if rate.Base <= 0 {
		return usage("--find begins at the rate of -r, which must be above 0")
	}
	quiet := c.runFlags
	quiet.Quiet = true
	search := load.NewSearch(rate.Base, rate.Max, 0.05)
	var steps []load.FindStep
	var best *load.Result
	for {
		at, ok := search.Next()
		if !ok {
			break
		}
		r, err := c.runnerAt(p, files)
		if err != nil {
			return err
		}
		r.Rate = &load.Rate{Base: at, Poisson: rate.Poisson}
		r.Calls, r.Timeout = uint64(math.Ceil(at*c.FindTime.Seconds())), c.FindTime+findGrace
		if r.RegisterRate > 0 { // users register before, and leave after
			r.Timeout += time.Duration(2 * float64(r.Registered) / r.RegisterRate * float64(time.Second))
		}
		res, err := quiet.perform(e, r)
		if err != nil {
			return err
		}
		if r.Interrupted() {
			break
		}
		v := c.judge(res)
		search.Note(v)
		step := load.FindStep{Rate: at, Calls: res.Calls, Success: success(res), P99: res.Latency.P99, Verdict: v.String(), Fault: res.Health.Fault}
		steps = append(steps, step)
		if !c.Quiet {
			fmt.Fprintf(e.stderr, "%8g calls/s for %v: %.5g %% successful, p99 %.2f ms: %s\n", at, c.FindTime, step.Success, step.P99, step.Verdict)
		}
		if best == nil || v == load.Met {
			best = res
		}
	}
	if best == nil {
		return statusError(exitInterrupted)
	}
	best.Found = search.Found()
	best.Found.Steps = steps
	if err := c.report(e, best); err != nil {
		return err
	}
	switch {
	case best.Found.Limit == "generator":
		return statusError(exitGenerator)
	case best.Found.Rate == 0 || best.Found.Stopped:
		return statusError(exitBad)
	}
	return nil
}

// judge compares a result with the goals. A generator that was too slow says
// nothing about the target, whatever the figures are.
func (c *loadCmd) judge(res *load.Result) load.Verdict {
	switch {
	case res.Health.Fault != "":
		return load.Generator
	case c.missed(res):
		return load.Missed
	}
	return load.Met
}

// missed reports whether the figures are short of the goals.
func (c *loadCmd) missed(res *load.Result) bool {
	for _, s := range res.Sides {
		if share(s.Successful, s.Calls) < c.GoalSuccess {
			return true
		}
	}
	return res.Calls == 0 || success(res) < c.GoalSuccess || c.GoalP99 > 0 && res.Latency.P99 > c.GoalP99.Seconds()*1e3
}

// success is the percentage of calls that were successful.
func success(res *load.Result) float64 { return share(res.Successful, res.Calls) }

// share is the percentage of some of all, 100 of none.
func share(some, all uint64) float64 {
	if all == 0 {
		return 100
	}
	return 100 * float64(some) / float64(all)
}

// printFound says what a search has found.
func printFound(f *load.Found) string {
	switch {
	case f.Stopped:
		return fmt.Sprintf("the search was stopped; goals met at %g calls/s", f.Rate)
	case f.Limit == "":
		return fmt.Sprintf("goals met at %g calls/s, the bound of the search", f.Rate)
	case f.Limit == "generator":
		return fmt.Sprintf("goals met at %g calls/s; at %g THIS GENERATOR was too slow: the target's limit is not known", f.Rate, f.Above)
	case f.Rate == 0:
		return fmt.Sprintf("goals not met at any rate, the lowest was %g calls/s", f.Above)
	}
	return fmt.Sprintf("goals met at %g calls/s, not at %g: the target's limit is between", f.Rate, f.Above)
}
