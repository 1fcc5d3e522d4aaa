package udp

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// portableSender sends one packet at a time through net.UDPConn. Segments are
// joined in a buffer of its own first.
type portableSender struct {
	conn   *net.UDPConn
	joined []byte
	family int // of the socket, once it has been asked for; Linux only
	oob    []byte
}

func newPortableSender(w *Writer) *portableSender {
	return &portableSender{conn: w.conn}
}

func (s *portableSender) sendSome(w *Writer, ds []Datagram) (done int, err error) {
	d := &ds[0]
	if d.Err = w.check(d); d.Err != nil {
		w.stats.failed.Add(1)
		return 1, nil
	}
	data := d.Data
	if len(d.Segments) > 0 {
		s.joined = append(s.joined[:0], d.Data...)
		for _, seg := range d.Segments {
			s.joined = append(s.joined, seg...)
		}
		data = s.joined
	}
	var ok bool
	if s.oob, ok = s.source(w, d); !ok {
		d.Err = errSource
		w.stats.failed.Add(1)
		return 1, nil
	}
	dst := d.Dst
	if w.remote.IsValid() {
		dst = netip.AddrPort{}
	}
	for again, pauses := 0, 0; ; {
		w.stats.calls.Add(1)
		switch {
		case len(s.oob) > 0:
			_, _, err = s.conn.WriteMsgUDPAddrPort(data, s.oob, dst)
		case w.remote.IsValid():
			_, err = s.conn.Write(data)
		default:
			_, err = s.conn.WriteToUDPAddrPort(data, dst)
		}
		if err == nil {
			return 1, nil
		}
		if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, plainError(err)
		}
		var errno syscall.Errno
		if errors.As(err, &errno) && isEarlier(errno) {
			if errno == syscall.ECONNREFUSED {
				w.stats.peerClosed.Add(1)
			}
			if again++; again < maxAgain {
				continue
			}
		}
		if errors.Is(err, syscall.ENOBUFS) {
			w.stats.noBufs.Add(1)
			if pauses < maxPauses {
				pause(pauses)
				pauses++
				continue
			}
		}
		d.Err = err
		w.stats.failed.Add(1)
		return 1, nil
	}
}

// maxAgain is how often a packet is tried in all while the errors may be those of
// earlier packets.
const maxAgain = 4

// maxPauses and pause bound the wait for a full queue below the socket, of which
// the netpoller knows nothing: twice as long each time, 0.75 ms in all.
const maxPauses = 4

func pause(n int) { time.Sleep(50 * time.Microsecond << n) }

func (s *portableSender) close() error { return nil }
