//go:build linux

package main

import (
	"context"
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"

	"github.com/sipwire/sipwire/udp"
)

const (
	sendPackets = 2048
	manySinks   = 16
)

// sinks take what is sent and are emptied between rounds.
type sinks struct {
	all []*udp.Socket
	to  []netip.AddrPort
	// seen is what the kernel had dropped on each in earlier rounds.
	seen []uint64
}

func newSinks(n int) *sinks {
	s := &sinks{seen: make([]uint64, n)}
	for range n {
		k, err := udp.Listen(context.Background(), "udp4", "127.0.0.1:0", udp.Config{RecvBuffer: recvBuffer})
		if err != nil {
			panic(err)
		}
		s.all = append(s.all, k)
		s.to = append(s.to, k.LocalAddr())
	}
	return s
}

// empty reads everything and returns how much it was, with what the kernel
// dropped.
func (s *sinks) empty(want []int) (got int, drops uint64) {
	for i, k := range s.all {
		dropped := k.R.Stats().Drops - s.seen[i]
		s.seen[i] += dropped
		for n := want[i] - int(dropped); n > 0; {
			ps, err := k.R.Read()
			if err != nil {
				panic(err)
			}
			n -= len(ps)
			got += len(ps)
		}
		drops += dropped
	}
	return got, drops
}

func (s *sinks) close() {
	for _, k := range s.all {
		k.Close()
	}
}

// sendMany sends to sixteen destinations in turn.
func sendMany(size int) []way {
	return senders(size, manySinks, []senderWay{
		{"net.UDPConn", 0, plainSend},
		{"x/net WriteBatch", 0, xnetSend},
		{"portable", 0, func(int) sendFunc { return ours(udp.Config{Impl: udp.Portable}, 32) }},
		{"mmsg", 1.25, func(int) sendFunc { return ours(udp.Config{Impl: udp.Mmsg}, 32) }},
		{"io_uring", 0, func(int) sendFunc { return ours(udp.Config{Impl: udp.IOUring}, 32) }},
	})
}

// sendOne sends to one destination, all of one size.
func sendOne(size int) []way {
	return senders(size, 1, []senderWay{
		{"net.UDPConn", 0, plainSend},
		{"mmsg without GSO", 0, func(int) sendFunc { return ours(udp.Config{Impl: udp.Mmsg, NoGSO: true}, 32) }},
		{"mmsg GSO 4", 0, func(int) sendFunc { return ours(udp.Config{Impl: udp.Mmsg}, 4) }},
		{"mmsg GSO 16", 4, func(int) sendFunc { return ours(udp.Config{Impl: udp.Mmsg}, 16) }},
		{"mmsg GSO 64", 0, func(int) sendFunc { return ours(udp.Config{Impl: udp.Mmsg}, 64) }},
		{"io_uring GSO 16", 0, func(int) sendFunc { return ours(udp.Config{Impl: udp.IOUring}, 16) }},
	})
}

// sendFunc sends n packets of b to the destinations in turn.
type sendFunc func(b []byte, n int, to []netip.AddrPort) error

type senderWay struct {
	name   string
	target float64
	open   func(size int) sendFunc
}

func senders(size, dests int, list []senderWay) []way {
	k := newSinks(dests)
	want := make([]int, dests)
	for i := range want {
		want[i] = sendPackets / dests
	}
	var ways []way
	for _, w := range list {
		send := w.open(size)
		b := make([]byte, size)
		run := func() (s sample, err error) {
			s = onThread(func() {}, func() sample {
				err = send(b, sendPackets, k.to)
				return sample{packets: sendPackets}
			})
			if err != nil {
				return s, err
			}
			got, drops := k.empty(want)
			s.drops, s.lost = drops, int64(sendPackets-got)-int64(drops)
			return s, nil
		}
		ways = append(ways, way{name: w.name, target: w.target, run: run})
	}
	ways[0].close = k.close
	return ways
}

func plainSend(int) sendFunc {
	c := plainConn()
	return func(b []byte, n int, to []netip.AddrPort) error {
		for i := range n {
			if _, err := c.WriteToUDPAddrPort(b, to[i%len(to)]); err != nil {
				return err
			}
		}
		return nil
	}
}

func plainConn() *net.UDPConn {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		panic(err)
	}
	return c
}

func xnetSend(int) sendFunc {
	p := ipv4.NewPacketConn(plainConn())
	ms := make([]ipv4.Message, batch)
	addrs := map[netip.AddrPort]net.Addr{}
	return func(b []byte, n int, to []netip.AddrPort) error {
		for _, a := range to {
			if addrs[a] == nil {
				addrs[a] = net.UDPAddrFromAddrPort(a)
			}
		}
		for i := 0; i < n; {
			for j := range ms {
				ms[j].Buffers = [][]byte{b}
				ms[j].Addr = addrs[to[(i+j)%len(to)]]
			}
			for at := 0; at < len(ms); {
				k, err := p.WriteBatch(ms[at:], 0)
				if err != nil {
					return err
				}
				at += k
			}
			i += len(ms)
		}
		return nil
	}
}

func ours(cfg udp.Config, per int) sendFunc {
	s := mustListen(cfg)
	ds := make([]udp.Datagram, per)
	return func(b []byte, n int, to []netip.AddrPort) error {
		for i := 0; i < n; i += per {
			for j := range ds {
				ds[j].Data, ds[j].Dst = b, to[(i+j)%len(to)]
			}
			if _, err := s.W.Write(ds); err != nil {
				return err
			}
		}
		return nil
	}
}

func mustListen(cfg udp.Config) *udp.Socket {
	s, err := udp.Listen(context.Background(), "udp4", "127.0.0.1:0", cfg)
	if err != nil {
		panic(err)
	}
	return s
}
