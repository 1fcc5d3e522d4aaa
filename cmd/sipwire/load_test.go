package main

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
)

type loadResult = load.Result

// serveFor starts serve and returns its port.
func serveFor(t *testing.T, dir string, args ...string) string {
	t.Helper()
	port := freePort(t)
	start(t, dir, self(t), append([]string{"serve", "-q", "-p", port, "--linger", "1s"}, args...)...)
	waitPort(t, port)
	return port
}

// TestLoadServe runs built-in scenarios against serve over every transport.
func TestLoadServe(t *testing.T) {
	for _, c := range []struct{ name, transport, serve, args string }{
		{"uac", "u1", "", ""}, {"uac", "t1", "", ""}, {"uac", "l1", "", ""}, {"uac", "un", "", ""}, {"uac", "tn", "", ""}, {"uac", "ln", "", ""},
		{"uac", "u1", "--delay 20ms --reliable=false", "-d 20"}, {"options", "u1", "", ""}, {"message", "u1", "", ""},
		{"regexp", "u1", "", ""}, {"register", "u1", "--digest service:password", ""}, {"register", "t1", "", ""},
		{"uac_proxy", "u1", "", ""}, {"uac", "u1", "", "--workers 2"}, {"options", "u1", "", "-users 5"}, {"uac", "u1", "", "-lost 5"},
		{"branchc", "u1", "-sn branchs", ""}, {"subscribe", "u1", "", ""}, {"subscribe", "t1", "", ""},
		{"uac", "u1", "--no-ring", ""},
	} {
		t.Run(c.name+" "+c.transport+" "+c.serve+c.args, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			server := strings.Replace(c.transport, "n", "1", 1)
			port := serveFor(t, dir, append(strings.Fields(c.serve), "-t", server)...)
			args := append([]string{"-sn", c.name, "-t", c.transport, "-r", "200", "-m", "60", "-timeout", "60"}, strings.Fields(c.args)...)
			if c.name == "branchc" {
				args = append(args, "-m", "30")
			}
			r := runLoad(t, dir, append(args, "127.0.0.1:"+port)...)
			if r.Failed != 0 || r.Successful < 30 {
				t.Errorf("%d calls, %d successful, failures %v, unexpected %v", r.Calls, r.Successful, r.Causes, r.Codes)
			}
		})
	}
}

// answering answers every request on loopback with a 200, after each has been
// called with their number, and returns its address.
func answering(t *testing.T, each func(n int)) string {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadBuffer(4 << 20)
	go func() {
		var m codec.Message
		buf, out := make([]byte, 4096), []byte(nil)
		for n := 0; ; n++ {
			k, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			each(n)
			if m.Parse(buf[:k]) != nil {
				continue
			}
			if out, err = compose.AppendReply(out[:0], &m, &compose.Reply{Status: 200, Tag: []byte("t")}); err == nil {
				c.WriteToUDPAddrPort(out, from)
			}
		}
	}()
	return c.LocalAddr().String()
}

// TestStall has a target that answers nothing for a while in the middle of the
// run: calls go on beginning, and their wait is in the percentiles.
func TestStall(t *testing.T) {
	const stall = 4 * time.Second
	target := answering(t, func(n int) {
		if n == 100 {
			time.Sleep(stall)
		}
	})
	// 100 calls a second for 4 seconds; most of them are due during the stall. A
	// generator that waits for the target needs 8 seconds for them.
	r := runLoad(t, t.TempDir(), "-sn", "options", "-r", "100", "-m", "400", "-nr", "-timeout", "60", target)
	if r.Successful != 400 {
		t.Errorf("%d successful, failures %v", r.Successful, r.Causes)
	}
	if r.Latency.Max < 3900 || r.Latency.P90 < 2000 || r.RateReached < 60 {
		t.Errorf("%g calls a second began, p90 %g ms, max %g ms: the stall is not in the figures", r.RateReached, r.Latency.P90, r.Latency.Max)
	}
}

// TestStarved stops the generator itself for a while: it says so, by its
// result and by its exit status.
func TestStarved(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("NOT RUN: needs SIGSTOP")
		return
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "result.json")
	running := make(chan bool)
	target := answering(t, func(n int) {
		if n == 20 {
			close(running)
		}
	})
	p := start(t, dir, self(t), "load", "-sn", "options", "-r", "200", "-m", "600", "-timeout", "60", "-q", "--json", file, target)
	select {
	case <-running:
	case <-p.done:
		t.Fatalf("it ended: %s", p.out.String())
	}
	p.cmd.Process.Signal(sigStop)
	time.Sleep(time.Second)
	p.cmd.Process.Signal(sigContinue)
	err := p.wait()
	if err == nil || !strings.HasSuffix(err.Error(), "status 3") {
		t.Errorf("ends with %v", err)
	}
	r := readResult(t, file)
	if r.LateSends < 50 || r.Health.Fault == "" || r.Calls != 600 {
		t.Errorf("%d calls, %d late sends, fault %q", r.Calls, r.LateSends, r.Health.Fault)
	}
	if !strings.Contains(p.out.String(), "NOT THE TARGET'S FIGURES") {
		t.Error("the output does not say it")
	}
}

// TestWrongUse has one line and exit status 2 for everything that is wrong
// before a run.
func TestWrongUse(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.xml")
	os.WriteFile(bad, []byte("<scenario>\n  <send><![CDATA[\n    OPTIONS sip:x SIP/2.0\n    X: [nokey]\n  ]]></send>\n</scenario>"), 0o666)
	taken, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.LocalAddr().String())
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"load", "-sn", "nothing", "127.0.0.1"}, "-sn nothing: there is no such scenario"},
		{[]string{"load", "-sf", "no.xml", "127.0.0.1"}, "no.xml: no such file"},
		{[]string{"load", "-sf", bad, "127.0.0.1"}, "bad.xml:2:3: <send>: the keyword [nokey] is not known"},
		{[]string{"load"}, "a target is needed"},
		{[]string{"load", "192.0.2.1"}, "--allow-public is needed"},
		{[]string{"load", "127.0.0.1:99999"}, `"99999" is no port`},
		{[]string{"load", "no.such.host.invalid"}, "cannot be resolved"},
		{[]string{"load", "-timer_resol", "11", "127.0.0.1"}, "-timer_resol: 11 is not 1 to 10 ms"},
		{[]string{"load", "-i", "x", "127.0.0.1"}, "-i x is no address"},
		{[]string{"load", "-p", port, "-i", "127.0.0.1", "127.0.0.1:9"}, "address already in use"},
		{[]string{"load", "-t", "s1", "127.0.0.1"}, "must be one of"},
		{[]string{"load", "-d", "x", "127.0.0.1"}, "-d:"},
		{[]string{"load", "-r", "x", "127.0.0.1"}, "--r"},
		{[]string{"load", "-inf", "no.csv", "127.0.0.1"}, "no.csv: no such file"},
		{[]string{"load", "-no_such_flag", "127.0.0.1"}, "unknown flag --no_such_flag"},
		{[]string{"load", "-set", "x", "1", "127.0.0.1"}, "-set x: the scenario has no <Global> variable"},
		{[]string{"serve", "-sn", "uac"}, "it is one for load"},
		{[]string{"serve", "--errors", "5"}, "a percentage and a status"},
	} {
		var out, errs strings.Builder
		status := run(c.args, &env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs})
		line := strings.TrimSpace(errs.String())
		if status != exitUsage || !strings.Contains(line, c.want) || strings.Contains(line, "\n") {
			t.Errorf("%q: status %d, %q", c.args, status, line)
		}
	}
}

// TestInterrupt ends a run by Ctrl-C in the middle of its calls: they get
// their BYE.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "serve.json")
	port := freePort(t)
	s := start(t, dir, self(t), "serve", "-q", "-p", port, "-m", "20", "--linger", "100ms", "--json", file)
	waitPort(t, port)
	p := start(t, dir, self(t), "load", "-sn", "uac", "-d", "60s", "-r", "100", "-m", "20", "127.0.0.1:"+port)
	// A second after all calls have begun they are answered.
	for end := time.Now().Add(30 * time.Second); strings.Count(p.out.String(), " 20 open ") < 2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no 20 calls: %s", p.out.String())
		}
	}
	p.cmd.Process.Signal(os.Interrupt)
	p.wait()
	s.wait()
	if r := readResult(t, file); r.Successful != 20 {
		t.Errorf("serve has %d calls that ended by BYE, failures %v", r.Successful, r.Causes)
	}
}
