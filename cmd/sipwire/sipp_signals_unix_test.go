//go:build unix

package main

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSoftSignal ends a run by USR1: no call begins, and those that are open go on
// to their end.
func TestSoftSignal(t *testing.T) {
	t.Parallel()
	w := newWitness(t, false)
	dir := t.TempDir()
	file := filepath.Join(dir, "result.json")
	p := start(t, dir, self(t), "load", "-q", "--late", "1h", "--json", file, "-sn", "options", "-r", "50", "-timeout", "60", w.conn.LocalAddr().String())
	for end := time.Now().Add(30 * time.Second); len(w.messages()) < 3 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	p.cmd.Process.Signal(syscall.SIGUSR1)
	if err := p.wait(); err != nil {
		t.Errorf("%v\n%s", err, p.out.String())
	}
	if r := readResult(t, file); r.Failed != 0 || r.Calls < 3 || r.Open != 0 {
		t.Errorf("%d calls, %d failed, %d open", r.Calls, r.Failed, r.Open)
	}
}
