package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// begin does what -bg and -sleep ask for in front of a run.
func (f *runFlags) begin(e *env) error {
	if f.BG {
		pid, err := background(withoutBG(os.Args[1:]))
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

// withoutBG returns the arguments of a command line without -bg, in each way to
// write it. One that stays would have the new process begin another, without end.
func withoutBG(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return name == "-bg" || name == "--bg"
	})
}
