package main

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// portForSIPp returns a port of loopback that is free, or was a moment ago.
func portForSIPp(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// TestInteropProxySIPp places 1000 calls of sipp's uac through the proxy to
// sipp's uas. TCP to UDP is left out: neither sipp over TCP nor a proxy without
// transactions sends anything again, so one datagram that a busy sipp loses is
// a call that never ends.
func TestInteropProxySIPp(t *testing.T) {
	sipp, err := exec.LookPath("sipp")
	if err != nil {
		t.Skip("NOT RUN: sipp is not installed")
	}
	for _, c := range []struct{ from, to string }{{"udp", "udp"}, {"tcp", "tcp"}, {"udp", "tcp"}} {
		t.Run(c.from+" to "+c.to, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			uas := portForSIPp(t)
			start := func(args ...string) *exec.Cmd {
				cmd := exec.CommandContext(ctx, sipp, append([]string{"-i", "127.0.0.1", "-nostdin", "-buff_size", "4194304"}, args...)...)
				cmd.Dir = t.TempDir()
				return cmd
			}
			mode := map[string]string{"udp": "u1", "tcp": "t1"}
			server := start("-sn", "uas", "-p", fmt.Sprint(uas), "-t", mode[c.to])
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				_ = server.Process.Kill()
				_ = server.Wait()
			}()
			p := startProxy(t, "-l", "udp:127.0.0.1:0", "-l", "tcp:127.0.0.1:0", fmt.Sprintf("%s:127.0.0.1:%d", c.to, uas))
			addr := p.match(t, "listening on "+c.from+`:(\S+)`)
			awaitListener(t, c.to, fmt.Sprintf("127.0.0.1:%d", uas))
			out, err := start("-sn", "uac", "-p", fmt.Sprint(portForSIPp(t)), "-t", mode[c.from], "-m", "1000", "-r", "500", "-d", "100", "-timeout", "60", addr).CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s\n%s", err, lastBytes(out), p.errs.String())
			}
			last := p.stop(t)
			// INVITE, 180, 200, ACK, BYE and 200, and what was sent again.
			if !strings.Contains(last, "answered 0 + absorbed 0 + dropped 0") {
				t.Error(last)
			}
			t.Log(last)
		})
	}
}

// awaitListener waits until an address is taken.
func awaitListener(t *testing.T, network, addr string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if network == "udp" {
			c, err := net.ListenPacket("udp", addr)
			if err != nil {
				return
			}
			c.Close()
		} else if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatal("sipp does not listen")
		}
	}
}

func lastBytes(b []byte) string { return string(b[max(0, len(b)-1500):]) }
