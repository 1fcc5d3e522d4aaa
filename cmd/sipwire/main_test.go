package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// result is what a run of the tool left behind.
type result struct {
	status         int
	stdout, stderr string
}

// tool runs the tool with the given standard input.
func tool(t *testing.T, stdin []byte, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	status := run(args, &env{stdin: bytes.NewReader(stdin), stdout: &out, stderr: &errs})
	return result{status, out.String(), errs.String()}
}

// objects decodes output of one JSON object a line.
func objects(t *testing.T, s string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(s) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v in line %q", err, line)
		}
		all = append(all, o)
	}
	return all
}

// write puts files into a folder of the test and returns their paths.
func write(t *testing.T, files ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, text := range files {
		p := filepath.Join(dir, string(rune('a'+i))+".sip")
		if err := os.WriteFile(p, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}

// sip joins lines with CRLF and ends the header section.
func sip(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n\r\n" }

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"pars"}, {"parse", "--no-such-flag"}, {"parse", "--color=mauve", "x"}} {
		r := tool(t, nil, args...)
		if r.status != exitUsage || r.stdout != "" || !strings.HasPrefix(r.stderr, "sipwire: ") {
			t.Errorf("%q: %+v", args, r)
		}
	}
	for _, args := range [][]string{{"--help"}, {"parse", "--help"}, {"demo", "--help"}} {
		if r := tool(t, nil, args...); r.status != exitOK || !strings.Contains(r.stdout, "Usage: sipwire") {
			t.Errorf("%q: %+v", args, r)
		}
	}
	if r := tool(t, nil, "--version"); r.status != exitOK || !strings.HasPrefix(r.stdout, "sipwire ") {
		t.Errorf("--version: %+v", r)
	}
}

// A full disk or a closed pipe must not look like success.
func TestOutputFails(t *testing.T) {
	file := write(t, sip("OPTIONS sip:a@b.example SIP/2.0"))[0]
	for _, args := range [][]string{{"parse", file}, {"parse", "--json", file}} {
		var errs bytes.Buffer
		status := run(args, &env{stdin: strings.NewReader(""), stdout: brokenWriter{}, stderr: &errs})
		if status != exitBad || !strings.Contains(errs.String(), errBroken.Error()) {
			t.Errorf("%q: status %d, %q", args, status, errs.String())
		}
	}
}

var errBroken = errors.New("pipe is broken")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

var _ io.Writer = brokenWriter{}
