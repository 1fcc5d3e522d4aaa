//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/bench/internal/proxies"
)

const (
	childArg     = "live-child"
	liveRate     = 100_000
	livePackets  = 50_000
	liveBurst    = 8
	endPackets   = 3
	liveInterval = time.Second / liveRate
)

// live measures a receiver that waits between packets: 100,000 a second, single
// or in bursts. It is a process of its own on one core, and all its CPU counts.
//
// procs is the receiver's GOMAXPROCS: all its threads share the one core either
// way, but with one P whoever handles a packet also waits for the next.
func live(size, burst, procs int) []way {
	var ways []way
	for _, w := range []struct {
		name   string
		target float64
	}{
		{"net.UDPConn", 0}, {"x/net ReadBatch", 0}, {"portable", 0}, {"mmsg", 0},
		{"mmsg no window", 0}, {"io_uring", 0},
	} {
		ways = append(ways, way{name: w.name, target: w.target, run: func() (sample, error) { return liveRound(w.name, size, burst, procs) }})
	}
	return ways
}

type liveResult struct {
	Packets, Sent int
	CPU, Wall     float64
	Waited        float64 // ns without a core, of all threads
	Drops         uint64
	Wakeups       uint64
	Error         string
}

// process is this program as a child.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// line reads a line without its end.
func (p *process) line() (string, error) {
	l, err := p.out.ReadString('\n')
	return strings.TrimSpace(l), err
}

// end ends the child, by closing its standard input.
func (p *process) end() {
	p.in.Close()
	p.cmd.Wait()
}

// spawn starts this program as a child on one core.
func spawn(core, procs int, args ...string) (*process, error) {
	cmd := exec.Command("/proc/self/exe", append([]string{childArg}, args...)...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(procs))
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &process{cmd: cmd, in: in, out: bufio.NewReader(out)}, proxies.StartPinned(core, cmd)
}

// liveRound starts a child that receives and one that sends to it. Both are
// processes of their own: in one process, the scheduler's threads of the sender
// would run on the receiver's core.
func liveRound(name string, size, burst, procs int) (s sample, err error) {
	receiver, err := spawn(measured, procs, "receive", name)
	if err != nil {
		return s, err
	}
	to, err := receiver.line()
	if err != nil {
		return s, err
	}
	sender, err := spawn(other, 1, "send", to, strconv.Itoa(size), strconv.Itoa(burst))
	if err != nil {
		return s, err
	}
	var r liveResult
	if err := json.NewDecoder(receiver.out).Decode(&r); err != nil {
		return s, err
	}
	sender.cmd.Wait()
	receiver.cmd.Wait()
	s = sample{packets: r.Packets, cpu: r.CPU, wall: r.Wall, drops: r.Drops, note: r.Error}
	if r.Packets > 0 {
		s.lost = int64(livePackets) - int64(r.Packets) - int64(r.Drops)
		if s.lost < 0 && s.lost >= -endPackets {
			s.lost = 0 // packets that mark the end were among those dropped
		}
	}
	if r.Wakeups > 0 {
		s.note = fmt.Sprintf("%.2f wake-ups/p", float64(r.Wakeups)/float64(r.Packets))
	}
	if s.drops > 0 {
		// What is dropped came while the receiver was not given a core.
		s.note += fmt.Sprintf(" %.0f ms without a core", r.Waited/1e6)
	}
	return s, nil
}

func sendLive(to string, size, burst int) {
	c, err := net.Dial("udp4", to)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	b := make([]byte, size)
	next := time.Now()
	for i := range livePackets {
		if i%burst == 0 {
			for time.Now().Before(next) {
			}
			next = next.Add(time.Duration(burst) * liveInterval)
		}
		c.Write(b)
	}
	time.Sleep(20 * time.Millisecond)
	for range endPackets {
		c.Write([]byte("end"))
	}
}

// child is what a spawned process does.
func child(args []string) {
	atoi := func(i int) int { n, _ := strconv.Atoi(args[i]); return n }
	switch args[0] {
	case "send":
		sendLive(args[1], atoi(2), atoi(3))
	case "forward":
		forwardLive(args[1], args[2], atoi(3))
	case "spin":
		spin()
	case "offer":
		offerLive()
	case "receive":
		receiveLive(args[1])
	case "ask":
		askOptions(args[1], atoi(2))
	case "serve":
		serveOptions(args[1])
	}
}

// receiveLive receives until it is told to end and prints what it took.
func receiveLive(name string) {
	enc := json.NewEncoder(os.Stdout)
	s, err := newSource(name, false)
	if err != nil {
		fmt.Println("127.0.0.1:9")
		enc.Encode(liveResult{Error: err.Error()})
		return
	}
	fmt.Println(s.to())
	var r liveResult
	var cpu, waited float64
	var start, last time.Time
	end := false
	s.deadline(time.Now().Add(20 * time.Second))
	for !end {
		if _, err := s.read(); err != nil {
			r.Error = err.Error()
			break
		}
		if r.Packets == 0 {
			cpu, start, waited = usage(unix.CLOCK_PROCESS_CPUTIME_ID), time.Now(), proxies.Waited(os.Getpid())
		}
		s.each(func(b []byte, _ netip.AddrPort) {
			if len(b) == 3 {
				end = true
			} else {
				r.Packets++
			}
		})
		if !end && r.Packets >= livePackets {
			last = time.Now()
		}
	}
	r.CPU = usage(unix.CLOCK_PROCESS_CPUTIME_ID) - cpu
	r.Waited = proxies.Waited(os.Getpid()) - waited
	if last.IsZero() {
		last = time.Now()
	}
	r.Wall = float64(last.Sub(start))
	st := s.stats()
	r.Drops, r.Wakeups = st.Drops, st.Wakeups
	enc.Encode(r)
}
