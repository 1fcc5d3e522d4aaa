package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestInteropLoadSIPp makes 1000 calls to sipp's own server.
func TestInteropLoadSIPp(t *testing.T) {
	sipp := needSIPp(t)
	if sipp == "" {
		return
	}
	for _, transport := range []string{"u1", "t1", "un", "tn"} {
		t.Run(transport, func(t *testing.T) {
			dir := t.TempDir()
			port, own := freePort(t), freePort(t)
			server := "t1"
			if transport[0] == 'u' {
				server = "u1"
			}
			start(t, dir, sipp, "-sn", "uas", "-i", "127.0.0.1", "-p", port, "-t", server, "-nostdin")
			waitPort(t, port)
			r := runLoad(t, dir, "-sn", "uac", "-i", "127.0.0.1", "-p", own, "-t", transport, "-r", "250", "-m", "1000", "-timeout", "60", "127.0.0.1:"+port)
			if r.Calls != 1000 || r.Successful != 1000 || r.Failed != 0 {
				t.Errorf("%d calls, %d successful, failures %v", r.Calls, r.Successful, r.Causes)
			}
		})
	}
}

// runLoad runs load with a result file, and returns the result. That this
// machine is too slow (exit status 3) is no failure of what is tested here.
func runLoad(t *testing.T, dir string, args ...string) *loadResult {
	t.Helper()
	file := filepath.Join(dir, "result.json")
	out, err := command(t, dir, self(t), append([]string{"load", "-q", "--json", file}, args...)...)
	if err != nil && !strings.HasSuffix(err.Error(), "status 3") {
		t.Logf("%v\n%s", err, out)
	}
	return readResult(t, file)
}

// TestInteropSIPpServe has sipp make 1000 calls to serve.
func TestInteropSIPpServe(t *testing.T) {
	sipp := needSIPp(t)
	if sipp == "" {
		return
	}
	for _, transport := range []string{"u1", "t1"} {
		t.Run(transport, func(t *testing.T) {
			dir := t.TempDir()
			port, own := freePort(t), freePort(t)
			file := filepath.Join(dir, "result.json")
			s := start(t, dir, self(t), "serve", "-q", "-i", "127.0.0.1", "-p", port, "-t", transport, "-m", "1000", "--linger", "1s", "--json", file)
			waitPort(t, port)
			out, err := command(t, dir, sipp, "-sn", "uac", "-i", "127.0.0.1", "-p", own, "-t", transport, "-r", "250", "-m", "1000", "-nostdin", "-timeout", "60", "127.0.0.1:"+port)
			if err != nil {
				t.Errorf("sipp: %v\n%s", err, tail(out))
			}
			if err := s.wait(); err != nil {
				t.Errorf("serve: %v\n%s", err, s.out.String())
			}
			if r := readResult(t, file); r.Successful != 1000 || r.Failed != 0 {
				t.Errorf("serve has %d successful calls, failures %v", r.Successful, r.Causes)
			}
		})
	}
}

// tail is the end of an output.
func tail(s string) string { return s[max(0, len(s)-2000):] }
