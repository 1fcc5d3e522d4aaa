package fleet

import (
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

// totals is the sum of the last figures of all members. The lock is held.
func (c *Coordinator) totals() *load.Totals {
	sum := &load.Totals{Counts: engine.NewCounts(c.Program)}
	for _, m := range c.members {
		if m.totals != nil {
			sum.Add(m.totals)
		}
	}
	return sum
}

// sample takes a sample of the whole fleet.
func (c *Coordinator) sample() {
	at, asked := c.elapsed(), 0.0
	if c.Rate != nil {
		asked = c.Rate.At(at)
	}
	c.mu.Lock()
	now := c.totals()
	c.mu.Unlock()
	now.Counts.Recent = now.Counts.Latency
	var before *load.Sample
	if n := len(c.series); n > 0 {
		before = &c.series[n-1]
		now.Counts.Recent = since(now.Counts.Latency, c.before.Counts.Latency)
	}
	s := load.NewSample(&now.Counts, now.Open, at, asked, before)
	c.series, c.before = append(c.series, s), now
	if c.Each != nil {
		c.Each(&s)
	}
}

// result sums the run up.
func (c *Coordinator) result() *load.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	res := load.NewResult(c.Program, c.Late, c.Rate, load.Share{}, c.totals(), c.series)
	var faults []string
	for _, m := range c.members {
		a := c.account(m)
		res.Fleet = append(res.Fleet, a)
		switch {
		case a.Lost:
			faults = append(faults, fmt.Sprintf("worker %s was lost: %s", a.Name, a.Fault))
		case a.Fault != "":
			faults = append(faults, fmt.Sprintf("worker %s: %s", a.Name, a.Fault))
		}
	}
	if len(faults) > 0 {
		res.Health.Fault = strings.Join(faults, "; ")
	}
	return res
}
