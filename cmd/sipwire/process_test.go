package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/interop"
)

// asMain makes the test binary the program itself, for tests that need it as
// a process of its own.
const asMain = "SIPWIRE_TEST_MAIN"

func TestMain(m *testing.M) {
	if address := os.Getenv(asServer); address != "" {
		serveNATS(address)
		return
	}
	if os.Getenv(asMain) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// self returns the program to run as sipwire.
func self(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

// needSIPp returns the path of sipp, or says that the test is not run.
func needSIPp(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("sipp")
	if err != nil {
		t.Log("NOT RUN: sipp is not installed")
		return ""
	}
	return path
}

// needKamailio returns the path of kamailio, or says that the test is not run.
func needKamailio(t *testing.T) string {
	t.Helper()
	path, err := interop.KamailioPath()
	if err != nil {
		t.Log("NOT RUN: kamailio is not installed")
		return ""
	}
	return path
}

// A process is a program that runs beside the test.
type process struct {
	cmd  *exec.Cmd
	out  syncBuffer
	done chan error
}

// syncBuffer may be read while the process writes.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// limit ends whatever a test starts.
const limit = 90 * time.Second

func start(t *testing.T, dir, name string, args ...string) *process {
	t.Helper()
	return startFor(t, limit, dir, name, args...)
}

// startFor starts a process that is ended after a time.
func startFor(t *testing.T, limit time.Duration, dir, name string, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	p := &process{cmd: exec.CommandContext(ctx, name, args...), done: make(chan error, 1)}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, &p.out, &p.out
	p.cmd.Env = append(os.Environ(), asMain+"=1", "TERM=dumb")
	forks.Lock()
	err := p.cmd.Start()
	forks.Unlock()
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	go func() {
		p.done <- p.cmd.Wait()
		cancel()
	}()
	t.Cleanup(p.stop)
	return p
}

func (p *process) wait() error {
	err := <-p.done
	p.done <- err
	return err
}

// stop ends the process, at once if it does not end by itself.
func (p *process) stop() {
	for _, s := range []os.Signal{syscall.SIGTERM, os.Kill} {
		p.cmd.Process.Signal(s)
		select {
		case err := <-p.done:
			p.done <- err
			return
		case <-time.After(3 * time.Second):
		}
	}
	p.wait()
}

// command runs a program to its end.
func command(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	p := start(t, dir, name, args...)
	err := p.wait()
	return p.out.String(), err
}

var (
	ports atomic.Int32 // how many freePort has tried
	// forks keeps processes from being started while freePort listens. Until a new
	// one runs its program it listens too, and waitPort takes it for who is waited for.
	forks sync.RWMutex
)

// freePort returns a port that UDP and TCP can have. It is none of those that
// the kernel chooses from for others, and no other test of this process has it.
func freePort(t *testing.T) string {
	t.Helper()
	forks.RLock()
	defer forks.RUnlock()
	for range 1000 {
		port := 12000 + int(uint(os.Getpid())*37+uint(ports.Add(1)))%18000
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		l.Close()
		if err == nil {
			c.Close()
			return strconv.Itoa(port)
		}
	}
	t.Fatal("no port is free")
	return ""
}

// waitPort waits until something has taken a UDP or TCP port. It reads the
// kernel's list: to try the port would take it away from who is to have it.
func waitPort(t *testing.T, port string) {
	t.Helper()
	if _, err := os.Stat("/proc/net/udp"); err != nil {
		time.Sleep(time.Second) // another system: it will have started
		return
	}
	for range 2000 {
		if isTaken(port) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("nothing listens on port %s", port)
}

// isTaken reports whether something receives on a UDP port or listens on a TCP port.
// A connection is not enough: those that an earlier test had at the port are in the
// list for a minute after their end.
func isTaken(port string) bool {
	n, _ := strconv.Atoi(port)
	suffix := fmt.Sprintf(":%04X", n)
	for file, state := range map[string]string{"udp": "07", "udp6": "07", "tcp": "0A", "tcp6": "0A"} {
		data, err := os.ReadFile("/proc/net/" + file)
		if err != nil {
			continue // without IPv6
		}
		for line := range strings.Lines(string(data)) {
			if f := strings.Fields(line); len(f) > 3 && strings.HasSuffix(f[1], suffix) && f[3] == state {
				return true
			}
		}
	}
	return false
}

// TestWaitPort: nobody listens at a port that has only connections that have ended.
func TestWaitPort(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("NOT RUN: only Linux has the list")
		return
	}
	port := freePort(t)
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if !isTaken(port) {
		t.Error("nothing listens at a port that is listened at")
	}
	l.Close()
	s.Close() // first: its end waits at the port
	_, _ = c.Read(make([]byte, 1))
	c.Close()
	if isTaken(port) {
		t.Error("something listens at a port that only had a connection")
	}
}

// copyScenarios puts the scenarios into a folder, where sipp also writes.
func copyScenarios(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob("testdata/scenarios/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(f)), data, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
