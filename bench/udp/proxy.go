//go:build linux

package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"github.com/sipwire/sipwire/bench/internal/proxies"
)

// The forwarders that are compared: Kamailio, one in C that does nothing but to
// receive and to send in batches, loops of this program, and sipwire proxy.

// proxyBuffer is what sipwire proxy asks for.
const proxyBuffer = 4 << 20

// built is a folder with what was built, and configurations.
var built = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "forward") })

// startAll starts the forwarders that are chosen and can be had here. Which one
// better is the target for is in the map. They ask for a receive buffer of so many
// bytes, but Kamailio, which has its own 256 KiB when buffer is 0, and sipwire proxy,
// which always asks for proxyBuffer.
func startAll(sink netip.AddrPort, better float64, buffer int) (all []*proxies.Process, target map[*proxies.Process]float64, err error) {
	dir, err := built()
	if err != nil {
		return nil, nil, err
	}
	target = map[*proxies.Process]float64{}
	start := func(name string, better float64, f func(name string) (*proxies.Process, error)) {
		if err != nil || !chosen.MatchString(name) {
			return
		}
		var p *proxies.Process
		if p, err = f(name); err == nil {
			all, target[p] = append(all, p), better
		}
	}
	if path := proxies.KamailioPath(); path == "" {
		better = 0 // nothing to be better than
	} else {
		start("kamailio", 0, func(name string) (*proxies.Process, error) {
			var flags []string
			if buffer > 0 {
				flags = []string{"-b", strconv.Itoa(buffer)}
			}
			return proxies.Kamailio(name, path, dir, measured, `request_route { forward("127.0.0.1", %d); }`, sink, flags...)
		})
	}
	if _, missing := exec.LookPath("gcc"); missing == nil {
		start("bare C, mmsg", 0, func(name string) (*proxies.Process, error) {
			path, err := proxies.Build(dir, "bare", "gcc", "-O2", "udp/testdata/bare.c", "-o", "OUT")
			if err != nil {
				return nil, err
			}
			return proxies.StartAnywhere(name, measured, exec.Command(path, strconv.Itoa(int(sink.Port())), strconv.Itoa(proxyBatch), strconv.Itoa(cmp.Or(buffer, recvBuffer))), "listening on ")
		})
	}
	for _, name := range []string{"net.UDPConn", "mmsg no window", "mmsg"} {
		goal := 0.0
		if name == "mmsg" {
			goal = better
		}
		start(name, goal, func(name string) (*proxies.Process, error) { return startLoop(name, sink, cmp.Or(buffer, recvBuffer)) })
	}
	for _, procs := range []string{"1", "2"} {
		start("sipwire proxy, P="+procs, better, func(name string) (*proxies.Process, error) {
			// Without admission: what it refuses is work that the others do not do.
			return proxies.Sipwire(name, dir, "", measured, procs, "[overload]\noff = true\n", "--no-record-route", sink.String())
		})
	}
	if err != nil {
		stopAll(all)
	}
	return all, target, err
}

func stopAll(all []*proxies.Process) {
	for _, p := range all {
		p.Stop()
	}
}

// startLoop starts this program as a forwarder of the named kind.
func startLoop(name string, sink netip.AddrPort, buffer int) (*proxies.Process, error) {
	cmd := exec.Command("/proc/self/exe", childArg, "forward", name, sink.String(), strconv.Itoa(buffer))
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	if _, err := cmd.StdinPipe(); err != nil { // it ends with this program
		return nil, err
	}
	return proxies.StartAnywhere(name, measured, cmd, listening)
}

const listening = "listening on "

// sayAddress is for the process that has started this one.
func sayAddress(a netip.AddrPort) { fmt.Fprintln(os.Stderr, listening+a.String()) }
