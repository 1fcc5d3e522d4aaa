package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A tool is one of the two that are compared.
type tool string

const (
	sipwire tool = "sipwire"
	sipp    tool = "sipp"
)

// An outcome is what a run of a tool came to.
type outcome struct {
	Rate       float64       `json:"rate"` // asked for
	Reached    float64       `json:"reached"`
	Calls      int           `json:"calls"`
	Successful int           `json:"successful"`
	Failed     int           `json:"failed"`
	Open       int           `json:"open"`
	Repeated   int           `json:"repeated"` // messages
	Late       int           `json:"late"`     // of sipwire only: sipp does not know
	CPU        time.Duration `json:"cpu_ns"`
	Memory     int           `json:"memory_kb"` // the most it had
}

// cost is the processor time for one call.
func (o *outcome) cost() time.Duration {
	return (o.CPU / time.Duration(max(o.Calls, 1))).Round(10 * time.Nanosecond)
}

// good reports whether the tool kept the rate: at most a share of the calls had
// a message that was late or repeated.
func (o *outcome) good(allowed float64) bool {
	bound := int(allowed * float64(o.Calls))
	return o.Calls > 0 && o.Late <= bound && o.Repeated <= bound && o.Failed <= bound && o.Reached >= 0.98*o.Rate
}

// canPin reports whether the two sides can have a core each.
func canPin() bool {
	_, err := exec.LookPath("taskset")
	return err == nil && runtime.NumCPU() > 1
}

// command makes a command that runs on a core.
func (c *comparison) command(ctx context.Context, core int, path string, args ...string) *exec.Cmd {
	if c.cores {
		path, args = "taskset", append([]string{"-c", strconv.Itoa(core), path}, args...)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = c.dir
	return cmd
}

// serve starts the other side. What it returns ends it.
func (c *comparison) serve(ctx context.Context) (func(), error) {
	cmd := c.command(ctx, 1, c.sipwire, "serve", "-q", "-i", "127.0.0.1", "-p", strconv.Itoa(c.port), "--linger", "1s", "-timeout", "3600")
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	time.Sleep(time.Second)
	return func() { cmd.Process.Kill(); cmd.Wait() }, nil
}

// file writes a scenario for both tools.
func (c *comparison) file(name string, data []byte) (string, error) {
	path := filepath.Join(c.dir, name+".xml")
	return path, os.WriteFile(path, data, 0o666)
}

// builtin writes a scenario that is built into sipwire.
func (c *comparison) builtin(name string) (string, error) {
	data, ok := scenario.Builtin(name)
	if !ok {
		return "", fmt.Errorf("no scenario %q", name)
	}
	return c.file(name, data)
}

// run runs a tool at a rate for a number of calls, or for a time. One that does
// not end in time is ended.
func (c *comparison) run(ctx context.Context, t tool, file string, rate float64, calls int, length time.Duration) (outcome, error) {
	ctx, stop := context.WithTimeout(ctx, max(length, time.Duration(float64(calls)/rate*float64(time.Second)))+30*time.Second)
	defer stop()
	figures := filepath.Join(c.dir, "figures")
	os.Remove(figures)
	args := []string{"-sf", file, "-i", "127.0.0.1", "-r", strconv.FormatFloat(rate, 'f', -1, 64)}
	path := c.sipwire
	if t == sipwire {
		args = append([]string{"load", "-q", "--json", figures, "-p", strconv.Itoa(c.port + 1)}, args...)
		if c.most > 0 {
			args = append(args, "-l", strconv.Itoa(c.most))
		}
	} else {
		path = c.sipp
		args = append([]string{"-nostdin", "-trace_stat", "-fd", "1", "-stf", figures, "-p", strconv.Itoa(c.port + 2), "-l", "10000000"}, args...)
	}
	if calls > 0 {
		args = append(args, "-m", strconv.Itoa(calls))
	}
	cmd := c.command(ctx, 0, path, append(args, "127.0.0.1:"+strconv.Itoa(c.port))...)
	if err := cmd.Start(); err != nil {
		return outcome{}, err
	}
	ended := make(chan struct{})
	o := outcome{Rate: rate}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		o.Memory = watch(cmd.Process, length, t, ended)
	}()
	cmd.Wait()
	close(ended)
	<-watched
	o.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if t == sipwire {
		return o, o.fromJSON(figures)
	}
	return o, o.fromCSV(figures)
}

// watch ends a process after a time, if there is one, and returns the most
// memory it had until then, in KB.
func watch(p *os.Process, length time.Duration, t tool, ended <-chan struct{}) (memory int) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	begun, told := time.Now(), false
	for {
		if length > 0 && time.Since(begun) > length && !told {
			told = true
			if t == sipp {
				p.Kill() // its figures are in a file
			} else {
				p.Signal(os.Interrupt)
			}
		}
		if !told {
			memory = max(memory, highWater(p.Pid))
		} else if time.Since(begun) > length+20*time.Second {
			p.Signal(os.Interrupt) // the second one ends it at once
		}
		select {
		case <-ended:
			return memory
		case <-tick.C:
		}
	}
}

// highWater reads VmHWM.
func highWater(pid int) int {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(data)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v), "kB")))
			return n
		}
	}
	return 0
}

// fromJSON reads the figures of sipwire. Those of a run that was ended are the
// last of a full second: what is done at the end does not count.
func (o *outcome) fromJSON(file string) error {
	var r struct {
		Calls, Successful, Failed, Retransmissions int
		LateSends                                  int     `json:"late_sends"`
		RateReached                                float64 `json:"rate_reached"`
		Series                                     []struct {
			At                                               float64
			Calls, Successful, Failed, Open, Retransmissions int
			LateSends                                        int `json:"late_sends"`
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("sipwire has written no figures: %w", err)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return err
	}
	o.Calls, o.Successful, o.Failed, o.Repeated, o.Late, o.Reached = r.Calls, r.Successful, r.Failed, r.Retransmissions, r.LateSends, r.RateReached
	if n := len(r.Series); n > 0 && r.Successful < r.Calls {
		s := r.Series[n-1]
		o.Successful, o.Failed, o.Open, o.Repeated, o.Late = s.Successful, s.Failed, s.Open, s.Retransmissions, s.LateSends
	}
	return nil
}

// fromCSV reads the last line of sipp's figures.
func (o *outcome) fromCSV(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = ';', -1, true
	rows, err := r.ReadAll()
	if err != nil {
		return err
	}
	if len(rows) < 2 {
		return errors.New("sipp has written no figures")
	}
	last := rows[len(rows)-1]
	value := func(name string) int {
		for i, head := range rows[0] {
			if head == name && i < len(last) {
				n, _ := strconv.Atoi(last[i])
				return n
			}
		}
		return 0
	}
	o.Calls, o.Successful, o.Failed = value("TotalCallCreated"), value("SuccessfulCall(C)"), value("FailedCall(C)")
	o.Open, o.Repeated = value("CurrentCall"), value("Retransmissions(C)")
	for i, head := range rows[0] {
		if head == "CallRate(C)" && i < len(last) {
			o.Reached, _ = strconv.ParseFloat(last[i], 64)
		}
	}
	return nil
}
