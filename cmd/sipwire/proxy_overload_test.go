package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// TestProxyOverload measures what the proxy forwards at twice and four times the
// rate of its peak, with real processes. It runs as root on Linux, with two
// processors and the cpu controller of cgroups, version 1.
//
//	SIPWIRE_PROXY_OVERLOAD=5 go test ./sipwire -run TestProxyOverload -v -timeout 30m
//
// The number is that of the rounds, of about a minute for both kinds of proxy.
// The proxy has a quarter of the first processor, in pieces of 1 ms in 4, which
// add little to the time for which packets wait; those who call and answer have
// the others, and are never the limit. A machine seldom keeps its speed for a
// minute: so the rates change every second and a half, the peak is found anew
// each time, and what is printed are medians of the ratios. What must hold is
// that each call that is admitted ends well, and all others get a 503.
func TestProxyOverload(t *testing.T) {
	rounds, err := strconv.Atoi(os.Getenv("SIPWIRE_PROXY_OVERLOAD"))
	if err != nil {
		t.Log("NOT RUN: SIPWIRE_PROXY_OVERLOAD says how many rounds")
		return
	}
	if _, err := exec.LookPath("taskset"); err != nil || runtime.NumCPU() < 2 {
		t.Logf("NOT RUN: it takes two processors, and taskset: %v", err)
		return
	}
	for _, flags := range [][]string{{"--stateful"}, nil} {
		peak, ratios, peaks := 2000.0, map[float64][]float64{}, []float64(nil)
		for range rounds {
			o := startOverload(t, flags)
			for range 3 {
				peak = o.peak(peak)
				peaks = append(peaks, peak)
				for _, times := range overloads {
					ratios[times] = append(ratios[times], o.goodput(times*peak)/peak)
				}
			}
			o.end(t)
		}
		slices.Sort(peaks)
		for _, times := range overloads {
			r := ratios[times]
			slices.Sort(r)
			t.Logf("%v: peak %.0f calls/s (median of %.0f to %.0f); offered %.0f times that: goodput %.2f of the peak (median of %.2f to %.2f)",
				flags, peaks[len(peaks)/2], peaks[0], peaks[len(peaks)-1], times, r[len(r)/2], r[0], r[len(r)-1])
		}
	}
}

// overloads are the rates, as multiples of the peak.
var overloads = []float64{2, 4}

const (
	settle      = 800 * time.Millisecond // after a rate has changed
	measureTime = 700 * time.Millisecond
)

// An overload is a proxy, with what calls and answers.
type overload struct {
	t            *testing.T
	caller       *process // load
	status, page string   // of the proxy and of load
	result       string   // file
}

const overloadToken = "token-for-the-overload-test"

// startOverload starts the processes.
func startOverload(t *testing.T, flags []string) *overload {
	t.Helper()
	o := &overload{t: t}
	dir, port := t.TempDir(), freePort(t)
	o.result = filepath.Join(dir, "result.json")
	others := fmt.Sprintf("1-%d", runtime.NumCPU()-1)
	start(t, dir, "taskset", "-c", others, self(t), "serve", "-q", "-p", port, "-i", "127.0.0.1", "--linger", "10s")
	waitPort(t, port)
	args := append([]string{"-c", "0", self(t), "proxy", "-l", "udp:127.0.0.1:0", "--workers=1", "--status=127.0.0.1:0"}, flags...)
	p := start(t, dir, "taskset", append(args, "127.0.0.1:"+port)...)
	quarter(t, p)
	o.status = said(t, p, `status at (\S+)`)
	uac := sippScenario(t, dir, "uac", "> INVITE", "< 100?", "< 180?", "< 200", "> ACK2xx", "> BYE", "< 100?", "< 200")
	metrics := "127.0.0.1:" + freePort(t)
	o.page = "http://" + metrics + "/"
	o.caller = start(t, dir, "taskset", "-c", others, self(t), "load", "-q", "--json", o.result, "-sf", uac, "-r", "10", "-m", "1000000000",
		"--metrics", metrics, "--token", overloadToken, said(t, p, `listening on udp:(\S+)`))
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if resp, err := http.Get(o.page); err == nil {
			resp.Body.Close()
			return o
		}
		if time.Now().After(end) {
			t.Fatalf("load does not begin: %s", o.caller.out.String())
		}
	}
}

// quarter gives a process a quarter of a processor, before all others.
func quarter(t *testing.T, p *process) {
	t.Helper()
	group, err := os.MkdirTemp("/sys/fs/cgroup/cpu", "sipwire")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.stop()
		_ = os.Remove(group)
	})
	for _, f := range [][2]string{{"cpu.cfs_period_us", "4000"}, {"cpu.cfs_quota_us", "1000"}, {"cpu.shares", "200000"}, {"cgroup.procs", strconv.Itoa(p.cmd.Process.Pid)}} {
		if err := os.WriteFile(filepath.Join(group, f[0]), []byte(f[1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// said waits until a process has said what matches, and returns the group.
func said(t *testing.T, p *process, expr string) string {
	t.Helper()
	re := regexp.MustCompile(expr)
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(time.Millisecond) {
		if m := re.FindStringSubmatch(p.out.String()); m != nil {
			return m[1]
		}
		if time.Now().After(end) {
			t.Fatalf("no %s in %q", expr, p.out.String())
		}
	}
}

// api asks load for something, or how it is.
func (o *overload) api(method, what string) []byte {
	o.t.Helper()
	r, err := http.NewRequest(method, o.page+"api/run", strings.NewReader(what))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+overloadToken)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		o.t.Fatalf("%s: %s, %v", what, resp.Status, err)
	}
	return body
}

// goodput offers calls at a rate, and returns how many a second are forwarded. A
// call is six messages.
func (o *overload) goodput(rate float64) float64 {
	o.t.Helper()
	o.api("POST", fmt.Sprintf(`{"rate": %.0f}`, rate))
	time.Sleep(settle)
	count := func() int { return metric(o.t, o.status, `sipwire_proxy_messages_total{end="forwarded"}`) }
	begin, n := time.Now(), count()
	time.Sleep(measureTime)
	n = count() - n
	return float64(n) / 6 / time.Since(begin).Seconds()
}

// peak returns the highest goodput at rates around one, which is far off the
// first time.
func (o *overload) peak(near float64) float64 {
	o.t.Helper()
	for range 15 {
		best := 0.0
		for _, part := range []float64{0.9, 1.05} {
			best = max(best, o.goodput(part*near))
		}
		above := o.goodput(1.25 * near)
		if best = max(best, above); above < 0.97*1.25*near && best > 0.8*near {
			return best
		}
		near = best * 1.1
	}
	o.t.Fatal("the peak was not found")
	return 0
}

// end waits until all calls have ended, and looks at what became of them.
func (o *overload) end(t *testing.T) {
	t.Helper()
	o.api("POST", `{"pause": true}`)
	for end := time.Now().Add(40 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		var now struct{ Samples []load.Sample }
		if err := json.Unmarshal(o.api("GET", ""), &now); err != nil {
			t.Fatal(err)
		}
		if n := len(now.Samples); n > 0 && now.Samples[n-1].Open == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("there are calls that do not end")
		}
	}
	o.api("POST", `{"stop": true}`)
	_ = o.caller.wait() // exit status 1: calls have failed
	r := readResult(t, o.result)
	if refused := r.Codes["503"]; r.Failed != refused || r.Successful == 0 {
		t.Errorf("%d of %d calls failed, and %d got a 503: %v, unexpected %v", r.Failed, r.Calls, refused, r.Causes, r.Codes)
	}
}
