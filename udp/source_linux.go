package udp

import "golang.org/x/sys/unix"

// errSource is EINVAL as an error value: what the kernel says to a source
// address that is not its own.
var errSource error = unix.EINVAL

// source returns the control bytes that ask for d.Src.
func (s *portableSender) source(w *Writer, d *Datagram) ([]byte, bool) {
	if !w.asksFor(d) {
		return s.oob[:0], true
	}
	if s.oob == nil {
		s.oob = make([]byte, ctlOut)
	}
	if s.family == 0 {
		var err error
		if s.family, err = family(w.conn); err != nil {
			s.family = 0
			return s.oob[:0], true // closed: let the send say so
		}
	}
	o := outgoing{family: s.family}
	n := o.source(s.oob[:ctlOut], w, d)
	return s.oob[:n], n > 0
}
