package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/fleet"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

// asServer makes the test binary a NATS server at the address that it is set
// to.
const asServer = "SIPWIRE_TEST_NATS"

// serveNATS is a NATS server until it is killed.
func serveNATS(address string) {
	if _, err := fleet.Start(address); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	time.Sleep(limit)
}

// startNATS starts a NATS server that is a process of its own.
func startNATS(t *testing.T, address, port string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, self(t))
	c.Env = append(os.Environ(), asServer+"="+address)
	forks.Lock()
	err := c.Start()
	forks.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		c.Wait()
	})
	waitPort(t, port)
}

// until waits for something that another process does.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s: not within %v", what, limit)
}

// aFleet is a coordinator and three workers on loopback.
type aFleet struct {
	coordinator *process
	workers     []*process
	result      string // file
}

// startFleet starts a fleet with a NATS server in the coordinator, or a separate
// one, against a target of its own.
func startFleet(t *testing.T, separate bool, args ...string) *aFleet {
	t.Helper()
	dir := t.TempDir()
	target, nats := serveFor(t, dir), freePort(t)
	at := "user:a-password@127.0.0.1:" + nats
	address := "embedded://" + at
	if separate {
		startNATS(t, address, nats)
		address = "nats://" + at
	}
	f := &aFleet{result: filepath.Join(dir, "result.json")}
	f.coordinator = start(t, dir, self(t), append(append([]string{"load", "--fleet", address, "--fleet-size", "3", "--json", f.result, "--late", "10m"}, args...), "127.0.0.1:"+target)...)
	waitPort(t, nats)
	for i := range 3 {
		f.workers = append(f.workers, start(t, t.TempDir(), self(t), "load", "--worker", "nats://"+at, "--worker-name", fmt.Sprint("w", i), "-q", "--workers", fmt.Sprint(1+i%2)))
	}
	return f
}

// sums holds the figures of the whole fleet to those of its members.
func sums(t *testing.T, r *load.Result) {
	t.Helper()
	var calls, successful, failed, latency uint64
	for _, m := range r.Fleet {
		calls, successful, failed, latency = calls+m.Calls, successful+m.Successful, failed+m.Failed, latency+m.Latency.Count
	}
	if len(r.Fleet) != 3 || calls != r.Calls || successful != r.Successful || failed != r.Failed || latency != r.Latency.Count {
		t.Errorf("%d calls, %d successful, %d failed, %d latencies; of the members %d, %d, %d, %d: %+v",
			r.Calls, r.Successful, r.Failed, r.Latency.Count, calls, successful, failed, latency, r.Fleet)
	}
}

// TestFleet has three processes make the calls of one run. The result is the
// sum. Call-IDs have nothing but the call's number, so that a number that is
// used twice makes a call fail.
func TestFleet(t *testing.T) {
	for _, separate := range []bool{false, true} {
		t.Run(fmt.Sprintf("separate=%t", separate), func(t *testing.T) {
			t.Parallel()
			f := startFleet(t, separate, "-sn", "uac", "-r", "60", "-m", "62", "-d", "100", "-cid_str", "%u@fleet", "-timeout", "80")
			if err := f.coordinator.wait(); err != nil {
				t.Errorf("%v\n%s", err, f.coordinator.out.String())
			}
			for _, w := range f.workers {
				if err := w.wait(); err != nil {
					t.Errorf("worker: %v\n%s", err, w.out.String())
				}
			}
			r := readResult(t, f.result)
			sums(t, r)
			if r.Calls != 62 || r.Successful != 62 || r.Latency.Count != 124 || r.Steps[0].Sent != 62 || r.RateAsked != 60 || len(r.RTDs) != 1 || r.RTDs[0].Count != 62 {
				t.Errorf("%+v", r)
			}
			for i, m := range r.Fleet {
				if m.Calls < 20 || m.Calls > 21 || m.Lost || !slices.Contains([]string{"w0", "w1", "w2"}, m.Name) {
					t.Errorf("member %d: %+v", i, m)
				}
			}
		})
	}
}

// TestFleetLosesWorker kills a worker in the middle of a run. The result names
// it, has what it did until then, and is not taken for the target's.
func TestFleetLosesWorker(t *testing.T) {
	f := startFleet(t, false, "-sn", "uac", "-r", "30", "-timeout", "80")
	some := regexp.MustCompile(` [1-9]\d* ok `)
	until(t, "calls", func() bool { return some.MatchString(f.coordinator.out.String()) })
	f.workers[1].cmd.Process.Kill()
	until(t, "a worker that is lost", func() bool { return strings.Contains(f.coordinator.out.String(), "worker w1 is lost") })
	f.coordinator.cmd.Process.Signal(os.Interrupt)
	err := f.coordinator.wait()
	if err == nil || !strings.HasSuffix(err.Error(), "status 3") {
		t.Errorf("ends with %v", err)
	}
	r := readResult(t, f.result)
	sums(t, r)
	for _, m := range r.Fleet {
		if m.Lost != (m.Name == "w1") || m.Name != "w1" && m.Calls == 0 {
			t.Errorf("%+v", m)
		}
	}
	if !strings.Contains(r.Health.Fault, "worker w1 was lost") || r.Calls == 0 {
		t.Errorf("%d calls, fault %q", r.Calls, r.Health.Fault)
	}
}

// TestFleetWrongUse has one line and exit status 2 for a fleet that cannot be.
func TestFleetWrongUse(t *testing.T) {
	dir := t.TempDir()
	texts := filepath.Join(dir, "texts.xml")
	os.WriteFile(texts, []byte("<scenario>\n  <send><![CDATA[\n    OPTIONS sip:x SIP/2.0\n    X: [file name=secret]\n  ]]></send>\n</scenario>"), 0o666)
	port := freePort(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"load", "--fleet", "nats://192.0.2.1:4222", "127.0.0.1"}, "not loopback needs a user"},
		{[]string{"load", "--fleet", "embedded://0.0.0.0:4222", "127.0.0.1"}, "not loopback needs a user"},
		{[]string{"load", "--fleet", "http://127.0.0.1", "127.0.0.1"}, "no address of a NATS server"},
		{[]string{"load", "--fleet", "nats://127.0.0.1:" + port, "127.0.0.1"}, "no servers available"},
		{[]string{"load", "--fleet", "embedded", "--fleet-size", "0", "127.0.0.1"}, "--fleet-size 0"},
		{[]string{"load", "--fleet", "embedded", "--fleet-size", "3", "-m", "2", "127.0.0.1"}, "at least --fleet-size"},
		{[]string{"load", "--fleet", "embedded://127.0.0.1:" + port, "--fleet-name", "a.*", "127.0.0.1"}, "no name of a fleet"},
		{[]string{"load", "--fleet", "embedded://127.0.0.1:" + port, "--fleet-wait", "1ms", "-q", "127.0.0.1"}, "0 of 1 workers were ready"},
		{[]string{"load", "--fleet", "embedded", "-sf", texts, "127.0.0.1"}, "texts.xml:2:3: <send>: [file] cannot be used in a fleet"},
		{[]string{"load", "--worker", "nats://127.0.0.1:" + port, "127.0.0.1"}, "are the coordinator's"},
		{[]string{"load", "--worker", "nats://127.0.0.1:" + port, "-oocsn", "ooc_default"}, "are the coordinator's"},
		{[]string{"load", "--fleet", "embedded", "-oocsn", "ooc_default", "127.0.0.1"}, "a fleet has one scenario"},
		{[]string{"load", "--fleet", "embedded", "-trace_screen", "127.0.0.1"}, "give them to its workers"},
		{[]string{"load", "--worker", "nats://127.0.0.1:" + port, "-bg"}, "-bg and -sleep are not for it"},
		{[]string{"load", "--worker", "nats://127.0.0.1:" + port, "-sleep", "1"}, "-bg and -sleep are not for it"},
		{[]string{"load", "--worker", "nats://127.0.0.1:" + port}, "no servers available"},
	} {
		var out, errs strings.Builder
		status := run(c.args, &env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs})
		line := strings.TrimSpace(errs.String())
		if i := strings.Index(line, "sipwire: workers:"); i == 0 {
			_, line, _ = strings.Cut(line, "\n") // how to start workers
		}
		if status != exitUsage || !strings.Contains(line, c.want) || strings.Contains(line, "\n") {
			t.Errorf("%q: status %d, %q", c.args, status, line)
		}
	}
}

// own are the flags that a coordinator has no say in.
var own = []string{
	"SF", "SN", "SD", "OOCSF", "OOCSN", "I", "P", "Inf", "MI", "TLSCert", "TLSKey", "TLSCA", "TraceErr", "ErrorFile", "TraceLogs", "LogFile", "TraceMsg", "MsgFile", "Workers", "AllowExec",
	"TraceShort", "ShortFile", "TraceStat", "STF", "StatDelimiter", "TraceCounts", "TraceRTT", "TraceCodes", "TraceScreen", "ScreenFile", "CP", "CI", "RateScale", "Sleep", "BG",
	"Public", "JSON", "Metrics", "HTML", "OTLP", "Token", "Plain", "Quiet", "GoalSuccess", "GoalP99", "Find", "FindTime",
	"Fleet", "FleetSize", "FleetWait", "FleetName", "Worker", "WorkerName",
	"Sleep", "BG", "TraceShort", "ShortFile", "TraceStat", "STF", "StatDelimiter", "TraceCounts", "TraceRTT", "TraceCodes", "TraceScreen", "ScreenFile",
	"CP", "CI", "RateScale",
}

// TestCarried has every flag decided by the coordinator or by the worker: a new
// one must be put on either list.
func TestCarried(t *testing.T) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[loadCmd]()) {
		if !f.Anonymous && f.IsExported() && slices.Contains(carried, f.Name) == slices.Contains(own, f.Name) {
			t.Errorf("%s is on both lists, or on none", f.Name)
		}
	}
}

// TestAdopt has a worker take what is the coordinator's to say, and refuse what
// is its own.
func TestAdopt(t *testing.T) {
	from := &loadCmd{runFlags: runFlags{SN: "options", M: 7, Public: true}, R: 12, Target: "a"}
	data, err := from.job()
	if err != nil {
		t.Fatal(err)
	}
	var c loadCmd
	source, _, err := c.adopt(data, load.Share{Of: 1})
	if err != nil || c.M != 7 || c.R != 12 || c.Target != "a" || c.Public || !strings.Contains(source.Text, "OPTIONS") {
		t.Errorf("%+v, %v", c, err)
	}
	for _, name := range own {
		value, _ := json.Marshal(reflect.ValueOf(from).Elem().FieldByName(name).Interface())
		data, _ := json.Marshal(job{Flags: map[string]json.RawMessage{name: value}})
		if _, _, err := c.adopt(data, load.Share{Of: 1}); err == nil {
			t.Errorf("--%s is taken from the coordinator", name)
		}
	}
	if _, _, err := c.adopt([]byte("{"), load.Share{Of: 1}); err == nil {
		t.Error("half a job is taken")
	}
}
