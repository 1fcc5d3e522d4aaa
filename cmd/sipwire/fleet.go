package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/fleet"
	"github.com/sipwire/sipwire/cmd/internal/inject"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

// fleetFlags make a load run one of many processes.
type fleetFlags struct {
	Fleet      string        `name:"fleet" env:"SIPWIRE_FLEET" placeholder:"URL" help:"Share the run out over workers, by the NATS server at nats://[USER:PASSWORD@]HOST:PORT, or by one in this process: embedded, or embedded://[USER:PASSWORD@]ADDRESS:PORT."`
	FleetSize  int           `name:"fleet-size" default:"1" help:"How many workers there are."`
	FleetWait  time.Duration `name:"fleet-wait" default:"1m" help:"How long to wait until all workers are ready; for a worker, until there is work."`
	FleetName  string        `name:"fleet-name" default:"default" help:"Which fleet, when several use one server."`
	Worker     string        `name:"worker" env:"SIPWIRE_WORKER" placeholder:"URL" help:"Do the share of a run that the coordinator at this NATS server asks for."`
	WorkerName string        `name:"worker-name" help:"What the result calls this worker; host and process by default."`
}

// carried are the flags that a coordinator decides for its workers. All others
// are a worker's own: what it may send to, execute, read and write.
var carried = []string{
	"S", "M", "D", "T", "IPField", "Key", "Set", "InfIndex", "AA", "NR", "ND", "Behaviors", "PauseIgnore", "Lost", "MaxRetrans", "MaxInviteRetrans",
	"MaxOtherRetrans", "T2", "RecvTimeout", "Timeout", "TimeoutError", "AU", "AP", "AuthURI", "BaseCSeq", "CIDStr", "MP", "Late", "TimerResol", "Seed",
	"DynamicStart", "DynamicMax", "DynamicStep", "R", "RP", "L", "Users", "Registered", "RegisterRate", "RateIncrease", "RateInterval", "RateMax", "NoRateQuit", "FD", "SlashIgnored", "RSA", "Arrivals", "RampTo", "RampOver", "Target",
}

// A job is what a coordinator hands to its workers.
type job struct {
	Flags    map[string]json.RawMessage // carried ones
	Scenario text
	Files    []text // of -inf
}

// A text is a file with its name.
type text struct{ Name, Text string }

// job makes the job of the flags.
func (c *loadCmd) job() ([]byte, error) {
	name, data, err := c.source("uac", nil)
	if err != nil {
		return nil, err
	}
	j := job{Flags: map[string]json.RawMessage{}, Scenario: text{name, string(data)}}
	for _, name := range c.Inf {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, usageError{err}
		}
		j.Files = append(j.Files, text{name, string(data)})
	}
	if c.makesUsers() {
		j.Files = append(j.Files, c.userLines())
	}
	flags := reflect.ValueOf(c).Elem()
	for _, name := range carried {
		if j.Flags[name], err = json.Marshal(flags.FieldByName(name).Interface()); err != nil {
			return nil, err
		}
	}
	return json.Marshal(j)
}

// adopt sets the flags that a job has, and returns its scenario and files.
func (c *loadCmd) adopt(data []byte, share load.Share) (*text, inject.Set, error) {
	var j job
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, nil, fmt.Errorf("the job is not readable: %w", err)
	}
	flags := reflect.ValueOf(c).Elem()
	for name, value := range j.Flags {
		if !slices.Contains(carried, name) {
			return nil, nil, fmt.Errorf("the job has %.40q, which is for this worker to say", name)
		}
		if err := json.Unmarshal(value, flags.FieldByName(name).Addr().Interface()); err != nil {
			return nil, nil, fmt.Errorf("the job is not readable: %.40q: %w", name, err)
		}
	}
	c.SF, c.SN, c.Inf = "", "", nil
	var set inject.Set
	for _, f := range j.Files {
		file, err := inject.Parse(f.Name, f.Text)
		if err != nil {
			return nil, nil, err
		}
		file.Share(share.Index, share.Of)
		set = append(set, file)
	}
	set, err := c.index(set)
	return &j.Scenario, set, err
}

// coordinate has the workers of a fleet do the run r, and sums it up.
func (c *loadCmd) coordinate(e *env, r *load.Runner) (*load.Result, error) {
	n := c.FleetSize
	switch {
	case n < 1 || n > 4096:
		return nil, usage("--fleet-size %d: from 1 to 4096", n)
	case c.OOCSF != "" || c.OOCSN != "":
		return nil, usage("a fleet has one scenario: -oocsf and -oocsn cannot be used")
	case c.CP != 0:
		return nil, usage("-cp is for one process, not for a --fleet: the page at --metrics changes its rate")
	case c.traced():
		return nil, usage("the -trace_ options are not for --fleet: give them to its workers")
	case r.Server:
		return nil, usage("a fleet makes calls: the scenario waits for them")
	case c.M > 0 && c.M < uint64(n), c.L > 0 && c.L < n, c.Users > 0 && c.Users < n:
		return nil, usage("-m, -l and -users are at least --fleet-size: each worker has its share")
	}
	c.hold = func(*load.Runner) error { return nil } // compiled as a worker compiles it
	if _, err := c.program("uac", nil, r.Engine.Files); err != nil {
		return nil, err
	}
	work, err := c.job()
	if err != nil {
		return nil, err
	}
	address := c.Fleet
	if fleet.IsEmbedded(address) {
		s, err := fleet.Start(address)
		if err != nil {
			return nil, usage("--fleet: %v", err)
		}
		defer s.Close()
		address = s.Address()
		fmt.Fprintf(e.stderr, "sipwire: workers: SIPWIRE_WORKER=%s sipwire load\n", address)
	}
	k := &fleet.Coordinator{
		Address: address, Name: c.FleetName, Size: n, Version: version(), Job: work, Wait: c.FleetWait,
		Program: r.Engine.Program, Late: r.Engine.Late, Users: r.Users,
		Say: func(line string) { e.complain("%s", line) },
	}
	if r.Users == 0 {
		k.Rate = r.Rate
	}
	controls := k.Controls()
	o, err := c.observe(e, r.Engine.Program.Name, controls)
	if err != nil {
		return nil, err
	}
	defer o.close()
	k.Each = func(s *load.Sample) {
		o.each(s)
		if !c.Quiet {
			tell(e.stderr, s)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := interrupts(e, func() {
		controls.Stop()
		cancel() // for a fleet that has not begun
	}, func() {})
	defer stop()
	res, err := k.Run(ctx)
	if err != nil {
		return nil, usage("--fleet: %v", err)
	}
	o.end(res)
	return res, c.report(e, res)
}

// work does the share of a run that a coordinator asks for.
func (c *loadCmd) work(e *env) error {
	if c.Fleet != "" || c.Find || c.Target != "" || c.SF != "" || c.SN != "" || c.OOCSF != "" || c.OOCSN != "" || len(c.Inf) > 0 {
		return usage("--worker: scenario, files and target are the coordinator's")
	}
	if c.BG || c.Sleep != "" {
		return usage("--worker: -bg and -sleep are not for it")
	}
	e.release() // it may wait for long
	if c.WorkerName == "" {
		host, _ := os.Hostname()
		c.WorkerName = fmt.Sprintf("%s-%d", host, os.Getpid())
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.FleetWait)
	defer cancel()
	stop := interrupts(e, cancel, cancel)
	w, err := fleet.Join(ctx, c.Worker, c.FleetName, c.WorkerName, version())
	stop()
	if err != nil {
		return usage("--worker: %v", err)
	}
	r, res, err := c.share(e, w)
	if end := w.End(r, err); err == nil {
		err = end
	}
	if err != nil {
		return err
	}
	if res.Health.Fault != "" {
		return statusError(exitGenerator)
	}
	return nil
}

// share runs the share of a worker.
func (c *loadCmd) share(e *env, w *fleet.Worker) (*load.Runner, *load.Result, error) {
	source, files, err := c.adopt(w.Job, w.Share)
	if err != nil {
		return nil, nil, err
	}
	c.hold = func(r *load.Runner) error { return w.Ready(r.Stopping) }
	p, err := c.program(source.Name, []byte(source.Text), files)
	if err != nil {
		return nil, nil, err
	}
	r, err := c.open(p, files)
	if err != nil {
		return nil, nil, err
	}
	r.Share = w.Share
	r.Began = func() { w.Began(r) }
	res, err := c.execute(e, r)
	return r, res, err
}
