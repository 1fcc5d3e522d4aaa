package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lastColumns reads the last line of a file of columns.
func lastColumns(t *testing.T, file string) (names string, last map[string]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	values := strings.Split(lines[len(lines)-1], ";")
	last = map[string]string{}
	for i, name := range strings.Split(lines[0], ";") {
		if i < len(values) {
			last[name] = values[i]
		}
	}
	return lines[0], last
}

// only returns the file that a tool has named after its scenario and process.
func only(t *testing.T, dir, kind string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*_"+kind))
	if len(files) != 1 {
		t.Fatalf("%s: %q", kind, files)
	}
	return files[0]
}

// traced is what the trace files of a run have in common for both tools.
type traced struct {
	columns, counts string            // the names of the columns
	figures         map[string]string // of the last line, but for times and rates
	codes           string
	rtts            []string // the names, sorted
	messages        []string // direction, CSeq and the first line, sorted
	errors          int      // lines about calls that failed
	screen          string   // the lines of successful and failed calls
}

// traceFiles runs a scenario with all trace options.
func traceFiles(t *testing.T, tool, file, peerFlags string, ours bool) (got traced) {
	t.Helper()
	dir := t.TempDir()
	copyScenarios(t, dir)
	port, other := serveFor(t, dir, strings.Fields(peerFlags)...), freePort(t)
	args := []string{"-sf", file + ".xml", "-m", calls, "-i", "127.0.0.1", "-p", other, "-r", "60", "-timeout", "40s", "-fd", "1", "-rtt_freq", "1",
		"-trace_stat", "-stf", "stat.csv", "-trace_counts", "-trace_rtt", "-trace_error_codes", "-trace_shortmsg", "-shortmessage_file", "short.log",
		"-trace_screen", "-screen_file", "screen.log", "-trace_err", "-error_file", "errors.log", "127.0.0.1:" + port}
	if ours {
		args = append([]string{"load", "-q", "--late", "1h"}, args...)
	} else {
		args = append(args, "-nostdin")
	}
	out, err := command(t, dir, tool, args...)
	if err != nil && !strings.Contains(err.Error(), "exit status 1") {
		t.Fatalf("%v\n%s", err, tail(out))
	}
	read := func(name string) string {
		data, _ := os.ReadFile(filepath.Join(dir, name))
		return string(data)
	}
	var all map[string]string
	got.figures = map[string]string{}
	got.columns, all = lastColumns(t, filepath.Join(dir, "stat.csv"))
	for name, value := range all {
		if strings.HasSuffix(name, "(C)") && !strings.Contains(name, "Rate") && !strings.Contains(name, "Time") && !strings.Contains(name, "Length") ||
			name == "TotalCallCreated" || name == "CurrentCall" || name == "FailedTimeoutOnRecv(C)" {
			got.figures[name] = value
		}
	}
	// What SIPp counts besides: its own warnings, and messages for calls that have ended.
	for _, name := range []string{"Warnings(C)", "DeadCallMsgs(C)", "OutOfCallMsgs(C)", "WatchdogMajor(C)", "WatchdogMinor(C)", "Retransmissions(C)"} {
		delete(got.figures, name)
	}
	got.counts, all = lastColumns(t, only(t, dir, "counts.csv"))
	for name, value := range all {
		if name != "CurrentTime" && name != "ElapsedTime" && !strings.HasSuffix(name, "_Retrans") {
			got.figures[name] = value
		}
	}
	data, _ := os.ReadFile(only(t, dir, "error_codes.csv"))
	for line := range strings.Lines(string(data)) {
		got.codes += strings.TrimSpace(line[strings.LastIndex(line, ";")+1:])
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*_rtt.csv")) // sipp has none when nothing was measured
	for _, name := range files {
		data, _ = os.ReadFile(name)
		for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
			got.rtts = append(got.rtts, line[strings.LastIndex(line, ";")+1:])
		}
	}
	slices.Sort(got.rtts)
	for line := range strings.Lines(read("short.log")) {
		if f := strings.Split(strings.TrimSpace(strings.ReplaceAll(line, port, "PORT")), "\t"); len(f) > 6 && !strings.Contains(f[6], "BYE") && !strings.Contains(f[5], "BYE") {
			got.messages = append(got.messages, fmt.Sprint(len(f), f[3], f[5], f[6]))
		}
	}
	slices.Sort(got.messages)
	got.messages = slices.Compact(got.messages)
	got.errors = strings.Count(read("errors.log"), "borting call")
	for line := range strings.Lines(read("screen.log")) {
		if strings.Contains(line, "Successful call") || strings.Contains(line, "Failed call") {
			f := strings.Fields(line)
			got.screen += f[0] + " " + f[len(f)-1] + "\n"
		}
	}
	return got
}

// compare returns where the files of two runs differ.
func (got *traced) compare(want *traced) (differs []string) {
	differ := func(what string, a, b any) {
		if fmt.Sprint(a) != fmt.Sprint(b) {
			differs = append(differs, fmt.Sprintf("%s: %v, want %v", what, a, b))
		}
	}
	for name, value := range want.figures {
		differ(name, got.figures[name], value)
	}
	differ("columns of the figures", got.columns, want.columns)
	differ("columns of the counts", got.counts, want.counts)
	differ("codes", got.codes, want.codes)
	differ("errors", got.errors, want.errors)
	differ("screen", got.screen, want.screen)
	differ("response times", got.rtts, want.rtts)
	differ("messages", got.messages, want.messages)
	return differs
}

// TestInteropFilesSameAsSIPp has the files of the trace options the same in both:
// the names of all columns, what is counted, and what is said of calls that failed.
func TestInteropFilesSameAsSIPp(t *testing.T) {
	sipp := needSIPp(t)
	for _, c := range []struct{ file, peer, want, n string }{
		{"figures", "", "SuccessfulCall(C)", calls}, {"unexpected", "--errors 100:486", "FailedUnexpectedMessage(C)", calls},
		{"timeout", "--delay 5s", "FailedCall(C)", "0"}, {"check-inverse", "", "FailedRegexpShouldntMatch(C)", "3"},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			ours := traceFiles(t, self(t), c.file, c.peer, true)
			if ours.figures[c.want] != c.n {
				t.Errorf("%s is %q", c.want, ours.figures[c.want])
			}
			if sipp == "" {
				return
			}
			// Both programs go by the clock: what differs again and again differs.
			var differs []string
			for range 4 {
				want := traceFiles(t, sipp, c.file, c.peer, false)
				if differs = ours.compare(&want); len(differs) == 0 {
					return
				}
				t.Logf("%q", differs)
				ours = traceFiles(t, self(t), c.file, c.peer, true)
			}
			t.Errorf("%q", differs)
		})
	}
}
