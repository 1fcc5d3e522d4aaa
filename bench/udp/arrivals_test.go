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
		r := offerRound(out, sink, to, 600, l, round)
		if r.sent == 0 || r.got == 0 || r.sent-r.got-r.full-r.dropped != 0 || r.dropped != int(drops()-before) {
			t.Errorf("%s: %+v", l.name(), r)
		}
	}
}
