package main

import (
	"strings"
	"testing"
)

// TestCommandOf finds the command that a command line begins with.
func TestCommandOf(t *testing.T) {
	for line, want := range map[string]string{
		"": "", "load": "load", "load parse": "load", "--color never serve -p 5060": "serve", "--color=always check x": "check",
		"--color load": "", "--color": "", "--help load": "", "nothing load": "", "-- load": "", "loads": "",
	} {
		if got := commandOf(strings.Fields(line)); got != want {
			t.Errorf("%q: %q", line, got)
		}
	}
}

// TestModel has the same help of a command from its own model as from that of all
// commands, and the same list of commands whether they are whole or not.
func TestModel(t *testing.T) {
	output := func(args ...string) string {
		var out, errs strings.Builder
		status := run(args, &env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs})
		if status != exitOK || errs.Len() > 0 {
			t.Errorf("%q: status %d, %s", args, status, errs.String())
		}
		return out.String()
	}
	for _, c := range commands {
		own, all := output(c.name, "--help"), output("--help", c.name)
		if own != all || !strings.HasPrefix(own, "Usage: sipwire "+c.name) {
			t.Errorf("%s: its own model has\n%s\nthat of all commands\n%s", c.name, own, all)
		}
		if list := output("--help"); !strings.Contains(list, "\n  "+c.name+" ") {
			t.Errorf("%s is not in the list of commands:\n%s", c.name, list)
		}
		if n := len(model([]string{c.name})); n != 1 {
			t.Errorf("%s: %d commands are made", c.name, n)
		}
	}
	// What is not a command is compared with all of them.
	var errs strings.Builder
	if status := run([]string{"laod"}, &env{stdin: strings.NewReader(""), stdout: &errs, stderr: &errs}); status != exitUsage || !strings.Contains(errs.String(), `did you mean "load"?`) {
		t.Errorf("status %d, %s", status, errs.String())
	}
}
