package udp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// An ICMP error about a packet to another peer, which IP_RECVERR tells a socket
// that is not connected, is in the way of no packet.
func TestSendEarlierError(t *testing.T) {
	icmp, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
	if err != nil {
		t.Logf("NOT RUN: an ICMP error is forged by root only: %v", err)
		return
	}
	t.Cleanup(func() { unix.Close(icmp) })
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl})
		c := plain(t, "udp4")
		if err := withFD(s.conn, func(fd int) error {
			return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1)
		}); err != nil {
			t.Fatal(err)
		}
		for code, errno := range map[byte]syscall.Errno{0: unix.ENETUNREACH, 1: unix.EHOSTUNREACH, 2: unix.ENOPROTOOPT, 3: unix.ECONNREFUSED, 4: unix.EMSGSIZE, 7: unix.EHOSTDOWN, 8: unix.ENONET} {
			forge(t, icmp, s, code)
			n, err := s.W.Write([]Datagram{{Data: []byte("a"), Dst: addrOf(c)}, {Data: []byte("bc"), Dst: addrOf(c)}})
			// Only now: to read the queue is to be told the error, too.
			_ = withFD(s.conn, func(fd int) error {
				_, _, _, _, err := unix.Recvmsg(fd, nil, make([]byte, 256), unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
				return err
			})
			if n != 2 || err != nil {
				t.Errorf("%v: %d sent, %v", errno, n, err)
				continue
			}
			one, _ := next(t, c)
			one = bytes.Clone(one)
			two, _ := next(t, c)
			if got := string(one) + string(two); got != "abc" && (impl != IOUring || got != "bca") {
				t.Errorf("%v: got %q", errno, got)
			}
		}
		if st := s.W.Stats(); st.PeerClosed != 1 || st.Failed != 0 {
			t.Errorf("%+v", st)
		}
		// An error of the packet itself comes again, and is told.
		_ = withFD(s.conn, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 0) })
		n, err := s.W.Write([]Datagram{
			{Data: []byte("a"), Dst: netip.MustParseAddrPort("255.255.255.255:9")},
			{Data: []byte("b"), Dst: addrOf(c)},
		})
		if got, _ := next(t, c); n != 1 || !errors.Is(err, unix.EACCES) || string(got) != "b" {
			t.Errorf("%d sent, %v, got %q", n, err, got)
		}
	})
}

// forge sends s an ICMP error about a packet to a port that it never sent to,
// and waits until the system has it.
func forge(t *testing.T, icmp int, s *Socket, code byte) {
	t.Helper()
	b := make([]byte, 8+20+8)
	b[0], b[1] = 3, code    // destination unreachable
	b[6], b[7] = 0xff, 0xff // with code 4, the longest packet: no route gets a smaller one by it
	ip := b[8:]
	ip[0], ip[8], ip[9] = 0x45, 64, unix.IPPROTO_UDP
	binary.BigEndian.PutUint16(ip[2:], 28)
	copy(ip[12:], net.IPv4(127, 0, 0, 1).To4())
	copy(ip[16:], net.IPv4(127, 0, 0, 1).To4())
	binary.BigEndian.PutUint16(ip[20:], s.LocalAddr().Port())
	binary.BigEndian.PutUint16(ip[22:], 9)
	binary.BigEndian.PutUint16(ip[24:], 8)
	sum := uint32(0)
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(b[2:], ^uint16(sum&0xffff+sum>>16))
	if err := unix.Sendto(icmp, b, 0, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		poll := []unix.PollFd{{}}
		err := withFD(s.conn, func(fd int) error {
			poll[0].Fd = int32(fd)
			_, err := unix.Poll(poll, 0)
			return err
		})
		if err != nil && !errors.Is(err, unix.EINTR) {
			t.Fatal(err)
		}
		if poll[0].Revents&unix.POLLERR != 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no error by ICMP of code %d", code)
		}
	}
}
