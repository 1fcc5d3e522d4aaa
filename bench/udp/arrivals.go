//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/bench/internal/proxies"
	"github.com/sipwire/sipwire/udp"
)

// A load is how packets arrive: so many a second, in bursts of so many. Better
// is how many times less CPU than Kamailio's a packet is to cost.
// A rate of 0 is as fast as the sender can, to forwarders that are slowed: see
// saturated.go.
type load struct {
	rate, burst int
	better      float64
	mixed       bool // messages of all sizes in turn
}

// loads are the arrivals that the table in udp's documentation lists.
var loads = []load{
	{rate: 2_000, burst: 1}, {rate: 8_000, burst: 1, better: 1 / 0.65}, {rate: 20_000, burst: 1, better: 1 / 0.5},
	{rate: 50_000, burst: 1}, {rate: 100_000, burst: 1},
	{rate: 8_000, burst: 4}, {rate: 20_000, burst: 4, better: 1 / 0.5}, {rate: 100_000, burst: 4}, {rate: 100_000, burst: 16},
	{burst: 32, better: 1 / 0.25}, {burst: 32, better: 1 / 0.25, mixed: true},
}

// name is that of the case.
func (l load) name() string {
	switch {
	case l.mixed:
		return "forward-saturated-mixed"
	case l.rate == 0:
		return "forward-saturated"
	}
	return fmt.Sprintf("forward-%dk-by-%d", l.rate/1000, l.burst)
}

// loadSeconds is the length of a round. Rounds are short because many of them in
// turn say more on a shared machine than few long ones.
const loadSeconds = 0.1

// forwardLoads are the cases of forwarding packets that arrive by themselves, to
// one sink. The forwarder is a process on one core, Kamailio one of them where
// it is installed; the sender and the sink are one process on the other core.
func forwardLoads() (all []aCase) {
	for _, l := range loads {
		all = append(all, aCase{l.name(), 41, func(size int) []way {
			if size != 600 {
				return nil
			}
			return l.ways(size)
		}})
	}
	return all
}

func (l load) ways(size int) (ways []way) {
	o, err := newOffer()
	if err != nil {
		panic(err)
	}
	buffer := 0
	if l.rate == 0 {
		buffer = proxyBuffer
	}
	all, target, err := startAll(o.sink, l.better, buffer)
	if err != nil {
		panic(err)
	}
	var spinner *process
	if l.rate == 0 && len(all) > 0 {
		if spinner, err = slow(all); err != nil {
			stopAll(all)
			panic(err)
		}
	}
	for _, p := range all {
		ways = append(ways, way{name: p.Name, target: target[p], close: p.Stop, run: func() (s sample, err error) {
			before := p.CPU()
			r, err := o.round(p.Addr, size, l)
			s = r.sample(p.CPU() - before)
			if l.rate == 0 && r.dropped == 0 {
				s.note = notSaturated
			}
			return s, err
		}})
	}
	if len(ways) > 0 {
		last := ways[0].close
		ways[0].close = func() {
			last()
			o.p.end()
			if spinner != nil {
				spinner.end()
			}
		}
	}
	return ways
}

// forwardLive is the child: it forwards until its standard input ends.
func forwardLive(name, sink string, buffer int) {
	go func() {
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	impl := udp.Mmsg
	if name == "net.UDPConn" {
		impl = udp.Auto
	}
	loop, addr, _, _ := forwarder(name, impl, []netip.AddrPort{netip.MustParseAddrPort(sink)}, buffer)
	sayAddress(addr)
	panic(loop(math.MaxInt))
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

// offered is what came of a round: how many packets were sent, how many came
// to the sink, how many found it full, how many the forwarder's socket had no
// room for, and how long it took in nanoseconds.
type offered struct {
	sent, got, full, dropped int
	wall                     float64
}

// missing returns how many packets are not accounted for. A forwarder that is
// late gets the time it needs, so that none counts for the next round: then it
// is 0, and never less.
func (r *offered) missing() int { return max(r.sent-r.got-r.full-r.dropped, 0) }

// sample is the round as that of a forwarder which has used so many nanoseconds of
// CPU. What the sink has lost was forwarded all the same.
func (r *offered) sample(cpu float64) sample {
	return sample{packets: r.got + r.full, cpu: cpu, wall: r.wall, drops: uint64(r.dropped), lost: int64(r.missing())}
}

// round makes the child send.
func (o *offer) round(to netip.AddrPort, size int, l load) (r offered, err error) {
	fmt.Fprintln(o.p.in, to, size, l.rate, l.burst, l.mixed)
	line, err := o.p.line()
	if err == nil {
		_, err = fmt.Sscan(line, &r.sent, &r.got, &r.full, &r.dropped, &r.wall)
	}
	return r, err
}

// offerLive is the child: one round for each line of standard input. Between
// packets it empties the sink, and never sleeps, so that the next packet is
// punctual.
func offerLive() {
	sink := mustListen(udp.Config{RecvBuffer: recvBuffer, Batch: 64, Impl: udp.Mmsg})
	out := mustListen(udp.Config{Impl: udp.Mmsg, NoGSO: true})
	fmt.Println(sink.LocalAddr())
	in := bufio.NewScanner(os.Stdin)
	for round := 0; in.Scan(); round++ {
		f := strings.Fields(in.Text())
		to := netip.MustParseAddrPort(f[0])
		size, _ := strconv.Atoi(f[1])
		rate, _ := strconv.Atoi(f[2])
		burst, _ := strconv.Atoi(f[3])
		l := load{rate: rate, burst: burst, mixed: f[4] == "true"}
		r := offerRound(out, sink, to, size, l, round)
		fmt.Println(r.sent, r.got, r.full, r.dropped, r.wall)
	}
}

// mark is what a message of a round has that one of another has not: a packet
// that is forwarded late, when the next round has begun, is not counted for it.
func mark(round int) []byte { return fmt.Appendf(nil, "X-Round: %06d\r\n", round) }

// offerRound makes a round.
func offerRound(out, sink *udp.Socket, to netip.AddrPort, size int, l load, round int) (r offered) {
	msgs := make([][]byte, 256)
	marked := mark(round)
	for i := range msgs {
		if l.mixed {
			size = sizes[i%len(sizes)]
		}
		b := request(size-len(marked), i)
		msgs[i] = append(b[:len(b)-2:len(b)-2], append(marked, "\r\n"...)...)
	}
	rate := l.rate
	if rate == 0 {
		rate = saturated
	}
	n := int(float64(rate)*loadSeconds) / l.burst * l.burst
	gap := time.Duration(l.burst) * time.Second / time.Duration(rate)
	ds := make([]udp.Datagram, l.burst)
	raw, _ := sink.Conn().SyscallConn()
	b := make([]byte, 2048)
	take := func(fd uintptr) {
		for {
			k, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), unix.MSG_DONTWAIT, 0, 0)
			if e != 0 {
				return
			}
			if bytes.Contains(b[:k], marked) {
				r.got++
			}
		}
	}
	drain := func() { raw.Control(take) }
	drain()
	start := time.Now()
	next := start
	full := sink.R.Stats().Drops
	dropped, _ := proxies.Drops(to)
	for r.sent < n {
		for i := range ds {
			ds[i] = udp.Datagram{Data: msgs[(r.sent+i)%len(msgs)], Dst: to}
		}
		// The sink is looked at now and then only: a look costs as much as a
		// packet does.
		for first := true; time.Now().Before(next); first = false {
			if first && r.sent/l.burst%64 == 0 {
				drain()
			}
		}
		next = next.Add(gap)
		for i := range ds { // one by one: a burst is of many senders
			k, _ := out.W.Write(ds[i : i+1])
			r.sent += k
		}
	}
	r.wall = float64(time.Since(start))
	// The round ends when it is known of each packet what became of it. On a
	// busy machine the forwarder may be late. The sink is emptied without a pause, as
	// it is while the forwarder drops: with a sink that slept or waited for half a
	// millisecond, a packet of Kamailio took 12 to 13 µs instead of the 9.5 that it
	// takes while the sender goes on (2026-11).
	last, looked := time.Now(), start
	for {
		got := r.got
		drain()
		now := time.Now()
		if r.got != got {
			last = now
		}
		if now.Sub(looked) < lookEvery {
			continue
		}
		looked = now
		before := r
		r.full = int(sink.R.Stats().Drops - full)
		d, _ := proxies.Drops(to)
		r.dropped = d - dropped
		if r != before {
			last = now
		}
		if r.missing() == 0 || now.Sub(last) > lateness {
			return r
		}
	}
}

// lookEvery is how often the drops are looked at while a round ends.
const lookEvery = time.Millisecond

// lateness is how long nothing may come before packets count as lost.
const lateness = 2 * time.Second

// saturated is more packets a second than a core sends.
const saturated = 400_000
