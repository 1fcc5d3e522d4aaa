//go:build linux

package main

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/udp"
)

// kamailio starts Kamailio as a stateless forwarder with one child. ok is false
// if it is not installed.
func kamailio(sink netip.AddrPort) (f *forwarderProcess, ok bool, err error) {
	path, err := exec.LookPath("kamailio")
	if err != nil {
		return nil, false, nil
	}
	c := plainConn()
	to := c.LocalAddr().(interface{ AddrPort() netip.AddrPort }).AddrPort()
	c.Close()
	dir, err := os.MkdirTemp("", "forward")
	if err != nil {
		return nil, true, err
	}
	config := fmt.Sprintf(kamailioConfig, to.Port(), sink.Port())
	if err := os.WriteFile(dir+"/forward.cfg", []byte(config), 0o600); err != nil {
		return nil, true, err
	}
	var cmd *exec.Cmd
	done := make(chan struct{})
	go func() {
		defer close(done)
		pin(measured)
		cmd = exec.Command(path, "-f", dir+"/forward.cfg", "-DD", "-E", "-Y", dir, "-x", "fm", "-m", "64", "-M", "8")
		err = cmd.Start()
	}()
	<-done
	if err != nil {
		return nil, true, err
	}
	f = &forwarderProcess{name: "kamailio", to: to, stop: func() {
		cmd.Process.Signal(unix.SIGTERM)
		cmd.Wait()
		os.RemoveAll(dir)
	}}
	// Our own children end with their standard input; this one does not.
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, unix.SIGTERM, unix.SIGPIPE)
	go func() {
		<-interrupted
		f.stop()
		os.Exit(1)
	}()
	// The child that receives is the one that uses CPU when packets come.
	f.pid, err = busiest(cmd.Process.Pid, to)
	if err != nil {
		f.stop()
	}
	return f, true, err
}

const kamailioConfig = `#!KAMAILIO
debug=-2
log_stderror=no
fork=yes
children=1
disable_tcp=yes
auto_aliases=no
dns=no
rev_dns=no
listen=udp:127.0.0.1:%d
request_route { forward("127.0.0.1", %d); }
`

// busiest sends packets and returns the child of parent that worked most.
func busiest(parent int, to netip.AddrPort) (int, error) {
	time.Sleep(time.Second)
	s := mustListen(udp.Config{})
	defer s.Close()
	children := func() map[int]float64 {
		m := map[int]float64{}
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", parent, parent))
		for _, w := range strings.Fields(string(b)) {
			pid, _ := strconv.Atoi(w)
			m[pid] = (&forwarderProcess{pid: pid}).cpu()
		}
		return m
	}
	before := children()
	for i := range 2000 {
		s.W.Write([]udp.Datagram{{Data: request(600, i), Dst: to}})
		time.Sleep(20 * time.Microsecond)
	}
	time.Sleep(100 * time.Millisecond)
	best, most := 0, 0.0
	for pid, cpu := range children() {
		if d := cpu - before[pid]; d > most {
			best, most = pid, d
		}
	}
	if best == 0 {
		return 0, fmt.Errorf("kamailio has no child that works")
	}
	return best, nil
}
