//go:build unix

package main

import (
	"os"
	"os/exec"
	"slices"
	"syscall"
)

// background starts this program again, without -bg and apart from the terminal,
// and returns its process number.
func background() (int, error) {
	path, err := os.Executable()
	if err != nil {
		return 0, err
	}
	args := slices.DeleteFunc(slices.Clone(os.Args[1:]), func(s string) bool { return s == "-bg" || s == "--bg" })
	cmd := exec.Command(path, args...)
	cmd.Stderr = os.Stderr // what is wrong with the command line
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	pid := cmd.Process.Pid
	return pid, cmd.Process.Release()
}
