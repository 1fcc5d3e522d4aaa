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

// TestFileNames gives every command files whose names hold escape codes, one
// of them readable: neither output moves a cursor or changes a colour.
func TestFileNames(t *testing.T) {
	const evil = "a,b \x1b[2J\x9b1m\u202e\r.sip"
	dir := t.TempDir()
	name := filepath.Join(dir, evil)
	if err := os.WriteFile(name, []byte(goodOptions), 0o666); err != nil {
		t.Skipf("NOT RUN: this file system refuses the name: %v", err)
	}
	if r := tool(t, nil, "check", name); r.status != exitOK {
		t.Errorf("a file of that name is not read: %+v", r)
	}
	for _, args := range [][]string{
		{"parse"}, {"parse", "--json"}, {"parse", "--stream"}, {"parse", "--stream", "--json"}, {"check"}, {"check", "--json"},
		{"rewrite"}, {"rewrite", "--fit=1300"}, {"rewrite", "--fit=1"}, {"parse", "--color=always"}, {evil},
	} {
		r := tool(t, nil, append(args, name, name+"gone", dir+"/"+evil+"dir/x")...)
		out := r.stdout + r.stderr
		if args[0] == "rewrite" {
			out = r.stderr // standard output is the message, as received
		}
		out = strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[22m", "").Replace(out)
		if args[len(args)-1] != "--color=always" && strings.ContainsAny(out, "\x1b\r\u009b\u202e") || strings.Contains(out, "\x1b[2J") {
			t.Errorf("%q: %q", args, out)
		}
		if out == "" {
			t.Errorf("%q: no output", args)
		}
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
