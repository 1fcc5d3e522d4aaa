package udp

import "time"

// pace decides how long a Reader lets packets gather before it looks for more.
//
// A packet that comes alone costs a wake-up, and a wake-up costs more than the
// packet does: to forward 8,000 single packets a second costs 3.3 times as much
// without gathering, 100,000 a second 2.4 times, with one processor of GOMAXPROCS
// or two (2026-11, loopback). So when packets come often enough for several to
// share a wake-up, the Reader sleeps for a moment instead of waiting for the next
// packet.
type pace struct {
	window time.Duration // the longest sleep, 0 for none

	// Packets are counted over periods of paceCount packets or paceSpan.
	since   time.Duration // when the period began, on clock
	packets int
	gap     time.Duration // between packets in the last period, 0 if not known

	parked time.Duration        // when a receive last had to wait, on clock
	tries  int                  // Reads without a sleep since paceTurn was over
	now    func() time.Duration // a clock that never goes back
}

const (
	// paceCount and paceSpan are long enough to distinguish a stream of packets
	// from a burst, and short enough that the first sleep comes soon.
	paceCount = 8
	paceSpan  = 2 * time.Millisecond

	// paceGather is how many packets a sleep is made for, if the window is long
	// enough. What forwards them sends them in one burst, and the next receiver
	// may have Linux's default buffer, which holds 166. Next to 16, a packet costs
	// 25 % less at 100,000 a second and 12 % at 250,000 (2026-11).
	paceGather = 64

	// paceSlack is how much later than asked the kernel ends a sleep: the
	// thread's timer slack, 50 µs unless it was changed.
	paceSlack = 50 * time.Microsecond

	// paceTurn is how long a reader that never waits may keep the runtime from
	// looking for other sockets: the thread that waits in the poller for all of
	// them is often the one that reads. The runtime's monitor looks every 10 ms.
	paceTurn = 4 * time.Millisecond

	// paceTries is how many Reads in a row may find packets when it is time to
	// wait. Where these come as fast as they are read one by one, which costs
	// more than twice as much, there is always one, and the reader gathers again.
	paceTries = 8
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
		p.parked, p.tries = now, 0
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
		if p.tries < paceTries {
			p.tries++
			return 0
		}
		p.parked, p.tries = p.now(), 0
	}
	d := min(p.window, paceGather*p.gap) - paceSlack
	return max(d, 0)
}

// missed says that a sleep was in vain: no packet came. It ends sleeping, until
// packets have been counted again, where two packets hardly fit the window.
func (p *pace) missed() { p.gap *= 2 }
