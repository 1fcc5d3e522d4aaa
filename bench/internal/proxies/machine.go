//go:build linux

package proxies

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// Heading returns the lines that figures begin with: how they were made, when,
// and on what. command is the folder of the program.
func Heading(command string) string {
	var u unix.Utsname
	_ = unix.Uname(&u)
	return fmt.Sprintf("Command: go -C bench run ./%s\n%s, %s, %d cores, Linux %s, %s\n%s at the start",
		strings.Join(append([]string{command}, os.Args[1:]...), " "), time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		cpufeat.Brand(), runtime.NumCPU(), unix.ByteSliceToString(u.Release[:]), runtime.Version(), Load(0.5))
}

// Load returns the load average of the last minute in words. Above alone, which
// is what the measurement itself makes, the machine had other work: ratios of one
// run can be compared then, figures of two cannot.
func Load(alone float64) string {
	b, _ := os.ReadFile("/proc/loadavg")
	return loadIn(string(b), alone)
}

func loadIn(text string, alone float64) string {
	var load float64
	if _, err := fmt.Sscan(text, &load); err != nil {
		return "Load average not known"
	}
	shared := ""
	if load > alone {
		shared = " (the machine was shared: compare within this run only)"
	}
	return fmt.Sprintf("Load average %.1f%s", load, shared)
}

// OwnLoad is the most load that a measurement makes: a proxy, the sender that
// never sleeps, and the program.
const OwnLoad = 3
