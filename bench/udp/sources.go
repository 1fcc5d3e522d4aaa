//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/ipv4"

	"github.com/sipwire/sipwire/udp"
)

// source is one way of receiving.
type source struct {
	conn  *net.UDPConn // of net.UDPConn and x/net ReadBatch
	addr  netip.AddrPort
	read  func() (int, error) // packets of one read
	each  func(f func(p []byte, from netip.AddrPort))
	stats func() udp.Stats
	close func() error
	// deadline sets when reads end.
	deadline func(time.Time) error
}

const (
	batch      = 32
	recvBuffer = 16 << 20

	// proxyBatch is how many packets sipwire proxy reads and sends by a call, and what
	// is beside it in the forward cases.
	proxyBatch = 64
)

// newSource opens a socket for a way of receiving. On a wildcard socket each
// way is made to report the address that was called.
func newSource(way string, wildcard bool) (*source, error) {
	return newSourceOf(way, wildcard, recvBuffer)
}

// newSourceOf is newSource with a receive buffer of so many bytes.
func newSourceOf(way string, wildcard bool, buffer int) (*source, error) {
	addr := "127.0.0.1:0"
	if wildcard {
		addr = "0.0.0.0:0"
	}
	cfg := udp.Config{Batch: batch, RecvBuffer: buffer}
	impl, more, _ := strings.Cut(way, " ")
	switch more {
	case "GRO":
		cfg.GRO = true
	case "no window":
		cfg.Window = -1
	}
	if way == "net.UDPConn" || way == "x/net ReadBatch" {
		cfg.NoLocal = true // they ask for themselves
	}
	s, err := listen(impl, addr, cfg)
	if err != nil {
		return nil, err
	}
	src := &source{addr: s.LocalAddr(), stats: s.R.Stats, close: s.Close, deadline: s.R.SetReadDeadline}
	switch way {
	case "net.UDPConn":
		src.conn = s.Conn()
		src.plain(wildcard)
	case "x/net ReadBatch":
		src.conn = s.Conn()
		src.xnet(wildcard)
	default:
		var ps []udp.Packet
		src.read = func() (n int, err error) {
			ps, err = s.R.Read()
			return len(ps), err
		}
		src.each = func(f func([]byte, netip.AddrPort)) {
			for i := range ps {
				f(ps[i].Data, ps[i].Src)
			}
		}
	}
	return src, nil
}

// listen opens a socket with the implementation of that name and no other, the
// portable one for any other name.
func listen(impl, addr string, cfg udp.Config) (*udp.Socket, error) {
	cfg.Impl = udp.Portable
	for _, i := range []udp.Impl{udp.Mmsg, udp.IOUring} {
		if i.String() == impl {
			cfg.Impl = i
		}
	}
	s, err := udp.Listen(context.Background(), "udp4", addr, cfg)
	if err == nil && s.Impl() != cfg.Impl {
		s.Close()
		err = fmt.Errorf("%v", s.Refusals())
	}
	return s, err
}

// plain reads with net.UDPConn, as a proxy on it would.
func (s *source) plain(wildcard bool) {
	b := make([]byte, 65535)
	var n int
	var from netip.AddrPort
	if wildcard {
		p := ipv4.NewPacketConn(s.conn)
		if err := p.SetControlMessage(ipv4.FlagDst, true); err != nil {
			panic(err)
		}
		oob := make([]byte, 64)
		s.read = func() (_ int, err error) {
			n, _, _, from, err = s.conn.ReadMsgUDPAddrPort(b, oob)
			return 1, err
		}
	} else {
		s.read = func() (_ int, err error) {
			n, from, err = s.conn.ReadFromUDPAddrPort(b)
			return 1, err
		}
	}
	s.each = func(f func([]byte, netip.AddrPort)) { f(b[:n], from) }
}

func (s *source) xnet(wildcard bool) {
	p := ipv4.NewPacketConn(s.conn)
	ms := make([]ipv4.Message, batch)
	for i := range ms {
		ms[i].Buffers = [][]byte{make([]byte, 65535)}
		if wildcard {
			ms[i].OOB = make([]byte, 64)
		}
	}
	if wildcard {
		if err := p.SetControlMessage(ipv4.FlagDst, true); err != nil {
			panic(err)
		}
	}
	var n int
	s.read = func() (_ int, err error) {
		n, err = p.ReadBatch(ms, 0)
		return n, err
	}
	s.each = func(f func([]byte, netip.AddrPort)) {
		for i := range ms[:n] {
			f(ms[i].Buffers[0][:ms[i].N], ms[i].Addr.(*net.UDPAddr).AddrPort())
		}
	}
}

// to returns where to send to reach the source.
func (s *source) to() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), s.addr.Port())
}

// filler sends many packets fast.
type filler struct{ s *udp.Socket }

func newFiller(gso bool) *filler {
	s, err := udp.Listen(context.Background(), "udp4", "127.0.0.1:0", udp.Config{NoGSO: !gso})
	if err != nil {
		panic(err)
	}
	return &filler{s}
}

func (f *filler) fill(n, size int, to netip.AddrPort, run int) {
	ds := make([]udp.Datagram, 0, 64)
	b := make([]byte, size)
	for n > 0 {
		ds = ds[:0]
		for range min(n, run) {
			ds = append(ds, udp.Datagram{Data: b, Dst: to})
		}
		if k, err := f.s.W.Write(ds); k != len(ds) {
			panic(err)
		}
		n -= len(ds)
	}
}
