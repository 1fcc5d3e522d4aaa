package main

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// TestChangeRun changes the rate and the users of runs by the page's address, and
// ends them there: those of one process and of a fleet.
func TestChangeRun(t *testing.T) {
	const token = "a-token-for-tests"
	for name, c := range map[string]struct {
		args   string
		change string
	}{
		"rate":  {"-r 0.01", `{"rate": 50}`},
		"users": {"-users 1 -d 100000", `{"users": 60}`},
		"fleet": {"-r 0.01 --fleet embedded://127.0.0.1:0", `{"rate": 50}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			target, port := serveFor(t, dir), freePort(t)
			file := filepath.Join(dir, "result.json")
			args := append([]string{"load", "-sn", "uac", "-timeout", "80", "-q", "--late", "10m", "--goal-success", "0", "--json", file,
				"--metrics", "127.0.0.1:" + port, "--token", token}, strings.Fields(c.args)...)
			p := start(t, dir, self(t), append(args, "127.0.0.1:"+target)...)
			waitPort(t, port)
			if name == "fleet" {
				var address string
				until(t, "the address for workers", func() bool {
					_, line, found := strings.Cut(p.out.String(), "SIPWIRE_WORKER=")
					address, _, _ = strings.Cut(line, " sipwire load\n")
					return found
				})
				start(t, dir, self(t), "load", "-q", "--worker", address)
			}
			run := "http://127.0.0.1:" + port + "/api/run"
			ask(t, "POST", run, token, c.change)
			until(t, "50 calls", func() bool {
				var v struct{ Samples []load.Sample }
				if err := json.Unmarshal([]byte(ask(t, "GET", run, token, "")), &v); err != nil {
					t.Fatal(err)
				}
				n := len(v.Samples)
				return n > 0 && v.Samples[n-1].Calls >= 50
			})
			m := begun.FindStringSubmatch(ask(t, "GET", "http://127.0.0.1:"+port+"/metrics", "", ""))
			if m == nil || len(m[1]) < 2 {
				t.Errorf("/metrics has %q calls", m)
			}
			ask(t, "POST", run, token, `{"stop": true}`)
			if err := p.wait(); err != nil {
				t.Errorf("%v\n%s", err, p.out.String())
			}
			if r := readResult(t, file); r.Calls < 50 || r.Open != 0 {
				t.Errorf("%d calls, %d open", r.Calls, r.Open)
			}
		})
	}
}

var begun = regexp.MustCompile(`(?m)^sipwire_load_calls_total ([0-9]+)$`)

// ask sends a request with a token, and returns the answer.
func ask(t *testing.T, method, url, token, body string) string {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s %v", body, a.StatusCode, text, err)
	}
	return string(text)
}
