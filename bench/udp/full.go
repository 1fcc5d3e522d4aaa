//go:build linux

package main

import (
	"fmt"
	"net/netip"

	"github.com/sipwire/sipwire/bench/internal/proxies"
	"github.com/sipwire/sipwire/udp"
)

// A forwarder is saturated when it drops packets. The sender of the cases named
// forward-saturated has one core, which it shares with the sink: it sends less than
// the fastest forwarders take, and these then wait for packets, in batches that are
// not full. Their rows say so.
//
// In the cases named forward-full no sender has to be faster than a forwarder. The
// forwarder is stopped (SIGSTOP) while its receive buffer is filled until it drops,
// then it goes on, and what is measured is its CPU time until the buffer is empty:
// every batch is full, for every forwarder alike, on any machine and without rights.
// All ask for the same receive buffer; without CAP_NET_ADMIN the system grants
// net.core.rmem_max of it. What waited is in the row. A program in Go pays for the
// first millisecond after a stop, in which its runtime wakes a monitor thread every 20
// µs: some hundredths of all that it takes here, and nothing of a longer load.

// notSaturated is for the row of a forwarder that was offered less than it takes.
const notSaturated = "NOT SATURATED: a round without drops"

// filledLine is the line of the child that has filled a buffer.
const filledLine = "filled"

// fillStep is how many packets are sent between two looks at whether some were
// dropped.
const fillStep = 512

// maxFill ends the filling of a buffer that never is full.
const maxFill = 1 << 20

// fullRound measures one emptying of a full buffer.
func (o *offer) fullRound(p *proxies.Process, size int, l load) (s sample, err error) {
	if err := p.Pause(); err != nil {
		return s, err
	}
	defer p.Resume()
	o.begin(p.Addr, size, l)
	line, err := o.p.line()
	if err == nil && line != filledLine {
		err = fmt.Errorf("the sender says %q", line)
	}
	if err != nil {
		return s, err
	}
	before := p.CPU()
	p.Resume()
	r, err := o.end()
	s = r.sample(p.CPU() - before)
	s.note = fmt.Sprintf("%d waited", r.sent-r.dropped)
	if r.dropped == 0 {
		s.note = notSaturated
	}
	return s, err
}

// fill sends messages by turns until the socket at to has dropped some, and returns
// how many it has sent.
func fill(out *udp.Socket, to netip.AddrPort, msgs [][]byte) (sent int) {
	before, _ := proxies.Drops(to)
	for range maxFill / fillStep {
		for range fillStep {
			d := [1]udp.Datagram{{Data: msgs[sent%len(msgs)], Dst: to}}
			k, err := out.W.Write(d[:])
			sent += k
			if err != nil {
				return sent
			}
		}
		if now, _ := proxies.Drops(to); now > before {
			break
		}
	}
	return sent
}
