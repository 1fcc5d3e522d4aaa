//go:build linux

package main

import (
	"math"
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire/udp"
)

// It is known of each packet of a round what became of it, also where the
// forwarder and the sink drop most of them: the count is never below zero, and
// what is not known is nothing.
func TestOfferRound(t *testing.T) {
	sink := mustListen(udp.Config{Batch: 64, RecvBuffer: 64 << 10})
	defer sink.Close()
	out := mustListen(udp.Config{NoGSO: true})
	defer out.Close()
	loop, to, drops, stop := forwarder("mmsg", udp.Mmsg, []netip.AddrPort{sink.LocalAddr()}, recvBuffer)
	defer stop()
	go loop(math.MaxInt)
	for round, l := range []load{{rate: 8000, burst: 4}, {burst: 32}, {burst: 32, mixed: true}} {
		before := drops()
		r := offerRound(out, sink, to, 600, l, round, nil)
		if r.sent == 0 || r.got == 0 || r.sent-r.got-r.full-r.dropped != 0 || r.dropped != int(drops()-before) {
			t.Errorf("%s: %+v", l.name(), r)
		}
	}
}

// A buffer is filled until it drops, all that waits in it is forwarded then, and
// no packet is sent beside it.
func TestOfferRoundFull(t *testing.T) {
	sink := mustListen(udp.Config{Batch: 64, RecvBuffer: recvBuffer})
	defer sink.Close()
	out := mustListen(udp.Config{NoGSO: true})
	defer out.Close()
	for round, mixed := range []bool{false, true} {
		loop, to, drops, stop := forwarder("mmsg", udp.Mmsg, []netip.AddrPort{sink.LocalAddr()}, recvBuffer)
		var full uint64
		begin := func() { full = drops(); go loop(math.MaxInt) }
		r := offerRound(out, sink, to, 600, load{burst: 32, full: true, mixed: mixed}, round, begin)
		if full == 0 || drops() != full || r.dropped != int(full) || r.got+r.full == 0 || r.sent-r.got-r.full-r.dropped != 0 {
			t.Errorf("mixed %v: %+v, %d dropped before it began", mixed, r, full)
		}
		stop()
	}
}
