//go:build linux

package proxies

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The drops of all sockets that share a port are added up.
func TestDropsIn(t *testing.T) {
	const text = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  511: 0100007F:13CE 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12003 2 00000000b0e1d1f5 7
  512: 00000000:13CF 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12004 2 00000000b0e1d1f6 40
  513: 0100007F:13CF 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12005 2 00000000b0e1d1f7 2
`
	for port, want := range map[uint16]int{5070: 7, 5071: 42} {
		if n, ok := dropsIn([]byte(text), port); n != want || !ok {
			t.Errorf("port %d: %d, %v, want %d", port, n, ok, want)
		}
	}
	if _, ok := dropsIn([]byte(text), 5072); ok {
		t.Error("a port that is not bound is found")
	}
}

// What a socket drops is seen from outside, exactly.
func TestDrops(t *testing.T) {
	in, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	_ = in.SetReadBuffer(4096)
	to := in.LocalAddr().(*net.UDPAddr).AddrPort()
	const sent = 200
	for range sent {
		if _, err := in.WriteToUDPAddrPort(make([]byte, 600), to); err != nil {
			t.Fatal(err)
		}
	}
	dropped, ok := Drops(to)
	if !ok {
		t.Fatal("the socket is not found")
	}
	got := 0
	for b := make([]byte, 1000); got+dropped < sent; got++ {
		_ = in.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, _, err := in.ReadFromUDPAddrPort(b); err != nil {
			t.Fatalf("%d sent, %d dropped, %d received: %v", sent, dropped, got, err)
		}
	}
	if dropped == 0 {
		t.Error("the buffer took all")
	}
}

// The CPU time of a process is that of its children too.
func TestCPU(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Log("NOT RUN: no shell here")
		return
	}
	cmd := exec.Command("sh", "-c", "sh -c 'while :; do :; done' & wait")
	cmd.Env = os.Environ()
	if err := StartPinned(0, cmd); err != nil {
		t.Fatal(err)
	}
	p := &Process{cmd: cmd, Addr: netip.AddrPort{}}
	defer func() {
		for _, pid := range childrenOf(cmd.Process.Pid) {
			if child, err := os.FindProcess(pid); err == nil {
				_ = child.Kill()
			}
		}
		_ = cmd.Wait()
	}()
	for end := time.Now().Add(20 * time.Second); p.CPU() < 2*cpuOf(cmd.Process.Pid)+2e7; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%.0f ns in all, %.0f of the parent", p.CPU(), cpuOf(cmd.Process.Pid))
		}
	}
}

// A process and its child are nice, and so is what they start.
func TestNice(t *testing.T) {
	own, err := unix.Getpriority(unix.PRIO_PROCESS, 0) // 20 less the niceness
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("sh"); err != nil || own <= 7 {
		t.Logf("NOT RUN: no shell here, or the niceness is %d: %v", 20-own, err)
		return
	}
	// What is in the background has no input unless it is told so by another number. The
	// third process ends when its input does.
	cmd := exec.Command("sh", "-c", `exec 3<&0; sh -c 'read go; (read end) <&3 & wait' <&3 & trap "kill $!; exit" TERM; wait`)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := StartPinned(0, cmd); err != nil {
		t.Fatal(err)
	}
	p := &Process{cmd: cmd}
	defer p.Stop()
	defer in.Close()
	await := func(n int) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); len(p.tree()) < n; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d processes", len(p.tree()))
			}
		}
	}
	await(2)
	if err := p.Nice(7); err != nil {
		t.Fatal(err)
	}
	if n := len(p.tree()); n != 2 {
		t.Fatalf("%d processes before the third begins", n)
	}
	fmt.Fprintln(in, "go")
	await(3)
	for _, pid := range p.tree() {
		if got, err := unix.Getpriority(unix.PRIO_PROCESS, pid); err != nil || got != own-7 {
			t.Errorf("process %d: %d, %v", pid, got, err)
		}
	}
	if p.Nice(20) == nil {
		t.Error("it is nicer than the system can be")
	}
}

// Figures of a machine that had other work say so.
func TestLoadIn(t *testing.T) {
	for text, want := range map[string]string{
		"0.31 0.20 0.10 1/100 7": "Load average 0.3",
		"7.04 0.20 0.10 1/100 7": "Load average 7.0 (the machine was shared: compare within this run only)",
		"":                       "Load average not known",
	} {
		if got := loadIn(text, 0.5); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
