package main

import (
	"context"
	"fmt"
	"time"
)

// A limit is the highest rate that each tool has kept.
type limit struct {
	Scenario string    `json:"scenario"`
	Held     int       `json:"held"` // calls open all the time
	Sipwire  outcome   `json:"sipwire"`
	Sipp     outcome   `json:"sipp"`
	Tried    []attempt `json:"tried"`
	Ratio    float64   `json:"ratio"`
}

// An attempt is one rate that was tried.
type attempt struct {
	Tool tool `json:"tool"`
	Good bool `json:"good"`
	outcome
}

// Where the search begins, for a tool and with calls held open.
const (
	startSipwire  = 12000
	startSipp     = 4000
	startSippHeld = 2000 // the calls to be held begin at the same rate
	tries         = 2    // of a rate that is not kept: something else may have run
	settle        = time.Second
)

// limit searches the highest rate of both tools, with a number of calls open
// all the time.
func (c *comparison) limit(ctx context.Context, name string, held int, all *[]limit) error {
	ctx, stop := context.WithTimeout(ctx, 2*c.bound+time.Minute)
	defer stop()
	var file string
	var err error
	if held > 0 {
		name = "held"
		file, err = c.file(name, holding(held))
	} else {
		file, err = c.builtin(name)
	}
	if err != nil {
		return err
	}
	res := limit{Scenario: name, Held: held}
	for _, t := range []tool{sipp, sipwire} {
		start := float64(startSipwire)
		switch {
		case t == sipp && held > 0:
			start = startSippHeld
		case t == sipp:
			start = startSipp
		}
		best, err := c.search(ctx, t, file, start, held, &res)
		if err != nil {
			return err
		}
		if t == sipp {
			res.Sipp = best
		} else {
			res.Sipwire = best
		}
	}
	fmt.Printf("%-8s %d calls held open: sipwire %.0f calls/s, sipp %.0f", name, held, res.Sipwire.Rate, res.Sipp.Rate)
	if res.Sipp.Rate > 0 {
		res.Ratio = res.Sipwire.Rate / res.Sipp.Rate
		fmt.Printf(": %.1f times the rate\n", res.Ratio)
	} else {
		fmt.Println(", which has kept none of the rates: nothing to compare with")
	}
	*all = append(*all, res)
	return nil
}

// search returns the run at the highest rate that a tool has kept; its rate is 0
// when it has kept none in the time that there is.
func (c *comparison) search(ctx context.Context, t tool, file string, rate float64, held int, res *limit) (best outcome, err error) {
	until := time.Now().Add(c.bound)
	length := func(rate float64) time.Duration {
		return time.Duration(float64(held)/rate*float64(time.Second)) + c.step
	}
	for h := newHunt(rate); !h.over() && time.Until(until) >= length(h.rate); {
		rate, good := h.rate, false
		for try := 0; try < tries && !good && time.Until(until) >= length(rate); try++ {
			o, err := c.run(ctx, t, file, rate, 0, length(rate))
			if err != nil {
				return best, err
			}
			good = o.good(c.allowed) && o.Open >= held
			note := ""
			if !good {
				note = fmt.Sprintf("not kept (%.0f reached)", o.Reached)
			}
			fmt.Printf("%-8s %-8s %6.0f calls/s  %6d open  %5d late  %6d repeated  %6d failed  %8v a call  %s\n",
				res.Scenario, t, rate, o.Open, o.Late, o.Repeated, o.Failed, o.cost(), note)
			res.Tried = append(res.Tried, attempt{t, good, o})
			if time.Sleep(settle); good {
				best = o
			}
		}
		h.tried(good)
	}
	return best, nil
}
