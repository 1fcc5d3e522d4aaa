package udp

import (
	"net"
	"unsafe"

	"golang.org/x/sys/unix"
)

// withFD runs f on the socket and returns its error, or that of the socket.
func withFD(c *net.UDPConn, f func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// family returns AF_INET or AF_INET6.
func family(c *net.UDPConn) (domain int, err error) {
	err = withFD(c, func(fd int) error {
		domain, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
		return err
	})
	return domain, err
}

// prepare sets the options that r was asked for. What the packets can do
// without (GRO) is asked for but not insisted on.
func prepare(r *Reader) error {
	domain, err := family(r.conn)
	if err != nil {
		return err
	}
	return withFD(r.conn, func(fd int) error {
		if wildcard(r.conn) && !r.cfg.NoLocal {
			level, opt := unix.IPPROTO_IP, unix.IP_PKTINFO
			if domain == unix.AF_INET6 {
				// It reports IPv4 packets on a dual-stack socket too.
				level, opt = unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO
			}
			if err := unix.SetsockoptInt(fd, level, opt, 1); err != nil {
				return err
			}
		}
		if r.cfg.Timestamps {
			// The old form has 32-bit seconds on 32-bit machines.
			err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS_NEW, 1)
			if err != nil {
				err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS_OLD, 1)
			}
			if err != nil {
				return err
			}
		}
		if r.cfg.GRO && unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_GRO, 1) != nil {
			r.cfg.GRO = false
		}
		return nil
	})
}

// Positions in the answer to SO_MEMINFO (linux/sock_diag.h).
const (
	skMemInfoRmemAlloc = 0
	skMemInfoDrops     = 8
	skMemInfoVars      = 9
)

// memInfo asks for the socket's memory counters (Linux 4.12).
func memInfo(c *net.UDPConn) (v [skMemInfoVars]uint32, ok bool) {
	err := withFD(c, func(fd int) error {
		size := uint32(unsafe.Sizeof(v))
		_, _, e := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET,
			unix.SO_MEMINFO, uintptr(unsafe.Pointer(&v)), uintptr(unsafe.Pointer(&size)), 0)
		if e != 0 {
			return e
		}
		if size < uint32(unsafe.Sizeof(v)) {
			return unix.EOPNOTSUPP
		}
		return nil
	})
	return v, err == nil
}

// memInfoDrops returns the kernel's count of packets thrown away.
func memInfoDrops(c *net.UDPConn) (uint32, bool) {
	v, ok := memInfo(c)
	return v[skMemInfoDrops], ok
}

// memInfoWaiting returns the bytes that the kernel charges for the packets that
// wait.
func memInfoWaiting(c *net.UDPConn) (int, bool) {
	v, ok := memInfo(c)
	return int(v[skMemInfoRmemAlloc]), ok
}

// enableOverflow asks for a count of drops with each packet.
func enableOverflow(c *net.UDPConn) bool {
	return withFD(c, func(fd int) error {
		return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1)
	}) == nil
}

// grow asks for a buffer of n bytes and returns what was granted. With
// CAP_NET_ADMIN the system's limit does not apply.
func grow(c *net.UDPConn, opt, force, n int) (granted int, err error) {
	err = withFD(c, func(fd int) error {
		if n > 0 && unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, n) != nil {
			if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, opt, n); err != nil {
				return err
			}
		}
		granted, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, opt)
		return err
	})
	return granted, err
}

func growRecv(c *net.UDPConn, n int) (int, error) {
	return grow(c, unix.SO_RCVBUF, unix.SO_RCVBUFFORCE, n)
}

func growSend(c *net.UDPConn, n int) (int, error) {
	return grow(c, unix.SO_SNDBUF, unix.SO_SNDBUFFORCE, n)
}
