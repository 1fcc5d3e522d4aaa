//go:build linux

package proxies

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// tree returns the process and all its descendants.
func (p *Process) tree() []int {
	pids := []int{p.cmd.Process.Pid}
	for i := 0; i < len(pids); i++ {
		pids = append(pids, childrenOf(pids[i])...)
	}
	return pids
}

// Nice makes all threads of the process and its children nicer than this program is
// (nice(1)): they give way to it. Threads and children that begin later inherit it.
func (p *Process) Nice(by int) error {
	own, err := unix.Getpriority(unix.PRIO_PROCESS, 0) // the system call returns 20 less the niceness
	if err != nil {
		return err
	}
	want := own - by
	if want < 1 {
		return fmt.Errorf("%s cannot be nicer by %d than this program is, at %d", p.Name, by, 20-own)
	}
	// Until a pass finds nothing to do: who is not nice yet may start another, which is
	// seen a little later.
	for changed := true; changed; time.Sleep(time.Millisecond) {
		changed = false
		for _, pid := range p.tree() {
			threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid)) // none when it has ended
			for _, t := range threads {
				id, _ := strconv.Atoi(t.Name())
				is, err := unix.Getpriority(unix.PRIO_PROCESS, id)
				if err == nil && is != want {
					err, changed = unix.Setpriority(unix.PRIO_PROCESS, id, 20-want), true
				}
				if err != nil && !errors.Is(err, unix.ESRCH) {
					return fmt.Errorf("%s: thread %d: %w", p.Name, id, err)
				}
			}
		}
	}
	return nil
}
