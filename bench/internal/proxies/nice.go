//go:build linux

package proxies

import (
	"fmt"
	"os"
	"strconv"

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
	by += 20 - own
	for _, pid := range p.tree() {
		threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
		if err != nil {
			return err
		}
		for _, t := range threads {
			id, _ := strconv.Atoi(t.Name())
			if err := unix.Setpriority(unix.PRIO_PROCESS, id, by); err != nil {
				return fmt.Errorf("%s: thread %d: %w", p.Name, id, err)
			}
		}
	}
	return nil
}
