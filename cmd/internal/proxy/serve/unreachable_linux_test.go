package serve

import (
	"encoding/binary"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/cmd/internal/proxy/admission"
	"github.com/sipwire/sipwire/udp"
)

// TestICMPError: of ICMP errors, one that the time to live is over is ignored.
func TestICMPError(t *testing.T) {
	for _, c := range []struct {
		level, option int
		origin, kind  byte
		want          unix.Errno
	}{
		{unix.IPPROTO_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ICMP, 3, unix.EHOSTUNREACH},
		{unix.IPPROTO_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ICMP, timeExceeded, 0},
		{unix.IPPROTO_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_LOCAL, 3, 0},
		{unix.IPPROTO_IPV6, unix.IPV6_RECVERR, unix.SO_EE_ORIGIN_ICMP6, 1, unix.EHOSTUNREACH},
		{unix.IPPROTO_IPV6, unix.IPV6_RECVERR, unix.SO_EE_ORIGIN_ICMP6, timeExceeded6, 0},
		{unix.IPPROTO_IPV6, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ICMP, 3, 0},
	} {
		oob := make([]byte, unix.CmsgSpace(16))
		var h unix.Cmsghdr
		h.SetLen(unix.CmsgLen(16))
		if unix.SizeofCmsghdr == 16 {
			binary.NativeEndian.PutUint64(oob, uint64(h.Len))
		} else {
			binary.NativeEndian.PutUint32(oob, uint32(h.Len))
		}
		binary.NativeEndian.PutUint32(oob[unix.SizeofCmsghdr-8:], uint32(c.level))
		binary.NativeEndian.PutUint32(oob[unix.SizeofCmsghdr-4:], uint32(c.option))
		data := oob[unix.CmsgLen(0):]
		binary.NativeEndian.PutUint32(data, uint32(unix.EHOSTUNREACH))
		data[4], data[5] = c.origin, c.kind
		if got := icmpError(oob); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
		for n := range oob { // no panic on a part of it
			icmpError(oob[:n])
		}
	}
}

// TestAddrPort: a link-local address has its zone, as a next hop has.
func TestAddrPort(t *testing.T) {
	all, err := net.Interfaces()
	if err != nil || len(all) == 0 {
		t.Logf("NOT RUN: no interface: %v", err)
		return
	}
	i, local := all[0], [16]byte{0: 0xfe, 1: 0x80, 15: 1}
	for want, sa := range map[string]unix.Sockaddr{
		"192.0.2.1:5060":                &unix.SockaddrInet4{Addr: [4]byte{192, 0, 2, 1}, Port: 5060},
		"192.0.2.2:5060":                &unix.SockaddrInet6{Addr: [16]byte{10: 0xff, 11: 0xff, 12: 192, 14: 2, 15: 2}, Port: 5060},
		"[2001::1]:5060":                &unix.SockaddrInet6{Addr: [16]byte{0: 0x20, 1: 1, 15: 1}, Port: 5060, ZoneId: uint32(i.Index)},
		"[fe80::1%" + i.Name + "]:5060": &unix.SockaddrInet6{Addr: local, Port: 5060, ZoneId: uint32(i.Index)},
		"[fe80::1]:5060":                &unix.SockaddrInet6{Addr: local, Port: 5060, ZoneId: 1<<31 - 1}, // no such interface
		"invalid AddrPort":              &unix.SockaddrUnix{},
	} {
		if got := addrPort(sa).String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestReadError: an ICMP error says nothing of the load.
func TestReadError(t *testing.T) {
	socket, err := udp.Listen(t.Context(), "udp", loopback.String(), udp.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if _, err := newErrorQueue(socket.Conn(), new(atomic.Uint32)); err != nil {
		t.Fatal(err)
	}
	gate := admission.New(admission.Config{}, time.Now)
	gate.Observe(time.Now().Add(-time.Hour), time.Hour)
	level := gate.Level()
	w := &worker{s: new(Server), socket: socket, meter: newMeter(socket, gate, new(atomic.Uint32))}
	if _, err := socket.W.Write([]udp.Datagram{{Data: []byte("x"), Dst: deadUDP(t)}}); err != nil {
		t.Fatal(err)
	}
	// With the error the read returns at once; without it, late.
	_ = socket.R.SetReadDeadline(time.Now().Add(20 * time.Second))
	if !w.read() {
		t.Fatal("no error came by ICMP")
	}
	if level == 0 || gate.Level() != level {
		t.Errorf("the level was %v and is %v", level, gate.Level())
	}
	if _ = socket.Close(); w.read() {
		t.Error("it reads a socket that is closed")
	}
}
