//go:build linux

package main

import (
	"net/netip"
	"strings"

	"github.com/sipwire/sipwire/udp"
)

// forward measures receiving from a backlog, the step in between, and sending
// on to one of sixteen destinations.
func forward(size int) []way {
	const n = sendPackets
	k := newSinks(manySinks)
	want := make([]int, manySinks)
	for i := range want {
		want[i] = n / manySinks
	}
	feed := newFiller(false)
	requests := make([][]byte, 256)
	for i := range requests {
		requests[i] = request(size, i)
	}
	var ways []way
	for _, w := range []struct {
		name   string
		target float64
		impl   udp.Impl
	}{
		{"net.UDPConn", 0, udp.Auto}, {"portable", 0, udp.Portable},
		{"mmsg", 1.35, udp.Mmsg}, {"io_uring", 0, udp.IOUring},
	} {
		loop, to, drops, stop := forwarder(w.name, w.impl, k.to, recvBuffer)
		run := func() (s sample, err error) {
			before := drops()
			s = onThread(func() {
				ds := make([]udp.Datagram, 32)
				for i := 0; i < n; i += len(ds) {
					for j := range ds {
						ds[j] = udp.Datagram{Data: requests[(i+j)%len(requests)], Dst: to}
					}
					if k, err := feed.s.W.Write(ds); k != len(ds) {
						panic(err)
					}
				}
			}, func() sample {
				err = loop(n)
				return sample{packets: n}
			})
			if err != nil {
				return s, err
			}
			got, lost := k.empty(want)
			s.drops = lost + drops() - before
			s.lost = int64(n-got) - int64(s.drops)
			return s, nil
		}
		ways = append(ways, way{name: w.name, target: w.target, run: run, close: stop})
	}
	first := ways[0].close
	ways[0].close = func() { first(); k.close(); feed.s.Close() }
	return ways
}

// forwarder returns a loop that forwards n packets, and where to send them, to
// a receive buffer of so many bytes.
func forwarder(name string, impl udp.Impl, to []netip.AddrPort, buffer int) (loop func(n int) error, addr netip.AddrPort, drops func() uint64, stop func()) {
	var p step
	if impl == udp.Auto {
		s, err := newSourceOf(name, false, buffer)
		if err != nil {
			panic(err)
		}
		in := make([]byte, 65535)
		out := make([]byte, 0, 65535)
		return func(n int) error {
			for i := range n {
				k, _, err := s.conn.ReadFromUDPAddrPort(in)
				if err != nil {
					return err
				}
				if out, err = p.forward(out[:0], in[:k]); err != nil {
					return err
				}
				if _, err := s.conn.WriteToUDPAddrPort(out, to[i%len(to)]); err != nil {
					return err
				}
			}
			return nil
		}, s.to(), func() uint64 { return s.stats().Drops }, func() { s.close() }
	}
	cfg := udp.Config{Impl: impl, RecvBuffer: buffer, Batch: proxyBatch}
	if strings.HasSuffix(name, "no window") {
		cfg.Window = -1
	}
	s := mustListen(cfg)
	ds := make([]udp.Datagram, proxyBatch)
	out := make([]byte, 0, 65535)
	return func(n int) error {
		for i := 0; i < n; {
			ps, err := s.R.Read()
			if err != nil {
				return err
			}
			out = out[:0]
			for j := range ps {
				lo := len(out)
				if out, err = p.forward(out, ps[j].Data); err != nil {
					return err
				}
				ds[j].Data, ds[j].Dst = out[lo:], to[i%len(to)]
				i++
			}
			if _, err := s.W.Write(ds[:len(ps)]); err != nil {
				return err
			}
		}
		return nil
	}, s.LocalAddr(), func() uint64 { return s.R.Stats().Drops }, func() { s.Close() }
}
