// Command _emulate is the first process of the machine that emulate.sh boots.
// It runs the tests it finds, says on the console how they went, and switches
// the machine off.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	defer func() {
		// What was written has to be sent (tcdrain) before the machine is off.
		const tcsbrk = 0x5409
		_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, os.Stdout.Fd(), tcsbrk, 1)
		_ = syscall.Reboot(syscall.LINUX_REBOOT_CMD_POWER_OFF)
		select {} // an init that returns is a kernel panic
	}()
	_ = os.MkdirAll("/tmp", 0o777)
	_ = os.MkdirAll("/dev", 0o777)
	_ = syscall.Mount("dev", "/dev", "devtmpfs", 0, "")
	_ = os.MkdirAll("/proc", 0o777)
	_ = syscall.Mount("proc", "/proc", "proc", 0, "")
	arguments, err := os.ReadFile("/tests/arguments")
	if err != nil {
		fmt.Println("emulated: FAIL:", err)
		return
	}
	tests, _ := filepath.Glob("/tests/*/test")
	failed := len(tests) == 0
	for _, test := range tests {
		cmd := exec.Command(test, strings.Fields(string(arguments))...)
		cmd.Dir = filepath.Dir(test)
		// Go's own garbage collector scans with AVX-512 as well, by
		// instructions that Bochs 2.7 gets wrong: it then finds pointers
		// to free objects.
		cmd.Env = []string{"PATH=/", "HOME=/tmp", "GODEBUG=cpu.avx512bw=off", "SIPWIRE_TIER=avx512", "SIPWIRE_REQUIRE_TIER=avx512"}
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
		name, _ := os.ReadFile(filepath.Join(cmd.Dir, "name"))
		err := cmd.Run()
		failed = failed || err != nil
		fmt.Printf("emulated: %s: %v\n", strings.TrimSpace(string(name)), err)
	}
	if failed {
		fmt.Println("emulated: FAIL")
		return
	}
	fmt.Println("emulated: ok")
}
