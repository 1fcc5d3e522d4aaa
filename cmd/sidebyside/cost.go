package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A cost is the processor time for a call, of both tools at the same rate.
type cost struct {
	Scenario     string    `json:"scenario"`
	Rate         int       `json:"rate"`
	Sipwire      []outcome `json:"sipwire"`
	Sipp         []outcome `json:"sipp"`
	SipwireStart int64     `json:"sipwire_start_ns"` // of a run of one call, which is part of the above
	SippStart    int64     `json:"sipp_start_ns"`
	Ratio        float64   `json:"ratio"` // of the medians
}

// costs compares the processor time for a call at the rate that was asked for, and
// at the highest that sipp keeps: only there it has no time to spare. kept is that
// rate, 0 for none; negative where it was not looked for.
func (c *comparison) costs(ctx context.Context, name string, kept float64, r *report) error {
	if err := c.cost(ctx, name, c.rate, r); err != nil {
		return err
	}
	if kept < 0 {
		file, err := c.builtin(name)
		if err != nil {
			return err
		}
		best, err := c.search(ctx, sipp, file, startSipp, 0, &limit{Scenario: name})
		if err != nil {
			return err
		}
		kept = best.Rate
	}
	if kept == 0 {
		fmt.Printf("%-8s sipp has kept none of the rates: no costs at its highest\n", name)
		return nil
	}
	if int(kept) == c.rate {
		return nil
	}
	return c.cost(ctx, name, int(kept), r)
}

// cost compares the processor time for a call at one rate.
func (c *comparison) cost(ctx context.Context, name string, rate int, r *report) error {
	ctx, stop := context.WithTimeout(ctx, c.bound)
	defer stop()
	file, err := c.builtin(name)
	if err != nil {
		return err
	}
	res := cost{Scenario: name, Rate: rate}
	one, err := c.run(ctx, sipwire, file, 10, 1, 0)
	if err != nil {
		return err
	}
	res.SipwireStart = int64(one.CPU)
	if one, err = c.run(ctx, sipp, file, 10, 1, 0); err != nil {
		return err
	}
	res.SippStart = int64(one.CPU)
	calls := min(c.calls, int(float64(rate)*c.bound.Seconds()/4)) // the first round ends in time
	begun := time.Now()
	for i := range c.rounds {
		if i > 0 && time.Since(begun)*time.Duration(i+1)/time.Duration(i) > c.bound {
			break // another round would be too late
		}
		for _, t := range []tool{sipwire, sipp} {
			o, err := c.run(ctx, t, file, float64(rate), calls, 0)
			if err != nil {
				return err
			}
			if t == sipwire {
				res.Sipwire = append(res.Sipwire, o)
			} else {
				res.Sipp = append(res.Sipp, o)
			}
		}
	}
	a, b := median(res.Sipwire), median(res.Sipp)
	res.Ratio = float64(b.cost()) / float64(max(a.cost(), 1))
	r.Cost = append(r.Cost, res)
	fmt.Printf("%-8s %6d calls/s: sipwire %8v a call (start %v, %s), sipp %8v a call (start %v, %s): %.1f times the calls a CPU second\n",
		name, rate, a.cost(), ms(res.SipwireStart), a.fate(calls), b.cost(), ms(res.SippStart), b.fate(calls), res.Ratio)
	return nil
}

// fate says in short what became of the calls of a run.
func (o *outcome) fate(calls int) string {
	return fmt.Sprintf("%d of %d, %d late, %d repeated", o.Successful, calls, o.Late, o.Repeated)
}

func ms(ns int64) time.Duration { return time.Duration(ns).Round(time.Millisecond) }

// median returns the outcome with the median cost.
func median(all []outcome) outcome {
	s := slices.SortedFunc(slices.Values(all), func(a, b outcome) int { return int(a.cost() - b.cost()) })
	return s[len(s)/2]
}
