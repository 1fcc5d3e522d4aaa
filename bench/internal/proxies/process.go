//go:build linux

// Package proxies starts proxies to be compared, each on a core of its own, and
// measures the CPU time that they use from outside, the same way for all.
package proxies

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A Process is a proxy that runs, with its children.
type Process struct {
	Name string
	Addr netip.AddrPort // it listens here, over UDP
	cmd  *exec.Cmd
}

// Pin ties this goroutine to a thread, and the thread to a core.
func Pin(core int) {
	runtime.LockOSThread()
	var set unix.CPUSet
	set.Set(core)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		panic(err)
	}
}

// StartPinned starts a command on a core: all its threads and children inherit
// it from the thread that forks, which is given up.
func StartPinned(core int, cmd *exec.Cmd) error {
	done := make(chan error)
	go func() {
		Pin(core)
		done <- cmd.Start()
	}()
	return <-done
}

// Start starts a command on a core and waits until it listens at addr.
func Start(name string, core int, cmd *exec.Cmd, addr netip.AddrPort) (*Process, error) {
	if err := StartPinned(core, cmd); err != nil {
		return nil, err
	}
	p := &Process{Name: name, Addr: addr, cmd: cmd}
	p.stopAtSignal()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, ok := Drops(addr); ok {
			return p, nil
		}
	}
	p.Stop()
	return nil, fmt.Errorf("%s does not listen at %v", name, addr)
}

// StartAnywhere starts a command on a core that chooses its port: the address
// is behind prefix in a line of its standard error.
func StartAnywhere(name string, core int, cmd *exec.Cmd, prefix string) (*Process, error) {
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := StartPinned(core, cmd); err != nil {
		return nil, err
	}
	p := &Process{Name: name, cmd: cmd}
	p.stopAtSignal()
	for in := bufio.NewScanner(pipe); in.Scan(); {
		if at, ok := strings.CutPrefix(in.Text(), prefix); ok {
			if p.Addr, err = netip.ParseAddrPort(at); err == nil {
				return p, nil
			}
		}
	}
	p.Stop()
	return nil, fmt.Errorf("%s does not say where it listens", name)
}

// running are the processes to stop when this one is interrupted: Kamailio does
// not end with its standard input.
var running struct {
	sync.Mutex
	all   map[*Process]bool
	watch sync.Once
}

func (p *Process) stopAtSignal() {
	running.Lock()
	defer running.Unlock()
	if running.all == nil {
		running.all = map[*Process]bool{}
	}
	running.all[p] = true
	running.watch.Do(func() {
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt, unix.SIGTERM, unix.SIGPIPE)
		go func() {
			<-interrupted
			running.Lock()
			for p := range running.all {
				_ = p.cmd.Process.Signal(unix.SIGTERM)
			}
			os.Exit(1)
		}()
	})
}

// Stop ends the process and waits for its end.
func (p *Process) Stop() {
	running.Lock()
	delete(running.all, p)
	running.Unlock()
	_ = p.cmd.Process.Signal(unix.SIGTERM)
	_ = p.cmd.Wait()
}

// CPU returns the user and system time of the process and its children, in
// nanoseconds: all of what it needs, its timers and garbage collection too.
func (p *Process) CPU() (ns float64) {
	for _, pid := range p.tree() {
		ns += cpuOf(pid)
	}
	return ns
}

// cpuOf returns the time of one process, ended threads included, from the clock
// that clock_getcpuclockid(3) finds. One that has ended has none.
func cpuOf(pid int) float64 {
	var t unix.Timespec
	if unix.ClockGettime(int32(^pid<<3|2), &t) != nil {
		return 0
	}
	return float64(t.Nano())
}

func childrenOf(pid int) (all []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, t := range tasks {
		b, _ := os.ReadFile(t)
		for _, w := range strings.Fields(string(b)) {
			child, _ := strconv.Atoi(w)
			all = append(all, child)
		}
	}
	return all
}

// Waited returns how long the threads of a process were ready to run and had no
// core, in nanoseconds: what a busy machine has kept from it.
func Waited(pid int) (ns float64) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, t := range tasks {
		b, _ := os.ReadFile(t)
		if w := strings.Fields(string(b)); len(w) > 1 {
			n, _ := strconv.ParseFloat(w[1], 64)
			ns += n
		}
	}
	return ns
}
