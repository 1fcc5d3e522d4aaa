package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/sipwire/sipwire/stack"
)

// sipp runs SIPp on a port against a Stack, nil for none, until it ends.
func sipp(t *testing.T, ctx context.Context, port int, to *stack.Stack, args ...string) error {
	t.Helper()
	args = append(args, "-i", "127.0.0.1", "-p", strconv.Itoa(port), "-nostdin", "-timeout", "30s", "-timeout_error", "-trace_err")
	if to != nil {
		args = append(args, to.Addrs()[0].IP.String())
	}
	cmd := exec.CommandContext(ctx, "sipp", args...)
	cmd.Dir = t.TempDir() // for its files of errors
	out, err := cmd.CombinedOutput()
	if err != nil {
		files, _ := filepath.Glob(filepath.Join(cmd.Dir, "*_errors.log"))
		for _, f := range files {
			b, _ := os.ReadFile(f)
			out = append(out, b...)
		}
		err = fmt.Errorf("sipp %v: %v\n%s", args, err, out[max(0, len(out)-3000):])
	}
	return err
}

// freePort returns a port of UDP that was free just now.
func freePort(t *testing.T) int {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}

func scenario(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestInteropSIPp lets SIPp register at the registrar, be sent elsewhere by the
// redirect server, and call itself through the B2BUA, which puts it on hold and
// resumes the call; then 50 calls at once.
func TestInteropSIPp(t *testing.T) {
	if _, err := exec.LookPath("sipp"); err != nil {
		t.Log("NOT RUN: sipp is not here (package sip-tester)")
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	w := newWorld(t, nil)

	callee := freePort(t)
	data := filepath.Join(t.TempDir(), "contact.csv")
	if err := os.WriteFile(data, fmt.Appendf(nil, "SEQUENTIAL\n127.0.0.1:%d\n", callee), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sipp(t, ctx, freePort(t), w.registrar, "-sf", scenario(t, "register.xml"), "-inf", data, "-s", "bob", "-m", "1"); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("sip:bob@127.0.0.1:%d", callee)
	if got := w.location.Lookup("bob"); len(got) != 1 || got[0] != want {
		t.Fatalf("registered at %q, want %s", got, want)
	}
	if err := sipp(t, ctx, freePort(t), w.redirect, "-sf", scenario(t, "redirected.xml"), "-s", "bob", "-m", "1"); err != nil {
		t.Fatal(err)
	}

	// The callee is held and resumed while the caller waits for 2 s.
	held := make(chan error, 1)
	go func() {
		call := <-w.calls
		err := call.Hold(ctx)
		if err == nil {
			err = call.Resume(ctx)
		}
		held <- err
	}()
	both := make(chan error, 2)
	go func() { both <- sipp(t, ctx, callee, nil, "-sf", scenario(t, "held.xml"), "-m", "1") }()
	waitForPort(t, callee)
	go func() {
		both <- sipp(t, ctx, freePort(t), w.b2bua, "-sn", "uac", "-s", "bob", "-m", "1", "-d", "2000")
	}()
	for range 2 {
		if err := <-both; err != nil {
			t.Fatal(err)
		}
	}
	if err := <-held; err != nil {
		t.Fatal(err)
	}

	// Many calls of the scenarios that SIPp has itself.
	go func() {
		for {
			select {
			case <-w.calls:
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() { both <- sipp(t, ctx, callee, nil, "-sn", "uas", "-m", "50") }()
	waitForPort(t, callee)
	go func() {
		both <- sipp(t, ctx, freePort(t), w.b2bua, "-sn", "uac", "-s", "bob", "-m", "50", "-r", "100", "-d", "200")
	}()
	for range 2 {
		if err := <-both; err != nil {
			t.Fatal(err)
		}
	}
	if w.b2bua.Stats().Received == 0 {
		t.Error("no message came")
	}
}

// waitForPort returns when somebody listens on a port of UDP.
func waitForPort(t *testing.T, port int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err != nil {
			return // it is taken
		}
		c.Close()
	}
	t.Fatal("sipp does not listen")
}
