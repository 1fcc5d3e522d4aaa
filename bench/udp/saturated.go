//go:build linux

package main

import (
	"os"
	"sync/atomic"

	"github.com/sipwire/sipwire/bench/internal/proxies"
)

// A forwarder is saturated when it drops packets. The sender has one core, which it
// shares with the sink, and sends less than the fastest forwarders take from a core of
// their own: these would wait for packets, in batches that are not full. So in the cases
// named forward-saturated the forwarders get about a quarter of their core, and a
// program that does nothing has the rest: they are slower, and each of them finds its
// socket full whenever it runs, on any machine and without rights. All ask for the
// same receive buffer; without CAP_NET_ADMIN the system grants net.core.rmem_max of it.

// notSaturated is for the row of a forwarder that was offered less than it takes.
const notSaturated = "NOT SATURATED: a round without drops"

// niceness gives a forwarder 335 parts of its core where the spinner has 1024.
const niceness = 5

// slow starts what takes processor time on the core of the forwarders, and makes them
// give way to it.
func slow(all []*proxies.Process) (spinner *process, err error) {
	for _, p := range all {
		if err := p.Nice(niceness); err != nil {
			return nil, err
		}
	}
	return spawn(measured, 1, "spin")
}

// spin is the child: it takes processor time until its standard input ends.
func spin() {
	var ended atomic.Bool
	go func() {
		os.Stdin.Read(make([]byte, 1))
		ended.Store(true)
	}()
	for !ended.Load() {
	}
}
