package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// same are the scenarios of testdata/scenarios that are run by sipp and by
// sipwire against the same peer: the counts of every step must be equal.
var same = []struct {
	file string
	peer []string // of serve; for a server, of load
	args []string
}{
	{"call", nil, nil}, {"options-len", nil, nil},
	{"register-digest", []string{"--digest", "joe:secret"}, nil}, {"register-aka", []string{"-sf", "aka.peer.xml"}, []string{"-auth_uri", "ims.example"}},
	{"register-wrong", []string{"--digest", "joe:secret"}, nil},
	{"ereg-inject", nil, nil}, {"check-fails", nil, nil}, {"check-inverse", nil, nil},
	{"branch-test", nil, nil}, {"branch-optional", nil, nil}, {"chance", nil, nil}, {"loop", nil, nil},
	{"arithmetic", nil, nil}, {"compare", nil, nil}, {"strcmp", nil, nil}, {"condexec", nil, nil},
	{"pauses", nil, []string{"-d", "10"}}, {"timeout", []string{"--delay", "5s"}, nil}, {"cancel", []string{"--delay", "5s"}, nil},
	{"lost", nil, nil}, {"unexpected", []string{"--errors", "100:486"}, nil}, {"refused", []string{"--errors", "100:486"}, nil},
	{"routes", []string{"-sf", "routes.peer.xml"}, nil}, {"fields", nil, []string{"-inf", "users.csv"}},
	{"lookup", nil, []string{"-inf", "users.csv", "-inf", "pattern.csv", "-infindex", "users.csv", "0"}},
	{"txn", nil, nil}, {"reinvite", nil, nil}, {"keywords", nil, []string{"-key", "myword", "myvalue", "-base_cseq", "10"}},
	{"quotes", nil, nil}, {"field-auth", []string{"--digest", "joe:secret"}, []string{"-inf", "credentials.csv"}},
	{"global-optional", nil, nil}, {"counters", nil, nil}, {"stop-call", nil, nil}, {"jump", nil, nil}, {"global-vars", nil, nil},
	{"unanswered", []string{"-sf", "silent.peer.xml"}, []string{"-T2", "20"}},
	{"jump-behind", []string{"-sf", "any.peer.xml"}, nil}, {"last-before", []string{"-sf", "any.peer.xml"}, nil},
	{"timeout-own", []string{"-sf", "ringing.peer.xml"}, nil}, {"optional-stays", []string{"-sf", "ringing.peer.xml"}, nil},
	{"lenient", []string{"-sf", "any.peer.xml"}, nil}, {"init-labels", []string{"-sf", "any.peer.xml"}, nil},
	{"addresses", nil, []string{"-t", "ui", "-inf", "addresses.csv", "-ip_field", "1", "-max_socket", "1000"}},
	{"uas", []string{"-sn", "uac"}, nil}, {"uas-regexp", []string{"-sn", "options"}, nil},
	{"uas-verifyauth", []string{"-sf", "register-digest.xml"}, []string{"-inf", "users.csv", "-infindex", "users.csv", "0"}},
}

func TestInteropSameAsSIPp(t *testing.T) {
	sipp := needSIPp(t)
	if sipp == "" {
		return
	}
	for _, c := range same {
		t.Run(c.file, func(t *testing.T) {
			// Both programs go by the clock: on a busy machine a repeat that one of
			// them is late for is counted. What differs again and again differs.
			var differs []string
			for range 4 {
				if differs = compare(t, sipp, c.file, c.peer, c.args); len(differs) == 0 {
					return
				}
				t.Logf("the counts differ: %q", differs)
			}
			t.Errorf("%q", differs)
		})
	}
}

// compare runs a scenario with both, and returns where their counts differ.
func compare(t *testing.T, sipp, file string, peer, args []string) (differs []string) {
	t.Helper()
	server := strings.HasPrefix(file, "uas")
	var counts [2][]load.Step
	for i, tool := range []string{sipp, self(t)} {
		counts[i] = runScenario(t, tool, i == 1, server, file, peer, args)
	}
	for i, want := range counts[0] {
		got := counts[1][i]
		if file == "unanswered" && want.Repeated != got.Repeated || want.Sent != got.Sent || want.Received != got.Received || want.Unexpected != got.Unexpected || want.TimedOut != got.TimedOut {
			differs = append(differs, fmt.Sprintf("step %d, %s %s: sipp sent %d received %d timed out %d unexpected %d; sipwire %d %d %d %d", i, got.Kind, got.Label,
				want.Sent, want.Received, want.TimedOut, want.Unexpected, got.Sent, got.Received, got.TimedOut, got.Unexpected))
		}
	}
	return differs
}

// calls is how many calls of each scenario are made.
const calls = "6"

// runScenario runs a scenario with a tool and a peer, and returns its counts.
func runScenario(t *testing.T, tool string, ours, server bool, file string, peerArgs, args []string) []load.Step {
	t.Helper()
	dir := t.TempDir()
	copyScenarios(t, dir)
	port := freePort(t)
	other := freePort(t)
	result := filepath.Join(dir, "result.json")
	line := append([]string{"-sf", file + ".xml", "-m", calls, "-i", "127.0.0.1", "-timeout", "40s"}, args...)
	if ours {
		line = append([]string{"load", "-q", "--json", result}, line...)
	} else {
		line = append(line, "-nostdin", "-trace_counts")
	}
	if server {
		line = append(line, "-p", port)
		p := start(t, dir, tool, line...)
		waitPort(t, port)
		out, _ := command(t, dir, self(t), append([]string{"load", "-q", "-m", calls, "-r", "60", "-i", "127.0.0.1", "-p", other, "-timeout", "30s", "-au", "joe", "-ap", "secret"},
			append(peerArgs, "127.0.0.1:"+port)...)...)
		if err := p.wait(); err != nil && ours {
			t.Logf("%v\n%s\npeer: %s", err, p.out.String(), out)
		}
	} else {
		peer := start(t, dir, self(t), append([]string{"serve", "-q", "-p", port, "--linger", "1s"}, peerArgs...)...)
		waitPort(t, port)
		line = append(line, "-r", "60", "-p", other, "127.0.0.1:"+port)
		out, err := command(t, dir, tool, line...)
		peer.stop()
		if err != nil && ours {
			t.Logf("%v: %s", err, out)
		}
	}
	if ours {
		return readResult(t, result).Steps
	}
	return readCounts(t, dir)
}

func readResult(t *testing.T, file string) *load.Result {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r load.Result
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// readCounts reads the last line of what sipp writes with -trace_counts. Its
// columns are named after step, message and count: 3_200_Recv.
func readCounts(t *testing.T, dir string) []load.Step {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*_counts.csv"))
	if len(files) != 1 {
		t.Fatalf("sipp has written %q", files)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	names, values := strings.Split(lines[0], ";"), strings.Split(lines[len(lines)-1], ";")
	var steps []load.Step
	for i, name := range names {
		index, rest, _ := strings.Cut(name, "_")
		n, err := strconv.Atoi(index)
		if err != nil || i >= len(values) {
			continue
		}
		for len(steps) <= n {
			steps = append(steps, load.Step{Index: len(steps)})
		}
		v, _ := strconv.ParseUint(values[i], 10, 64)
		s := &steps[n]
		switch _, what, _ := cutLast(rest, "_"); what {
		case "Sent", "Sessions":
			s.Sent = v
		case "Recv":
			s.Received = v
		case "Retrans":
			s.Repeated = v
		case "Timeout":
			s.TimedOut = v
		case "Unexp":
			s.Unexpected = v
		case "Lost":
			s.Lost = v
		}
	}
	return steps
}
