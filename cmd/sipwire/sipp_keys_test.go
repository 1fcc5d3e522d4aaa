package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// TestKeys has what each key and command does.
func TestKeys(t *testing.T) {
	rate := &load.Rate{Base: 20}
	var log string
	k := &keys{
		controls: load.NewControls(rate, 0, func() time.Duration { return 0 }, func(c load.Control) { rate.Fix(c) }),
		soft:     func() { log += "soft " }, end: func() { log += "end " }, screen: func() error { log += "screen "; return nil }, scale: 5,
	}
	for _, c := range []struct {
		packet string
		rate   float64
		fails  bool
	}{
		{"+\n", 25, false}, {"*", 75, false}, {"-", 70, false}, {"/\n", 20, false}, {"/", 0, false}, {"cset rate 40\n", 40, false}, {"c set rate-scale 1", 40, false},
		{"+", 41, false}, {"p", 0, false}, {"p", 41, false}, {"1", 41, false}, {"", 41, false}, {"cset users 5", 41, true}, {"cset rate x", 41, true},
		{"cset rate -1", 41, true}, {"cset limit 5", 41, true}, {"ctrace error on", 41, true}, {"s", 41, false}, {"q", 41, false}, {"q", 41, false}, {"Q", 41, false},
	} {
		err := k.take([]byte(c.packet))
		if got := rate.At(0); got != c.rate || err != nil != c.fails {
			t.Errorf("%q: %g calls a second, %v", c.packet, got, err)
		}
	}
	if log != "screen soft end soft end " {
		t.Errorf("%q", log)
	}
	for _, packet := range []string{"cset rate-scale -1", "cset rate-scale NaN", "cset rate-scale 1e300"} {
		if err := k.take([]byte(packet)); !errors.Is(err, load.ErrBounds) {
			t.Errorf("%q: %v", packet, err)
		}
	}
	users := 0
	k.users = true
	k.controls = load.NewControls(nil, 10, func() time.Duration { return 0 }, func(c load.Control) { users = c.Users })
	if err := errors.Join(k.take([]byte("*")), k.take([]byte("-"))); err != nil || users != 19 {
		t.Errorf("%d users, %v", users, err)
	}
	for _, c := range []struct {
		packet string
		users  int
	}{{"/", 9}, {"/", 0}, {"+", 1}, {"-", 0}, {"*", 10}, {"cset rate-scale 1e7", 10}, {"*", load.MaxUsers}} {
		if err := k.take([]byte(c.packet)); err != nil || users != c.users {
			t.Errorf("%q: %d users, %v", c.packet, users, err)
		}
	}
}

// TestControlPort ends a run by packets: calls that are open go on to their end at
// the first q. The rate was raised before.
func TestControlPort(t *testing.T) {
	t.Parallel()
	w := newWitness(t, false)
	dir, port := t.TempDir(), freePort(t)
	file := filepath.Join(dir, "result.json")
	p := start(t, dir, self(t), "load", "-q", "--late", "1h", "--json", file, "-sn", "options", "-r", "0", "-cp", port, "-timeout", "60", w.conn.LocalAddr().String())
	waitPort(t, port)
	conn, err := net.Dial("udp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for end := time.Now().Add(30 * time.Second); len(w.messages()) < 3 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		conn.Write([]byte("cset rate 100\n"))
	}
	conn.Write([]byte("q\n"))
	if err := p.wait(); err != nil {
		t.Errorf("%v\n%s", err, p.out.String())
	}
	if r := readResult(t, file); r.Calls < 3 || r.Failed != 0 || r.TimedOut {
		t.Errorf("%d calls, %d failed, timed out: %t", r.Calls, r.Failed, r.TimedOut)
	}
	for args, want := range map[string]string{"-ci 127.0.0.1": "-cp, which is missing", "-cp 5070 -ci 192.0.2.1": "--allow-public is needed", "-cp 5070 -ci x": "no address"} {
		r := tool(t, nil, append(append([]string{"load", "-sn", "options"}, strings.Fields(args)...), "127.0.0.1")...)
		if r.status != exitUsage || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: status %d, %s", args, r.status, r.stderr)
		}
	}
}

// TestBackground has -bg leave with the number of a process that does the run. What
// is wrong with the scenario is said before.
func TestBackground(t *testing.T) {
	t.Parallel()
	w := newWitness(t, false)
	dir := t.TempDir()
	file := filepath.Join(dir, "result.json")
	if got := withoutBG([]string{"-bg", "-bg=true", "-bgx", "--bg=1", "--bg", "bg"}); !slices.Equal(got, []string{"-bgx", "bg"}) {
		t.Fatalf("%q are left", got)
	}
	out, err := command(t, dir, self(t), "load", "-bg=true", "-q", "-sn", "options", "-r", "10", "-timeout", "60", "--json", file, w.conn.LocalAddr().String())
	found := regexp.MustCompile(`^Background mode - PID=\[(\d+)\]\n$`).FindStringSubmatch(out)
	if errText(err) != "exit status 99" || found == nil {
		t.Fatalf("%v, %q", err, out)
	}
	// The run holds nothing that its caller waits for: it still goes on.
	if _, err := os.Stat(file); err == nil {
		t.Error("the command has ended with the run only")
	}
	pid, _ := strconv.Atoi(found[1])
	run, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); len(w.messages()) < 2 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	run.Signal(os.Interrupt)
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if data, err := os.ReadFile(file); err == nil && strings.HasSuffix(string(data), "}\n") {
			break
		}
	}
	if r := readResult(t, file); r.Calls < 1 {
		t.Error("the run made no call")
	}
	if r := tool(t, nil, "load", "-bg", "-sn", "none", "127.0.0.1"); r.status != exitUsage || !strings.Contains(r.stderr, "no such scenario") {
		t.Errorf("status %d, %s", r.status, r.stderr)
	}
}

// TestRateQuit ends a run when -rate_increase would pass -rate_max, and does not
// with -no_rate_quit. -rp is the time that all three are for.
func TestRateQuit(t *testing.T) {
	t.Parallel()
	for args, ends := range map[string]bool{"": true, "-no_rate_quit -timeout 2": false} {
		w := newWitness(t, false)
		r := runLoad(t, t.TempDir(), append(append([]string{"--late", "1h", "-sn", "options", "-r", "10", "-rp", "500", "-rate_increase", "10", "-rate_max", "30", "-rate_interval", "250ms"},
			strings.Fields(args)...), w.conn.LocalAddr().String())...)
		// 20, 40 and 60 calls a second, a quarter of a second each.
		if r.TimedOut == ends || r.Seconds < 0.75 || ends && (r.Calls > 31 || r.Failed > 0) {
			t.Errorf("%s: %d calls in %g s, %d failed, timed out: %t", args, r.Calls, r.Seconds, r.Failed, r.TimedOut)
		}
	}
}

// TestRatePasses has when a rate would pass its bound.
func TestRatePasses(t *testing.T) {
	for _, c := range []struct {
		rate *load.Rate
		want time.Duration
	}{
		{&load.Rate{Base: 20, Increase: 20, Max: 60, Every: time.Second}, 3 * time.Second}, {&load.Rate{Base: 20, Increase: 20, Max: 59, Every: time.Second}, 2 * time.Second},
		{&load.Rate{Base: 0.7, Increase: 0.1, Max: 1, Every: time.Second}, 4 * time.Second}, {&load.Rate{Base: 90, Increase: 20, Max: 59, Every: time.Second}, time.Second},
		{&load.Rate{Base: 20, Increase: 20, Every: time.Second}, 0}, {&load.Rate{Base: 20, Increase: -5, Max: 60, Every: time.Second}, 0}, {&load.Rate{Base: 20, Max: 60}, 0},
	} {
		if got := c.rate.Passes(); got != c.want {
			t.Errorf("%g by %g to %g: %v, want %v", c.rate.Base, c.rate.Increase, c.rate.Max, got, c.want)
		}
	}
}

// TestHalted has a run that the scenario ends: the status says so, also when no
// call has failed.
func TestHalted(t *testing.T) {
	t.Parallel()
	w := newWitness(t, false)
	dir := t.TempDir()
	for verb, want := range map[string]string{"stop_now": "exit status 97", "stop_gracefully": ""} {
		text := `<scenario>` + sendOptions + `<recv response="200"/><nop><action><exec int_cmd="` + verb + `"/></action></nop><timewait milliseconds="100"/></scenario>`
		os.WriteFile(filepath.Join(dir, "s.xml"), []byte(text), 0o666)
		out, err := command(t, dir, self(t), "load", "-q", "--late", "1h", "-sf", "s.xml", "-r", "100", "-timeout", "30", w.conn.LocalAddr().String())
		if errText(err) != want {
			t.Errorf("%s: %v\n%s", verb, err, out)
		}
	}
}
