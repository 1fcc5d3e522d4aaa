package main

import (
	"fmt"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// begin does what -bg and -sleep ask for in front of a run.
func (f *runFlags) begin(e *env) error {
	if f.BG {
		pid, err := background()
		if err != nil {
			return usage("-bg: %v", err)
		}
		fmt.Fprintf(e.stdout, "Background mode - PID=[%d]\n", pid)
		return statusError(exitBackground)
	}
	if f.Sleep == "" {
		return nil
	}
	d, err := scenario.ParseTime(f.Sleep, time.Second)
	if err != nil || d < 0 || d > time.Hour {
		return usage("-sleep %s is no time of an hour at most", f.Sleep)
	}
	time.Sleep(d)
	return nil
}
