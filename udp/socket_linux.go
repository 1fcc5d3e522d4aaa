package udp

import (
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// newSystemReceiver makes the receiver of a Linux implementation, or says why
// not.
func newSystemReceiver(r *Reader) (receiver, error) {
	if r.cfg.Impl == IOUring {
		return newUringReceiver(r)
	}
	if err := probeMmsg(r.conn, unix.SYS_RECVMMSG); err != nil {
		return nil, err
	}
	return newMmsgReceiver(r)
}

// newSystemSender is the same for sending.
func newSystemSender(w *Writer) (sender, error) {
	if w.cfg.Impl == IOUring {
		return newUringSender(w)
	}
	if err := probeMmsg(w.conn, unix.SYS_SENDMMSG); err != nil {
		return nil, err
	}
	return newMmsgSender(w)
}

// probeMmsg makes the call for no messages, which does nothing but is refused
// where the call is.
func probeMmsg(c *net.UDPConn, trap uintptr) error {
	return withFD(c, func(fd int) error {
		_, _, e := unix.RawSyscall6(trap, uintptr(fd), 0, 0, unix.MSG_DONTWAIT, 0, 0)
		switch e {
		case unix.ENOSYS, unix.EPERM, unix.EACCES:
			return e
		}
		return nil // an error of the socket is not of the call
	})
}

// refused says why impl failed with err.
func refused(impl Impl, err error) *Refusal {
	r := &Refusal{Impl: impl, Cause: Failed, Err: err}
	var e syscall.Errno
	if !errors.As(err, &e) {
		return r
	}
	switch e {
	case unix.EPERM, unix.EACCES:
		r.Cause = Forbidden
		if impl == IOUring && uringDisabled() {
			r.Cause = Sysctl
		}
	case unix.ENOSYS:
		// Some seccomp profiles answer so too.
		r.Cause = OldKernel
		if major, minor := kernelVersion(); impl == Mmsg || major > 5 || major == 5 && minor >= 1 {
			r.Cause = Forbidden
		}
	case unix.EINVAL, unix.EOPNOTSUPP:
		r.Cause = OldKernel
	}
	return r
}

// uringDisabled reports whether the system administrator has switched io_uring
// off (Linux 6.6): 2 is for all, 1 for processes without privilege.
func uringDisabled() bool {
	b, err := os.ReadFile("/proc/sys/kernel/io_uring_disabled")
	s := strings.TrimSpace(string(b))
	return err == nil && (s == "2" || s == "1")
}

// kernelVersion returns the first two numbers of the kernel's release, 0 if
// they cannot be read.
func kernelVersion() (major, minor int) {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return 0, 0
	}
	parts := strings.SplitN(unix.ByteSliceToString(u.Release[:]), ".", 3)
	if len(parts) < 2 {
		return 0, 0
	}
	major, _ = strconv.Atoi(parts[0])
	minor, _ = strconv.Atoi(parts[1])
	return major, minor
}

// reusePort lets several sockets be bound to one address.
func reusePort(raw syscall.RawConn) error {
	var inner error
	err := raw.Control(func(fd uintptr) {
		inner = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	})
	if err != nil {
		return err
	}
	return inner
}
