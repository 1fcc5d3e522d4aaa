//go:build !linux

package udp

import (
	"errors"
	"net"
	"syscall"
)

// Systems other than Linux have the portable implementation only, and say
// nothing beside a packet.

const uringSlotHeader = 0

func uringBuffers(batch int) int { return batch }

func newSystemReceiver(*Reader) (receiver, error) { return nil, errOtherSystem }
func newSystemSender(*Writer) (sender, error)     { return nil, errOtherSystem }

var errOtherSystem = errors.New("not on this operating system")

func refused(impl Impl, err error) *Refusal {
	if err == errOtherSystem {
		return &Refusal{Impl: impl, Cause: OtherSystem}
	}
	return &Refusal{Impl: impl, Cause: Failed, Err: err}
}

func controlSize(*Reader) int                  { return 0 }
func (*control) parse([]byte)                  {}
func prepare(*Reader) error                    { return nil }
func memInfoDrops(*net.UDPConn) (uint32, bool) { return 0, false }
func memInfoWaiting(*net.UDPConn) (int, bool)  { return 0, false }
func enableOverflow(*net.UDPConn) bool         { return false }

// The net package sets buffers but does not say what was granted.
func growRecv(c *net.UDPConn, n int) (int, error) {
	if n <= 0 {
		return 0, nil
	}
	return 0, c.SetReadBuffer(n)
}

func growSend(c *net.UDPConn, n int) (int, error) {
	if n <= 0 {
		return 0, nil
	}
	return 0, c.SetWriteBuffer(n)
}

// isEarlier reports whether an error of sending may be that of an earlier packet,
// told by ICMP. It is gone once told; one of the packet at hand comes again.
func isEarlier(e syscall.Errno) bool {
	switch e {
	case syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENOPROTOOPT,
		syscall.EPROTO, syscall.EHOSTDOWN, syscall.EACCES:
		return true
	}
	return false
}

var errReusePort = errors.New("udp: SO_REUSEPORT is supported on Linux only")

func reusePort(syscall.RawConn) error { return errReusePort }

var errSource = errors.New("udp: a source address can be chosen on Linux only")

// source accepts no other source than the address that the socket is bound to.
func (s *portableSender) source(w *Writer, d *Datagram) ([]byte, bool) {
	if !w.asksFor(d) {
		return nil, true
	}
	a, ok := w.conn.LocalAddr().(*net.UDPAddr)
	return nil, ok && a.AddrPort().Addr().Unmap() == d.Src.Unmap()
}
