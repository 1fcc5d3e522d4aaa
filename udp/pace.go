package udp

import "time"

// pace decides how long a Reader lets packets gather before it looks for more.
//
// A packet that comes alone costs a wake-up, and a wake-up costs more than the
// packet does: to forward 20,000 single packets a second on loopback cost 5.4 µs
// each without gathering and 3.5 µs with it, at 8,000 a second 9.5 and 7.8 µs
// (2026-11, bench/udp, a busy machine). So
// when packets come often enough for several to share a wake-up, the Reader
// sleeps for a moment instead of waiting for the next packet.
type pace struct {
	window time.Duration // the longest sleep, 0 for none
	batch  int

	// Packets are counted over periods of paceCount packets or paceSpan.
	since   time.Duration // when the period began, on clock
	packets int
	gap     time.Duration // between packets in the last period, 0 if not known

	parked time.Duration        // when a receive last had to wait, on clock
	now    func() time.Duration // a clock that never goes back
}

const (
	// paceCount and paceSpan are long enough to distinguish a stream of packets
	// from a burst, and short enough that the first sleep comes soon.
	paceCount = 8
	paceSpan  = 2 * time.Millisecond

	// paceGather is how many packets a sleep is made for. What a packet costs
	// hardly falls beyond that, and its delay grows.
	paceGather = 16

	// paceSlack is how much later than asked the kernel ends a sleep: the
	// thread's timer slack, 50 µs unless it was changed.
	paceSlack = 50 * time.Microsecond

	// paceTurn is how long a reader that never waits may keep the runtime from
	// looking for other sockets, where it has one processor only. The
	// runtime's monitor looks every 10 ms.
	paceTurn = 4 * time.Millisecond
)

// monotonic returns a clock that begins at zero.
func monotonic() func() time.Duration {
	origin := time.Now()
	return func() time.Duration { return time.Since(origin) }
}

// note counts the packets of a Read that returns.
func (p *pace) note(n int, waited bool) {
	if p.window == 0 {
		return
	}
	now := p.now()
	if waited {
		p.parked = now
	}
	p.packets += n
	if span := now - p.since; p.packets >= paceCount || span >= paceSpan {
		p.gap = max(span/time.Duration(p.packets), 1)
		p.since, p.packets = now, 0
	}
}

// sleep returns how long to sleep before the next receive, 0 for not at all.
func (p *pace) sleep() time.Duration {
	if p.gap == 0 || 2*p.gap > p.window {
		return 0 // not two packets in a window
	}
	if p.now()-p.parked > paceTurn {
		return 0
	}
	// A batch must have room for what comes during the sleep, or packets are
	// left behind and wait longer.
	d := min(p.window, time.Duration(min(paceGather, p.batch))*p.gap) - paceSlack
	return max(d, 0)
}

// missed says that a sleep was in vain: no packet came. The second one in a row
// ends sleeping until packets have been counted again.
func (p *pace) missed() { p.gap *= 2 }
