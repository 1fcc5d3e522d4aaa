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
// The number is that of the rounds, of about two minutes for both kinds of proxy.
// The proxy has a part of the first processor, in pieces of 1 ms, which add little to
// the time for which packets wait; those who call and answer have the others, and
// are never the limit: what was offered in truth is printed, too. A machine seldom
// keeps its speed for a minute: so the rates change every two seconds, what is
// counted are calls in a second of processor time that the proxy has had, the peak is
// found before and after each overload, and what is printed are medians of the ratios.
// What must hold is that each call that is admitted ends well, and all others get a
// 503, and that more than 0.7 of the peak is left at twice its rate: about 0.9 is
// usual, and a busy machine adds its noise.
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
	procs, err := os.OpenFile("/sys/fs/cgroup/cpu/cgroup.procs", os.O_WRONLY, 0)
	if err != nil {
		t.Logf("NOT RUN: it takes the cpu controller of cgroups, version 1: %v", err)
		return
	}
	procs.Close()
	for _, kind := range overloadKinds {
		t.Run(kind.name, func(t *testing.T) {
			near, peaks := 2000.0, []float64(nil)
			ratios, offered := map[float64][]float64{}, map[float64][]float64{}
			for range rounds {
				o := startOverload(t, kind)
				near = o.find(near)
				before := o.peak(near)
				for range 3 {
					for _, times := range overloads {
						got := o.measure(times * before.calls)
						after := o.peak(before.calls)
						peak := (before.perTime + after.perTime) / 2
						peaks = append(peaks, before.calls)
						ratios[times] = append(ratios[times], got.perTime/peak)
						offered[times] = append(offered[times], got.offered/before.calls)
						before = after
					}
				}
				near = before.calls
				o.end(t)
			}
			for _, times := range overloads {
				if times == 2 && median(offered[times]) > 1.7 && median(ratios[times]) < 0.7 {
					t.Errorf("the goodput is %.2f of the peak", median(ratios[times]))
				}
				t.Logf("peak %s calls/s; offered %s times that: goodput %s of the peak", middle(peaks, 0), middle(offered[times], 2), middle(ratios[times], 2))
			}
		})
	}
}

// middle is the median of figures, with the least and the greatest.
func middle(all []float64, digits int) string {
	return fmt.Sprintf("%.*f (median of %.*f to %.*f)", digits, median(all), digits, slices.Min(all), digits, slices.Max(all))
}

// median returns the median of figures, which it sorts.
func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// An overloadKind is a kind of proxy: its flags, and after how many ms it gets
// another ms of processor time. One without transactions gets less: otherwise those
// who call could not offer four times what it forwards.
type overloadKind struct {
	name   string
	flags  []string
	period int
}

var overloadKinds = []overloadKind{
	{"with-transactions", []string{"--stateful"}, 4},
	{"without", nil, 10},
}

// overloads are the rates, as multiples of the peak.
var overloads = []float64{2, 4}

const (
	settle      = 800 * time.Millisecond // after a rate has changed
	measureTime = 1200 * time.Millisecond
	// overloadLimit ends the processes of a round.
	overloadLimit = 10 * time.Minute
)

// An overload is a proxy, with what calls and answers.
type overload struct {
	t             *testing.T
	proxy, caller *process
	status, page  string // of the proxy and of load
	result        string // file
}

const overloadToken = "token-for-the-overload-test"

// startOverload starts the processes. The callee answers what is repeated for as
// long as a BYE is (RFC 3261, 17.1.2.2).
func startOverload(t *testing.T, kind overloadKind) *overload {
	t.Helper()
	o := &overload{t: t}
	dir, port := t.TempDir(), freePort(t)
	o.result = filepath.Join(dir, "result.json")
	others := fmt.Sprintf("1-%d", runtime.NumCPU()-1)
	callee := startFor(t, overloadLimit, dir, "taskset", "-c", others, self(t), "serve", "-q", "-p", port, "-i", "127.0.0.1", "--linger", "35s")
	control(t, callee, nil)
	waitPort(t, port)
	args := append([]string{"-c", "0", self(t), "proxy", "-l", "udp:127.0.0.1:0", "--workers=1", "--status=127.0.0.1:0"}, kind.flags...)
	p := startFor(t, overloadLimit, dir, "taskset", append(args, "127.0.0.1:"+port)...)
	o.proxy = p
	confine(t, p, kind.period)
	o.status = said(t, p, `status at (\S+)`)
	uac := sippScenario(t, dir, "uac", "> INVITE", "< 100?", "< 180?", "< 200", "> ACK2xx", "> BYE", "< 100?", "< 200")
	metrics := "127.0.0.1:" + freePort(t)
	o.page = "http://" + metrics + "/"
	o.caller = startFor(t, overloadLimit, dir, "taskset", "-c", others, self(t), "load", "-q", "--json", o.result, "-sf", uac, "-r", "10", "-m", "1000000000",
		"--metrics", metrics, "--token", overloadToken, said(t, p, `listening on udp:(\S+)`))
	control(t, o.caller, nil)
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

// confine gives a process 1 ms of a processor in a period of so many.
func confine(t *testing.T, p *process, period int) {
	t.Helper()
	control(t, p, map[string]int{"cpu.cfs_period_us": 1000 * period, "cpu.cfs_quota_us": 1000})
}

// control puts a process into a group of its own, which comes before all others, and
// sets what is given.
func control(t *testing.T, p *process, values map[string]int) {
	t.Helper()
	group, err := os.MkdirTemp("/sys/fs/cgroup/cpu", "sipwire")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.stop()
		_ = os.Remove(group)
	})
	set := func(file string, value int) {
		if err := os.WriteFile(filepath.Join(group, file), []byte(strconv.Itoa(value)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set("cpu.shares", 200000)
	for file, value := range values {
		set(file, value)
	}
	set("cgroup.procs", p.cmd.Process.Pid)
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

// A goodput is what was forwarded at a rate. A call is six messages.
type goodput struct {
	calls   float64 // forwarded a second
	perTime float64 // forwarded in a second of the proxy's processor time
	offered float64 // calls a second that were forwarded or refused
}

// measure offers calls at a rate.
func (o *overload) measure(rate float64) goodput {
	o.t.Helper()
	o.api("POST", fmt.Sprintf(`{"rate": %.0f}`, rate))
	time.Sleep(settle)
	count := func() (forwarded, answered, used float64) {
		forwarded = float64(metric(o.t, o.status, `sipwire_proxy_messages_total{end="forwarded"}`)) / 6
		return forwarded, float64(metric(o.t, o.status, `sipwire_proxy_messages_total{end="answered"}`)), processorTime(o.t, o.proxy.cmd.Process.Pid)
	}
	begin := time.Now()
	forwarded, answered, used := count()
	time.Sleep(measureTime)
	f, a, u := count()
	took := time.Since(begin).Seconds()
	if u <= used { // its time is no longer in the sum
		o.t.Fatal("a thread of the proxy has ended")
	}
	return goodput{calls: (f - forwarded) / took, perTime: (f - forwarded) / (u - used), offered: (f - forwarded + a - answered) / took}
}

// processorTime returns how many seconds all threads of a process have run.
func processorTime(t *testing.T, pid int) (sum float64) {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(files) == 0 {
		t.Fatalf("the processor time of the proxy is not known: %v", err)
	}
	for _, file := range files {
		text, _ := os.ReadFile(file) // a thread may have ended
		var ns float64
		if _, err := fmt.Sscan(string(text), &ns); err == nil {
			sum += ns / 1e9
		}
	}
	return sum
}

// find returns about the highest goodput, which may be far from a first guess.
func (o *overload) find(near float64) float64 {
	o.t.Helper()
	for range 15 {
		got := o.measure(1.25 * near).calls
		if got < 0.97*1.25*near && got > 0.8*near {
			return got
		}
		near = got * 1.1
	}
	o.t.Fatal("the peak was not found")
	return 0
}

// peak returns the highest goodput at rates around one.
func (o *overload) peak(near float64) (best goodput) {
	o.t.Helper()
	for _, part := range []float64{1, 1.15, 1.3} {
		g := o.measure(part * near)
		best.calls, best.perTime = max(best.calls, g.calls), max(best.perTime, g.perTime)
	}
	return best
}

// end waits until all calls have ended, and looks at what became of them.
func (o *overload) end(t *testing.T) {
	t.Helper()
	o.api("POST", `{"pause": true}`)
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		var now struct{ Samples []load.Sample }
		if err := json.Unmarshal(o.api("GET", ""), &now); err != nil {
			t.Fatal(err)
		}
		if n := len(now.Samples); n > 0 && now.Samples[n-1].Open == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("there are calls that do not end: %+v", now.Samples[len(now.Samples)-1])
		}
	}
	metrics := o.lost()
	o.api("POST", `{"stop": true}`)
	_ = o.caller.wait() // exit status 1: calls have failed
	r := readResult(t, o.result)
	if refused := r.Codes["503"]; r.Failed != refused || r.Successful == 0 {
		var table strings.Builder
		printResult(&table, r)
		t.Errorf("%d of %d calls failed, and %d got a 503\n%s\nproxy: %s", r.Failed, r.Calls, refused, table.String(), metrics)
	}
}

// lost is what the proxy says about what it did not forward.
func (o *overload) lost() string {
	o.t.Helper()
	resp, err := http.Get(o.status + "metrics")
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return strings.Join(regexp.MustCompile(`(?m)^sipwire_proxy_(received|messages|dropped|kernel).*`).FindAllString(string(text), -1), ", ")
}
