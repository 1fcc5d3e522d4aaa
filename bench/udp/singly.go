//go:build linux

package main

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/udp"
)

// A load is how packets arrive: so many a second, in bursts of so many.
type load struct{ rate, burst int }

// singlyLoads are the arrivals that the table in udp's documentation lists.
var singlyLoads = []load{
	{2_000, 1}, {8_000, 1}, {20_000, 1}, {50_000, 1}, {100_000, 1},
	{8_000, 4}, {20_000, 4}, {100_000, 4}, {100_000, 16},
}

// singlySeconds is the length of a round. Rounds are short because many of them
// in turn say more on a shared machine than few long ones.
const singlySeconds = 0.1

// A forwarderProcess forwards to a sink and is measured from outside, so that
// programs that are not ours can be measured the same way.
type forwarderProcess struct {
	name string
	pid  int
	to   netip.AddrPort
	stop func()
}

// cpu returns user and system time of the process in nanoseconds, as
// clock_getcpuclockid(3) finds it.
func (f *forwarderProcess) cpu() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^f.pid<<3|2), &t); err != nil {
		panic(err)
	}
	return float64(t.Nano())
}

// startForwarder starts this program as a forwarder of the named kind. Its
// sender and the sink are on the other core.
func startForwarder(name string, sink netip.AddrPort, procs int) (*forwarderProcess, error) {
	core := measured
	if os.Getenv("UNPIN") != "" {
		core = -1
	}
	p, err := spawn(core, procs, "forward", name, sink.String())
	if err != nil {
		return nil, err
	}
	l, err := p.line()
	if err != nil {
		return nil, err
	}
	to, err := netip.ParseAddrPort(l)
	return &forwarderProcess{name: name, pid: p.cmd.Process.Pid, to: to, stop: func() {
		p.in.Close()
		p.cmd.Wait()
	}}, err
}

// forwardLive is the child: it forwards until its standard input ends.
func forwardLive(name, sink string) {
	to := netip.MustParseAddrPort(sink)
	go func() {
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	impl := udp.Portable
	for _, i := range []udp.Impl{udp.Auto, udp.Mmsg, udp.IOUring} {
		if i.String() == strings.Fields(name)[0] {
			impl = i
		}
	}
	if name == "net.UDPConn" {
		loop, addr, _, _ := forwarder(name, udp.Auto, []netip.AddrPort{to})
		fmt.Println(addr)
		panic(loop(1 << 62))
	}
	if strings.HasPrefix(name, "raw") {
		forwardRaw(name, to)
	}
	loop, addr, _, _ := forwarder(name, impl, []netip.AddrPort{to})
	fmt.Println(addr)
	panic(loop(1 << 62))
}

// An offer sends packets at a rate and counts those that come back to the sink.
type offer struct {
	p    *process
	sink netip.AddrPort
}

func newOffer() (*offer, error) {
	p, err := spawn(other, 1, "offer")
	if err != nil {
		return nil, err
	}
	l, err := p.line()
	if err != nil {
		return nil, err
	}
	sink, err := netip.ParseAddrPort(l)
	return &offer{p, sink}, err
}

// round makes the child send and returns how many packets it sent, how many
// came to the sink, and the mean delay of these in nanoseconds.
func (o *offer) round(to netip.AddrPort, size int, l load) (sent, got int, delay float64, err error) {
	fmt.Fprintln(o.p.in, to, size, l.rate, l.burst)
	line, err := o.p.line()
	if err == nil {
		_, err = fmt.Sscan(line, &sent, &got, &delay)
	}
	return sent, got, delay, err
}

// offerLive is the child: one round for each line of standard input. Between
// packets it empties the sink, and never sleeps, so that the next packet is
// punctual.
func offerLive() {
	sink := mustListen(udp.Config{RecvBuffer: recvBuffer, Batch: 64, Impl: udp.Mmsg})
	out := mustListen(udp.Config{Impl: udp.Mmsg, NoGSO: true})
	fmt.Println(sink.LocalAddr())
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		f := strings.Fields(in.Text())
		to := netip.MustParseAddrPort(f[0])
		size, _ := strconv.Atoi(f[1])
		rate, _ := strconv.Atoi(f[2])
		burst, _ := strconv.Atoi(f[3])
		sent, got, delay := offerRound(out, sink, to, size, load{rate, burst})
		fmt.Println(sent, got, delay)
	}
}

func offerRound(out, sink *udp.Socket, to netip.AddrPort, size int, l load) (sent, got int, delay float64) {
	msgs := make([][]byte, 256)
	for i := range msgs {
		msgs[i] = request(size, i)
	}
	n := int(float64(l.rate)*singlySeconds) / l.burst * l.burst
	gap := time.Duration(l.burst) * time.Second / time.Duration(l.rate)
	ds := make([]udp.Datagram, l.burst)
	raw, _ := sink.Conn().SyscallConn()
	b := make([]byte, 2048)
	take := func(fd uintptr) {
		for {
			if _, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), unix.MSG_DONTWAIT, 0, 0); e != 0 {
				return
			}
			got++
		}
	}
	drain := func() { raw.Control(take) }
	drain()
	got = 0
	start := time.Now()
	next := start
	for sent < n {
		for i := range ds {
			ds[i] = udp.Datagram{Data: msgs[(sent+i)%len(msgs)], Dst: to}
		}
		// The sink is looked at now and then only: a look costs as much as a
		// packet does.
		for first := true; time.Now().Before(next); first = false {
			if first && sent/l.burst%64 == 0 {
				drain()
			}
		}
		next = next.Add(gap)
		for i := range ds { // one by one: a burst is of many senders
			k, _ := out.W.Write(ds[i : i+1])
			sent += k
		}
	}
	wall := time.Since(start)
	time.Sleep(20 * time.Millisecond)
	drain()
	return sent, got, float64(wall)
}

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
