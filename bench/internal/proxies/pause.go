//go:build linux

package proxies

import (
	"bytes"
	"fmt"
	"os"
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

// Pause stops the process and its children until Resume, by SIGSTOP, which needs
// no rights. It returns when none of them runs any more: what is sent to their
// sockets from then on waits there, or is dropped when there is no room.
func (p *Process) Pause() error {
	pids := p.tree()
	for _, pid := range pids {
		if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
			p.Resume()
			return fmt.Errorf("%s: SIGSTOP: %w", p.Name, err)
		}
	}
	for _, pid := range pids {
		for end := time.Now().Add(10 * time.Second); !isStopped(pid); time.Sleep(100 * time.Microsecond) {
			if time.Now().After(end) {
				p.Resume()
				return fmt.Errorf("%s: process %d does not stop", p.Name, pid)
			}
		}
	}
	return nil
}

// Resume lets a process run that Pause has stopped; for any other it does nothing.
func (p *Process) Resume() {
	for _, pid := range p.tree() {
		_ = unix.Kill(pid, unix.SIGCONT)
	}
}

// isStopped reports whether all threads of a process are stopped by a signal.
func isStopped(pid int) bool {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, t := range tasks {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/stat", pid, t.Name()))
		// The state is behind the name, which is in brackets and may have any bytes.
		at := bytes.LastIndex(b, []byte(") "))
		if at < 0 || !bytes.HasPrefix(b[at+2:], []byte("T")) {
			return false
		}
	}
	return err == nil
}
