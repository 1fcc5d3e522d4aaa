package serve

import (
	"errors"
	"net"
	"net/netip"
	"os"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// A worker forwards what one UDP socket receives: a batch is read, and what
// goes out over the same address is written as one batch.
type worker struct {
	s      *Server
	local  int
	socket *udp.Socket
	f      *forward.Forwarder
	count  counter

	buf   []byte         // the messages of a batch that go out
	out   []udp.Datagram // over this socket
	kinds []forward.Kind // of each in out
}

// run works until the socket is closed or its deadline has passed.
func (w *worker) run() {
	for {
		packets, err := w.socket.R.Read()
		if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		// Another error is one of the socket, and no packet is lost by it.
		w.forward(packets)
	}
}

// forward forwards a batch.
func (w *worker) forward(packets []udp.Packet) {
	w.buf, w.out, w.kinds = w.buf[:0], w.out[:0], w.kinds[:0]
	w.count.received.Add(uint64(len(packets)))
	for i := range packets {
		p := &packets[i]
		if p.Truncated() {
			w.count.end(forward.Dropped, forward.Malformed)
			continue
		}
		r := w.f.Datagram(w.buf, p.Data, forward.Source{Local: w.local, Addr: p.Src})
		if r.Kind != forward.Forwarded && r.Kind != forward.Answered {
			w.count.end(r.Kind, r.Cause)
			continue
		}
		msg := r.Data[len(w.buf):]
		w.buf = r.Data
		if r.To.Transport != header.TransportUDP || r.Local != w.local {
			w.s.send(&r, msg, &w.count)
			continue
		}
		// An answer leaves from the address that its request was sent to.
		var from netip.Addr
		if r.Kind == forward.Answered && w.socket.LocalAddr().Addr().IsUnspecified() {
			from = p.Dst.Addr()
		}
		w.out = append(w.out, udp.Datagram{Data: msg, Dst: r.To.Addr, Src: from})
		w.kinds = append(w.kinds, r.Kind)
	}
	if len(w.out) == 0 {
		return
	}
	_, _ = w.socket.W.Write(w.out) // what became of each is in its Err
	for i := range w.out {
		if w.out[i].Err != nil {
			w.count.end(forward.Dropped, forward.SendFailed)
		} else {
			w.count.end(w.kinds[i], 0)
		}
	}
}
