package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/live"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/report"
)

// execute runs r, says every second how it goes, and prints the result.
func (f *runFlags) execute(e *env, r *load.Runner) (*load.Result, error) {
	res, err := f.perform(e, r)
	if err != nil {
		return nil, err
	}
	return res, f.report(e, res)
}

// perform runs r and says every second how it goes.
func (f *runFlags) perform(e *env, r *load.Runner) (*load.Result, error) {
	for _, n := range r.Engine.Program.Notes {
		where := ""
		if n.Element != "" {
			where = " <" + n.Element + ">"
		}
		fmt.Fprintf(e.stderr, "sipwire: note: %s:%d:%s %s\n", n.File, n.Line, where, n.Text)
	}
	if !f.AllowExec && r.Engine.Program.Executes {
		e.complain("note: the commands of <exec command> and <exec verify> are not run without --allow-exec; a verify passes unchecked")
	}
	shared := engine.NewShared()
	shared.DynamicStart, shared.DynamicMax, shared.DynamicStep = f.DynamicStart, f.DynamicMax, f.DynamicStep
	for _, pair := range f.Set {
		name, value, _ := strings.Cut(pair, "=")
		if !shared.SetGlobal(r.Engine.Program, name, value) {
			return nil, usage("-set %s: the scenario has no <Global> variable of that name", name)
		}
	}
	traces, err := f.traces(r, shared)
	if err != nil {
		return nil, err
	}
	defer traces.close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := r.Prepare(ctx, shared); err != nil {
		return nil, usageError{err}
	}
	stop := f.signals(e, r)
	defer stop()
	controls := r.Controls()
	k := &keys{controls: controls, soft: r.StopSoon, end: func() { r.StopNow(false) }, scale: f.RateScale, users: r.Users > 0}
	k.screen = func() error { return traces.screen(false) }
	defer keySignals(k)()
	closeKeys, err := f.listenKeys(e, k)
	if err != nil {
		return nil, err
	}
	defer closeKeys()
	o, err := f.observe(e, r.Engine.Program.Name, controls)
	if err != nil {
		return nil, err
	}
	defer o.close()
	if f.hold != nil {
		if err := f.hold(r); err != nil {
			return nil, err
		}
	}
	if len(traces.rows) > 0 {
		traces.row(false)
	}
	show, closeShow := f.show(e, r)
	r.Each = func(s *load.Sample) {
		traces.each(r.Elapsed())
		o.each(s)
		show(s)
	}
	if r.Transport != "u1" { // which goes on without collections, see load.HoldCollector
		e.release()
	}
	res, err := r.Run()
	if err := closeShow(); err != nil {
		var status statusError
		if errors.As(err, &status) {
			return nil, err
		}
		e.complain("the screen: %v", err) // what was measured is not lost with it
	}
	if err == nil {
		o.end(res)
		if err := traces.end(); err != nil {
			e.complain("-trace_screen: %v", err)
		}
	}
	return res, err
}

// show chooses how a run is shown while it goes on: as a screen where a person
// sits at a terminal, else as a line every second. The second function ends it.
func (f *runFlags) show(e *env, r *load.Runner) (func(*load.Sample), func() error) {
	switch {
	case f.Quiet:
		return func(*load.Sample) {}, func() error { return nil }
	case f.Plain || !e.stdinTerminal || !e.stderrTerminal || os.Getenv("TERM") == "dumb" || !inForeground():
		return func(s *load.Sample) { tell(e.stderr, s) }, func() error { return nil }
	}
	control := live.Controls{Stop: r.StopNow, Rate: r.OpenRate()}
	d := live.Open(live.NewScreen(r.Engine.Program.Name, r.Engine.Late.Seconds()*1e3, control), e.stdin, e.stderr)
	return d.Show, func() error {
		err := d.Close()
		if r.Hard() {
			return statusError(exitInterrupted)
		}
		return err
	}
}

// signals ends the run at Ctrl-C: calls are ended as they should, and at a
// second one there is no wait for that. What it returns undoes it.
func (f *runFlags) signals(e *env, r *load.Runner) func() {
	return interrupts(e, func() { r.StopNow(false) }, func() { r.StopNow(true) })
}

// interrupts calls once at the first Ctrl-C, and at the second twice, after
// which the program ends. What it returns undoes it.
func interrupts(e *env, once, twice func()) func() {
	c := make(chan os.Signal, 4)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	go func() {
		for n := 0; ; n++ {
			if _, ok := <-c; !ok {
				return
			}
			if n == 0 {
				fmt.Fprintln(e.stderr, "sipwire: ending the calls; once more to end at once")
				once()
			} else {
				twice()
				os.Exit(exitInterrupted)
			}
		}
	}()
	return func() { signal.Stop(c); close(c) }
}

// tell writes a line about a second of the run.
func tell(w io.Writer, s *load.Sample) {
	late := ""
	if s.LateSends > 0 {
		late = fmt.Sprintf("  GENERATOR LATE: %d messages, up to %.0f ms", s.LateSends, s.MaxLate)
	}
	fmt.Fprintf(w, "%6.0fs  %8.0f calls/s  %8d open  %9d ok  %7d failed  %7d repeated  p50 %.2f ms  p99 %.2f ms%s\n",
		s.At, s.Rate, s.Open, s.Successful, s.Failed, s.Retransmissions, s.Latency.P50, s.Latency.P99, late)
}

// report prints the result, and writes it to the file of --json.
func (f *runFlags) report(e *env, res *load.Result) error {
	if f.HTML != "" {
		if err := writeFile(f.HTML, res, report.Write); err != nil {
			return err
		}
	}
	if f.JSON == "-" {
		return writeJSON(e.stdout, res)
	}
	printResult(e.stdout, res)
	if f.JSON == "" {
		return nil
	}
	return writeFile(f.JSON, res, writeJSON)
}

// writeFile writes a result to a file.
func writeFile(name string, res *load.Result, write func(io.Writer, *load.Result) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file, res), file.Close())
}

func writeJSON(w io.Writer, res *load.Result) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(res)
}
