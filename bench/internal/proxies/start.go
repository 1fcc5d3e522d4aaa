//go:build linux

package proxies

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// Build runs a compiler for a program of the comparison, once for each folder.
// OUT among its arguments is where the result goes, which is returned.
func Build(dir, name string, args ...string) (string, error) {
	to := filepath.Join(dir, name)
	if _, err := os.Stat(to); err == nil {
		return to, nil
	}
	args[slices.Index(args, "OUT")] = to
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", args, err, out)
	}
	return to, nil
}

// Sipwire starts sipwire proxy with one worker, a file and flags; it is built
// when tool is empty. procs is its GOMAXPROCS.
func Sipwire(name, dir, tool string, core int, procs, file string, flags ...string) (*Process, error) {
	if tool == "" {
		var err error
		if tool, err = Build(dir, "sipwire", "go", "-C", "../cmd", "build", "-o", "OUT", "./sipwire"); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(dir, "proxy.toml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(tool, append([]string{"proxy", "-c", path, "-l", "udp:127.0.0.1:0", "--workers=1"}, flags...)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+procs)
	return StartAnywhere(name, core, cmd, "sipwire: listening on udp:")
}

// KamailioPath returns where Kamailio is installed, or an empty string.
func KamailioPath() string {
	for _, name := range []string{"kamailio", "/usr/sbin/kamailio"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Kamailio starts the Kamailio at path with one child that receives, the fast
// allocator, and a configuration behind the general part; %d in it is the port
// of to. flags are added to its own.
func Kamailio(name, path, dir string, core int, config string, to netip.AddrPort, flags ...string) (*Process, error) {
	addr, err := FreePort()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "kamailio.cfg")
	text := fmt.Sprintf(kamailioGeneral, addr.Port()) + fmt.Sprintf(config, to.Port())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(path, append([]string{"-f", file, "-DD", "-E", "-Y", dir, "-P", filepath.Join(dir, "pid"), "-x", "fm", "-m", "1024", "-M", "16"}, flags...)...)
	return Start(name, core, cmd, addr)
}

const kamailioGeneral = `#!KAMAILIO
debug=-2
log_stderror=no
fork=yes
children=1
disable_tcp=yes
auto_aliases=no
dns=no
rev_dns=no
listen=udp:127.0.0.1:%d
`
