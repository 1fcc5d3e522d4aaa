package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestFind looks for the limit of a target that has none below the bound, of
// one that refuses everything, and with a generator that is always late.
func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, serve, load string
		status            string
		rate              float64
		limit, text       string
	}{
		{"bound", "", "--late 1h", "", 20, "", "goals met at 20 calls/s, the bound of the search"},
		{"target", "--errors 100:503", "--late 1h", "status 1", 0, "target", "goals not met at any rate"},
		{"generator", "", "--late 1ns", "status 3", 0, "generator", "THIS GENERATOR was too slow"},
		// Both: the generator's fault is not passed on.
		{"generator and target", "--errors 100:503", "--late 1ns", "status 3", 0, "generator", "THIS GENERATOR was too slow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			port := serveFor(t, dir, strings.Fields(c.serve)...)
			file := filepath.Join(dir, "result.json")
			start := "10"
			if c.rate == 0 {
				start = "1" // halved once, then below one call a second
			}
			args := append([]string{"load", "-sn", "options", "--find", "--find-time", "1s", "-r", start, "-rate_max", "20", "--json", file}, strings.Fields(c.load)...)
			out, err := command(t, dir, self(t), append(args, "127.0.0.1:"+port)...)
			if got := errText(err); !strings.HasSuffix(got, c.status) || (c.status == "") != (got == "") {
				t.Errorf("ends with %q", got)
			}
			f := readResult(t, file).Found
			if f == nil || f.Rate != c.rate || f.Limit != c.limit || len(f.Steps) == 0 || f.Stopped {
				t.Errorf("%+v", f)
			}
			if !strings.Contains(out, c.text) {
				t.Errorf("%q is not in\n%s", c.text, out)
			}
		})
	}
}

// TestFindRefuses has the bound of a search in calls a second, and no trace files,
// which each of its runs would write anew.
func TestFindRefuses(t *testing.T) {
	c := &loadCmd{runFlags: runFlags{FD: "1"}, R: 5, RP: "500", RateMax: 30}
	if rate, err := c.rate(); err != nil || rate.Base != 10 || rate.Max != 60 {
		t.Errorf("%v, %v", rate, err)
	}
	r := tool(t, nil, "load", "-sn", "options", "--find", "-trace_err", "127.0.0.1")
	if r.status != exitUsage || !strings.Contains(r.stderr, "-trace_ options") {
		t.Errorf("status %d, %s", r.status, r.stderr)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
