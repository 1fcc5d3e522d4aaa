package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// TestProxyOverload measures the goodput of the proxy at its peak, and at twice
// and four times that rate, with real processes. It runs as root on Linux with
// the cpu controller of cgroups, which lets the proxy have a twentieth of a
// core: then the other processes are never the limit.
//
//	SIPWIRE_PROXY_OVERLOAD=20s go test ./sipwire -run TestProxyOverload -v -timeout 30m
//
// The time is that of each run. The figures are printed; what must hold is that
// each call that is admitted ends well, and all others get a 503.
func TestProxyOverload(t *testing.T) {
	s := os.Getenv("SIPWIRE_PROXY_OVERLOAD")
	if s == "" {
		t.Log("NOT RUN: SIPWIRE_PROXY_OVERLOAD says for how long")
		return
	}
	length, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{{"--stateful"}, nil} {
		peak := 0.0
		for rate := 400.0; rate < 1.6*max(peak, 400); rate *= 1.25 {
			got := overload(t, flags, rate, length)
			t.Logf("%v %.0f calls/s: goodput %.0f", flags, rate, got)
			peak = max(peak, got)
		}
		for _, times := range []float64{2, 4} {
			got := overload(t, flags, times*peak, length)
			t.Logf("%v peak %.0f calls/s; offered %.0f times that: goodput %.0f, %.2f of the peak", flags, peak, times, got, got/peak)
		}
	}
}

// overload offers calls to a proxy, and returns how many a second end well.
func overload(t *testing.T, flags []string, rate float64, length time.Duration) float64 {
	t.Helper()
	group, err := os.MkdirTemp("/sys/fs/cgroup/cpu", "sipwire")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(group) // when the proxy has ended
	for file, value := range map[string]string{"cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "1000"} {
		if err := os.WriteFile(filepath.Join(group, file), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	to := serveFor(t, dir, "-i", "127.0.0.1")
	args := append([]string{"proxy", "-l", "udp:127.0.0.1:0", "--workers=1", "127.0.0.1:" + to}, flags...)
	p := start(t, dir, self(t), args...)
	defer p.stop()
	if err := os.WriteFile(filepath.Join(group, "cgroup.procs"), []byte(strconv.Itoa(p.cmd.Process.Pid)), 0o600); err != nil {
		t.Fatal(err)
	}
	listening := regexp.MustCompile(`listening on udp:(\S+)`)
	for end := time.Now().Add(60 * time.Second); listening.FindString(p.out.String()) == ""; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the proxy does not listen: %s", p.out.String())
		}
	}
	addr := listening.FindStringSubmatch(p.out.String())[1]
	uac := sippScenario(t, dir, "uac", "> INVITE", "< 100?", "< 180?", "< 200", "> ACK2xx", "> BYE", "< 100?", "< 200")
	r := runLoad(t, dir, "-sf", uac, "-r", fmt.Sprint(rate), "-m", fmt.Sprint(int(rate*length.Seconds())), addr)
	if refused := r.Codes["503"]; r.Failed != refused {
		t.Errorf("%.0f calls/s: %d of %d calls failed, and %d got a 503: %v, unexpected %v", rate, r.Failed, r.Calls, refused, r.Causes, r.Codes)
	}
	return float64(r.Successful) / r.Seconds
}
