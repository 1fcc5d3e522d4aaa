package serve

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// An errorQueue has the ICMP errors about what a UDP socket has sent.
type errorQueue struct {
	raw syscall.RawConn
	b   []byte // what is quoted; an ICMP error has at most 1280 bytes (RFC 4443, 2.4)
	oob []byte

	count *atomic.Uint32 // of those that were read
}

// newErrorQueue asks the system to keep errors. The next call on the socket
// returns one too, whichever peer it is about: package udp sends again then, and
// a worker reads again.
func newErrorQueue(c *net.UDPConn, count *atomic.Uint32) (*errorQueue, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var v4, v6 error
	err = raw.Control(func(fd uintptr) {
		v4 = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_RECVERR, 1)
		v6 = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
	})
	if err == nil && v4 != nil && v6 != nil { // each is refused by a socket of the other family
		err = v4
	}
	return &errorQueue{raw: raw, b: make([]byte, 1280), oob: make([]byte, 256), count: count}, err
}

// read calls do for each error that says that nobody is there, with what it
// quotes, valid during the call, and where that was sent.
func (q *errorQueue) read(do func(quoted []byte, to netip.AddrPort)) {
	for range maxErrors {
		n, from, errno, ok := q.next()
		if !ok {
			return
		}
		q.count.Add(1)
		switch errno { // not EMSGSIZE: a smaller packet gets there
		case unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.ENOPROTOOPT,
			unix.EPROTO, unix.EHOSTDOWN, unix.ENONET, unix.EACCES:
			do(q.b[:n], from)
		}
	}
}

// next reads one error. It is not ok when there is none.
func (q *errorQueue) next() (n int, from netip.AddrPort, errno unix.Errno, ok bool) {
	_ = q.raw.Control(func(fd uintptr) {
		k, oobn, _, sa, err := unix.Recvmsg(int(fd), q.b, q.oob, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		if err != nil {
			return
		}
		n, ok = k, true
		from = addrPort(sa)
		errno = icmpError(q.oob[:oobn])
	})
	return n, from, errno, ok
}

// addrPort returns an address of the system as package udp has it: the zone is
// the name of the interface.
func addrPort(sa unix.Sockaddr) netip.AddrPort {
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		ip := netip.AddrFrom16(a.Addr).Unmap()
		if a.ZoneId != 0 && ip.IsLinkLocalUnicast() {
			if i, err := net.InterfaceByIndex(int(a.ZoneId)); err == nil {
				ip = ip.WithZone(i.Name)
			}
		}
		return netip.AddrPortFrom(ip, uint16(a.Port))
	}
	return netip.AddrPort{}
}

// The types of ICMP that say that a packet's time to live is over: the system's
// error is EHOSTUNREACH for them, too.
const (
	timeExceeded  = 11 // RFC 792
	timeExceeded6 = 3  // RFC 4443, 3.3
)

// icmpError returns the error of a sock_extended_err that came as ICMP, 0 for
// another, and for one that the time to live is over, which SHOULD be ignored (RFC
// 3261, 18.4).
func icmpError(oob []byte) unix.Errno {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return 0
	}
	for _, m := range messages {
		isError := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR ||
			m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if !isError || len(m.Data) < 6 {
			continue
		}
		switch origin, kind := m.Data[4], m.Data[5]; {
		case origin == unix.SO_EE_ORIGIN_ICMP && kind != timeExceeded,
			origin == unix.SO_EE_ORIGIN_ICMP6 && kind != timeExceeded6:
			return unix.Errno(binary.NativeEndian.Uint32(m.Data))
		}
	}
	return 0
}
