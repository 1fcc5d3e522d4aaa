//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// background starts this program again, with these arguments and apart from the
// terminal, and returns its process number. It has no output: a caller that reads
// this command's to the end need not wait for the run.
func background(args []string) (int, error) {
	path, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(path, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	pid := cmd.Process.Pid
	return pid, cmd.Process.Release()
}
