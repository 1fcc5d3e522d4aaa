package main

import (
	"strings"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/inject"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

type loadCmd struct {
	runFlags
	fleetFlags

	R            float64       `name:"r" default:"10" help:"Calls a second."`
	RP           string        `name:"rp" default:"1000" help:"Time that -r is for; milliseconds, or with a unit."`
	L            int           `name:"l" help:"Calls open at once, at most; a call that has to wait is counted as held back."`
	Users        int           `name:"users" help:"A closed loop: so many users call, each again when its call has ended."`
	RateIncrease float64       `name:"rate_increase" help:"Added to the rate at each interval."`
	RateInterval string        `name:"rate_interval" placeholder:"TIME" help:"That interval; seconds, or with a unit; that of -fd by default."`
	RateMax      float64       `name:"rate_max" help:"Where rate_increase and --find end: no call begins when the rate would be higher."`
	NoRateQuit   bool          `name:"no_rate_quit" help:"Calls go on at the rate of -rate_max."`
	RSA          string        `name:"rsa" placeholder:"HOST:PORT" help:"Send to this address instead of the target."`
	Arrivals     string        `default:"constant" enum:"constant,poisson" help:"Calls at equal distances, or independent of each other."`
	RampTo       float64       `name:"ramp-to" help:"Go from -r to this rate, in the time of --ramp-over."`
	RampOver     time.Duration `name:"ramp-over" default:"30s" help:"How long the ramp takes."`

	GoalSuccess float64       `name:"goal-success" default:"100" help:"Percentage of calls that must succeed for exit status 0."`
	GoalP99     time.Duration `name:"goal-p99" help:"What 99 % of the responses must be faster than for exit status 0."`

	Registered   int     `name:"registered" placeholder:"N" help:"How many users register before the first call, where the scenario has users; by default one for each line of -inf, or 100."`
	RegisterRate float64 `name:"register-rate" default:"100" help:"How many of them begin in a second."`

	Find     bool          `help:"Look for the highest rate at which the goals are met, from that of -r on."`
	FindTime time.Duration `name:"find-time" default:"5s" help:"How long each rate is tried."`

	Target string `arg:"" optional:"" help:"HOST or HOST:PORT."`
}

// Help is what kong prints below the usage of this command.
func (*loadCmd) Help() string {
	return `Options of SIPp may be written as there, with one dash; those that have no effect here are named on standard error.
Without -m and -timeout a run ends after 10 minutes. Ctrl-C ends the calls that are open, with BYE or CANCEL; a second one ends at once.

Exit status: 0 goals met; 1 not met; 2 wrong command line or scenario; 3 this generator was too slow, so that the
figures are not the target's; 97 the scenario ended the run; 99 -bg has begun it; 130 Ctrl-C twice.

    sipwire load -sn options -r 1000 -m 10000 127.0.0.1:5060
    sipwire load -sf call.xml -inf users.csv -r 50 --ramp-to 500 --ramp-over 1m -timeout 2m --json result.json 10.0.0.1`
}

// defaultBound ends a run that has neither -m nor -timeout.
const defaultBound = 10 * time.Minute

// Run makes the calls.
func (c *loadCmd) Run(e *env) error {
	if c.Worker != "" {
		return c.work(e)
	}
	if c.SD != "" {
		return c.dump(e)
	}
	files, err := c.files()
	if err != nil {
		return err
	}
	if files, err = c.withUsers(files); err != nil {
		return err
	}
	p, err := c.program("uac", nil, files)
	if err != nil {
		return err
	}
	if p.Server {
		c.listen()
	}
	if err := c.begin(e); err != nil {
		return err
	}
	if c.Find {
		if c.Fleet != "" {
			return usage("--find looks with one process, not with a --fleet")
		}
		return c.find(e, p, files)
	}
	r, err := c.open(p, files)
	if err != nil {
		return err
	}
	run := c.execute
	if c.Fleet != "" {
		run = c.coordinate
	}
	res, err := run(e, r)
	if err != nil {
		return err
	}
	return c.verdict(r, res)
}

// open makes the run of the flags.
func (c *loadCmd) open(p *scenario.Program, files inject.Set) (*load.Runner, error) {
	r, err := c.runnerAt(p, files)
	if err != nil {
		return nil, err
	}
	if r.Rate, err = c.rate(); err != nil {
		return nil, err
	}
	if r.Rate.Every > 0 && !c.NoRateQuit {
		r.NoCalls = r.Rate.Passes()
	}
	r.Users = c.Users
	if !p.Server && c.M == 0 && c.Timeout == "" {
		r.Timeout = defaultBound
	}
	return r, nil
}

// runnerAt makes a run against the target.
func (c *loadCmd) runnerAt(p *scenario.Program, files inject.Set) (*load.Runner, error) {
	r, err := c.runner(p, files, c.Target)
	if err != nil {
		return nil, err
	}
	if c.RSA != "" {
		if _, r.Engine.Target, err = resolve(c.RSA, c.T); err != nil {
			return nil, err
		}
		if !engine.Allowed(r.Engine.Target.Addr(), c.Public) {
			return nil, usage("-rsa: %s is neither this host nor a private address: --allow-public is needed", r.Engine.Target.Addr())
		}
	}
	r.Limit = c.L
	if p.User != scenario.None {
		return r, c.population(r, files)
	}
	return r, nil
}

// rate reads the options of the arrivals.
func (c *loadCmd) rate() (*load.Rate, error) {
	period, err := scenario.ParseTime(c.RP, time.Millisecond)
	if err != nil || period <= 0 {
		return nil, usage("-rp %s is no time", c.RP)
	}
	if c.R < 0 || c.R/period.Seconds() > 1e7 {
		return nil, usage("-r %g: from 0 to 10 million calls a second", c.R)
	}
	r := &load.Rate{Base: c.R / period.Seconds(), Max: c.RateMax / period.Seconds(), Poisson: c.Arrivals == "poisson"}
	switch {
	case c.RampTo > 0:
		r.To, r.Over = c.RampTo, c.RampOver
	case c.RateIncrease != 0:
		r.Increase = c.RateIncrease / period.Seconds()
		interval := c.RateInterval
		if interval == "" {
			interval = c.FD
		}
		if r.Every, err = scenario.ParseTime(interval, time.Second); err != nil || r.Every <= 0 {
			return nil, usage("-rate_interval %s is no time", interval)
		}
	}
	return r, nil
}

// verdict turns a result into an exit status.
func (c *loadCmd) verdict(r *load.Runner, res *load.Result) error {
	switch {
	case r.Halted():
		return statusError(exitHalted)
	case res.Health.Fault != "" && !r.Server:
		return statusError(exitGenerator)
	case c.missed(res) || c.TimeoutError && res.TimedOut:
		return statusError(exitBad)
	}
	return nil
}

// scenarios is for the help.
func scenarios() string { return strings.Join(scenario.Builtins(), ", ") }
