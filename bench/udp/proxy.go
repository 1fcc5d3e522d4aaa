//go:build linux

package main

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Programs that are built for the comparison, once: sipwire proxy, and a
// forwarder in C that does nothing but to receive and to send in batches.

// built is a folder with what was built.
var built = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "forward") })

// build runs a compiler. OUT among its arguments is where the result goes.
func build(name string, args ...string) (string, error) {
	dir, err := built()
	if err != nil {
		return "", err
	}
	to := filepath.Join(dir, name)
	if _, err := os.Stat(to); err == nil {
		return to, nil
	}
	args[slices.Index(args, "OUT")] = to
	cmd := exec.Command(args[0], args[1:]...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", args, err, out)
	}
	return to, nil
}

// startProgram starts a program on the measured core and waits for the line of
// its output that has the address it listens at, behind prefix.
func startProgram(name, prefix string, procs string, args ...string) (*forwarderProcess, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+procs)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	done := make(chan error)
	go func() {
		pin(measured)
		done <- cmd.Start()
	}()
	if err := <-done; err != nil {
		return nil, err
	}
	stop := func() {
		cmd.Process.Signal(unix.SIGTERM)
		cmd.Wait()
	}
	for in := bufio.NewScanner(pipe); in.Scan(); {
		if at, ok := strings.CutPrefix(in.Text(), prefix); ok {
			to, err := netip.ParseAddrPort(at)
			if err != nil {
				break
			}
			return &forwarderProcess{name: name, pid: cmd.Process.Pid, to: to, stop: stop}, nil
		}
	}
	stop()
	return nil, fmt.Errorf("%s does not say where it listens", name)
}

// startProxy starts sipwire proxy with one worker.
func startProxy(name, procs string, sink netip.AddrPort) (*forwarderProcess, error) {
	path, err := build("sipwire", "go", "-C", "../cmd", "build", "-o", "OUT", "./sipwire")
	if err != nil {
		return nil, err
	}
	// Without admission: what it refuses is work that the others do not do.
	file := filepath.Join(filepath.Dir(path), "proxy.toml")
	if err := os.WriteFile(file, []byte("[overload]\noff = true\n"), 0o600); err != nil {
		return nil, err
	}
	return startProgram(name, "sipwire: listening on udp:", procs, path, "proxy", "-c", file, "-l", "udp:127.0.0.1:0", "--workers=1", "--no-record-route", sink.String())
}

// startC starts the forwarder in C, or says that there is no compiler.
func startC(sink netip.AddrPort) (f *forwarderProcess, ok bool, err error) {
	if _, err := exec.LookPath("gcc"); err != nil {
		return nil, false, nil
	}
	path, err := build("bare", "gcc", "-O2", "udp/testdata/bare.c", "-o", "OUT")
	if err != nil {
		return nil, true, err
	}
	f, err = startProgram("bare C, mmsg", "listening on ", "1", path, fmt.Sprint(sink.Port()), fmt.Sprint(batch))
	return f, true, err
}
