package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// The tests of docs/proxy.md, "Under overload and failures": what fails while
// calls go through the proxy costs none that RFC 3261 can save. They run for
// some seconds; SIPWIRE_PROXY_CALLS says how many calls to make instead.

// failureCalls returns how many calls a test makes.
func failureCalls(t *testing.T) int {
	s := os.Getenv("SIPWIRE_PROXY_CALLS")
	switch {
	case s == "" && testing.Short():
		return 60
	case s == "":
		return 150
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 100 {
		t.Fatalf("SIPWIRE_PROXY_CALLS is %q", s)
	}
	return n
}

// configure puts a file in place as one, so that no half of it is read.
func configure(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

// metricsPage reads a proxy's /metrics.
func metricsPage(t *testing.T, status string) string {
	t.Helper()
	resp, err := http.Get(status + "metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// drops returns how many messages a proxy has dropped, by cause, where it has.
func drops(t *testing.T, status string) (causes []string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)^sipwire_proxy_dropped_total\{cause="(.*)"\} ([1-9].*)$`).FindAllStringSubmatch(metricsPage(t, status), -1) {
		causes = append(causes, m[1]+" "+m[2])
	}
	return causes
}

// metric reads one figure of a proxy's /metrics.
func metric(t *testing.T, status, name string) int {
	t.Helper()
	text := metricsPage(t, status)
	m := regexp.MustCompile("(?m)^" + regexp.QuoteMeta(name) + ` ([0-9.e+]+)$`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s:\n%s", name, text)
	}
	n, err := strconv.ParseFloat(m[1], 64) // from a million on it is 1e+06
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// afterMessages waits until a proxy has received so many messages.
func afterMessages(t *testing.T, status string, received int) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); metric(t, status, "sipwire_proxy_received_total") < received; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d messages have not come", received)
		}
	}
}

// accounted checks the last line of a proxy: what it has received has an end.
func accounted(t *testing.T, line string) {
	t.Helper()
	t.Log(line)
	var received, forwarded, answered, absorbed, dropped int
	n, err := fmt.Sscanf(line, "sipwire: received %d = forwarded %d + answered %d + absorbed %d + dropped %d", &received, &forwarded, &answered, &absorbed, &dropped)
	if n != 5 || err != nil || received != forwarded+answered+absorbed+dropped {
		t.Errorf("not every message is accounted for: %s", line)
	}
}

// loading runs load beside the test and returns where its result comes.
func loading(t *testing.T, dir string, args ...string) <-chan *load.Result {
	done := make(chan *load.Result, 1)
	go func() {
		defer close(done) // also when it fails
		done <- runLoad(t, dir, args...)
	}()
	return done
}

// answeredInvites returns how many calls have got their 200.
func answeredInvites(r *load.Result) uint64 {
	for _, s := range r.Steps {
		if s.Kind == "recv" && s.Label == "200" {
			return s.Received
		}
	}
	return 0
}

// target is a next hop that can be killed.
func target(t *testing.T, dir string) (*process, string) {
	port := freePort(t)
	p := start(t, dir, self(t), "serve", "-q", "-i", "127.0.0.1", "-p", port, "--no-ring", "--linger", "1s")
	waitPort(t, port)
	return p, "127.0.0.1:" + port
}

// TestProxyKillNextHop kills one of two next hops while calls are made. Each
// call that it has not answered yet is answered by the other one. With
// transactions the ICMP error of what is sent to it says that it is gone;
// without, OPTIONS does, and the caller sends again.
func TestProxyKillNextHop(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("NOT RUN: only Linux tells of ICMP errors")
		return
	}
	for _, flags := range [][]string{{"--stateful"}, nil} {
		t.Run(strings.Join(append(flags, "proxy"), " "), func(t *testing.T) {
			t.Parallel()
			dir, calls := t.TempDir(), failureCalls(t)
			one, first := target(t, dir)
			_, second := target(t, dir)
			health := "" // every 5 seconds: too late to be what saves the calls
			if flags == nil {
				health = "[health]\ninterval = \"100ms\"\nfails = 1\n"
			}
			file := filepath.Join(dir, "proxy.toml")
			configure(t, file, fmt.Sprintf("listen = [\"udp:127.0.0.1:0\"]\nstatus = \"127.0.0.1:0\"\noverload = {off = true}\n%s[[route]]\ntargets = [{to = %q}, {to = %q}]\n", health, first, second))
			p := startProxy(t, append(flags, "-c", file)...)
			addr, status := p.match(t, `listening on udp:(\S+)`), p.match(t, `status at (\S+)`)
			// A BYE for who was killed is lost: no other element has its dialog.
			uac := sippScenario(t, dir, "uac", "> INVITE", "< 100?", "< 200", "> ACK2xx", "> BYE", "< 100?", "< 200")
			done := loading(t, dir, "-sf", uac, "-r", "150", "-m", fmt.Sprint(calls), "-max_non_invite_retrans", "3", addr)
			afterMessages(t, status, 2*calls)
			if err := one.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			r := <-done
			accounted(t, p.stop(t))
			if r == nil {
				return // it has failed
			}
			t.Logf("%d calls, %d INVITEs answered, %d calls ended well, %v, unexpected %v", r.Calls, answeredInvites(r), r.Successful, r.Causes, r.Codes)
			if n := answeredInvites(r); r.Calls != uint64(calls) || n != uint64(calls) {
				t.Errorf("%d of %d calls were answered", n, r.Calls)
			}
			if r.Successful < uint64(calls)/4 { // of those that were open with who was killed, none can be saved
				t.Errorf("%d of %d calls ended well", r.Successful, r.Calls)
			}
		})
	}
}

// TestProxyReloadLoaded changes the file while calls are made: with a signal
// and without, by one that is wrong, and by one that takes a next hop out that
// has calls, whose BYE still reaches it. No call fails.
func TestProxyReloadLoaded(t *testing.T) {
	for _, flags := range [][]string{{"--stateful"}, nil} {
		t.Run(strings.Join(append(flags, "proxy"), " "), func(t *testing.T) {
			t.Parallel()
			dir, calls := t.TempDir(), failureCalls(t)
			_, first := target(t, dir)
			_, second := target(t, dir)
			file := filepath.Join(dir, "proxy.toml")
			text := func(hops ...string) string {
				return fmt.Sprintf("listen = [\"udp:127.0.0.1:0\"]\nstatus = \"127.0.0.1:0\"\noverload = {off = true}\n[[route]]\ntargets = [%s]\n", strings.Join(hops, ", "))
			}
			a, b := fmt.Sprintf("{to = %q}", first), fmt.Sprintf("{to = %q}", second)
			configure(t, file, text(a, b))
			p := startProxy(t, append(flags, "-c", file)...)
			addr, status := p.match(t, `listening on udp:(\S+)`), p.match(t, `status at (\S+)`)
			uac := sippScenario(t, dir, "uac", "> INVITE", "< 100?", "< 200", "> ACK2xx", "wait 500", "> BYE", "< 100?", "< 200")
			args := []string{"-sf", uac, "-r", "150", "-m", fmt.Sprint(calls), addr}
			if flags == nil {
				// An INVITE that is sent again on a slow machine, after the rules have
				// changed, would go to both next hops.
				args = append([]string{"-nr"}, args...)
			}
			done := loading(t, dir, args...)
			for i, step := range []struct {
				text, says string
				signal     bool
			}{
				{"[[", "the old next hops and header rules stay: .*proxy.toml:1:", true},
				{text(b), "read again: 1 rules", false},
				{text(a, b), "read again: (?s:.*)read again: 1 rules", true},
				{text(a), "read again: (?s:.*)read again: (?s:.*)read again: 1 rules", false},
			} {
				afterMessages(t, status, (i+1)*calls)
				if configure(t, file, step.text); step.signal {
					p.signals <- syscall.SIGHUP
				}
				p.match(t, "("+step.says+")")
			}
			r := <-done
			accounted(t, p.stop(t))
			if r == nil {
				return // it has failed
			}
			t.Logf("%d calls, %d ended well, %v", r.Calls, r.Successful, r.Causes)
			if r.Calls != uint64(calls) || r.Successful != uint64(calls) {
				t.Errorf("%d of %d calls ended well: %v, unexpected %v", r.Successful, r.Calls, r.Causes, r.Codes)
			}
		})
	}
}

// TestProxyKillPeer kills peers over TCP in the middle of a message, again and
// again, while calls are made over TCP: no call fails, and half a message is
// accounted for.
func TestProxyKillPeer(t *testing.T) {
	for _, flags := range [][]string{{"--stateful"}, nil} {
		t.Run(strings.Join(append(flags, "proxy"), " "), func(t *testing.T) {
			t.Parallel()
			dir, calls := t.TempDir(), failureCalls(t)
			port := serveFor(t, dir, "-i", "127.0.0.1", "-t", "t1")
			p := startProxy(t, append(flags, "-l", "tcp:127.0.0.1:0", "--status=127.0.0.1:0", "127.0.0.1:"+port)...)
			addr, status := p.match(t, `listening on tcp:(\S+)`), p.match(t, `status at (\S+)`)
			uac := sippScenario(t, dir, "uac", "> INVITE", "< 100?", "< 180?", "< 200", "> ACK2xx", "> BYE", "< 100?", "< 200")
			done := loading(t, dir, "-sf", uac, "-t", "tn", "-r", "150", "-m", fmt.Sprint(calls), addr)
			var r *load.Result
			peers, cut := 0, `sipwire_proxy_dropped_total{cause="cut-off"}`
			for ended := false; !ended; {
				killPeer(t, addr)
				time.Sleep(20 * time.Millisecond) // a few hundred are enough
				peers++
				await := time.Now().Add(20 * time.Second)
				for metric(t, status, cut) < peers {
					if time.Now().After(await) {
						t.Fatalf("half a message of %d peers, and %d are accounted for", peers, metric(t, status, cut))
					}
					time.Sleep(10 * time.Millisecond)
				}
				select {
				case r = <-done: // nil when it is closed: load has failed
					ended = true
				default:
				}
			}
			t.Logf("dropped: %v", drops(t, status))
			accounted(t, p.stop(t))
			if r == nil {
				return // it has failed
			}
			t.Logf("%d peers killed; %d calls, %d ended well, %v", peers, r.Calls, r.Successful, r.Causes)
			if r.Calls != uint64(calls) || r.Successful != uint64(calls) {
				t.Errorf("%d of %d calls ended well: %v, unexpected %v; %d INVITEs answered\n%s", r.Successful, r.Calls, r.Causes, r.Codes, answeredInvites(r), p.errs.String())
			}
		})
	}
}

// killPeer connects, has the proxy read a message and half of another, and
// resets the connection, as the system does for a process that is killed while
// something is unread.
func killPeer(t *testing.T, addr string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	options := sip("OPTIONS sip:"+addr+" SIP/2.0", "Via: SIP/2.0/TCP "+c.LocalAddr().String()+";branch=z9hG4bKpeer", "Max-Forwards: 70", "From: <sip:a@a>;tag=1", "To: <sip:"+addr+">", "Call-ID: peer", "CSeq: 1 OPTIONS", "Content-Length: 0")
	fmt.Fprint(c, options+options[:len(options)/2]) // at once: the answer says that both are read
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	_ = c.(*net.TCPConn).SetLinger(0)
}
