package serve

import (
	"fmt"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/admission"
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// floodRouter calls flood, if there is one, at the first message of a batch.
type floodRouter struct {
	to    forward.Target
	flood func()
}

func (r *floodRouter) Route(*codec.Message, forward.Source) (forward.Target, bool) {
	if f := r.flood; f != nil {
		r.flood = nil
		f()
	}
	return r.to, true
}

// TestMeterSmallBuffer: a small buffer that is full of runs has fewer of them than one
// Read takes. The Read empties it, and what came meanwhile is lost: the gate refuses
// all the same. A batch behind which nothing comes is no reason to refuse.
func TestMeterSmallBuffer(t *testing.T) {
	callee, caller := listen(t, udp.Config{}), listen(t, udp.Config{})
	socket := listen(t, udp.Config{GRO: true, RecvBuffer: 212992}) // what a process without CAP_NET_ADMIN gets
	s := start(t, forward.Target{Addr: callee.LocalAddr()}, nil)
	defer s.Shutdown(time.Millisecond)
	c := s.config.Forward
	router := &floodRouter{to: forward.Target{Transport: header.TransportUDP, Addr: callee.LocalAddr()}}
	// With so long a delay only the part of the buffer that is taken counts, and not
	// how fast the machine is.
	gate := admission.New(admission.Config{Delay: time.Hour}, time.Now)
	c.Router, c.Gate = router, gate
	f, err := forward.New(c)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorker(s, 0, socket, f)
	w.meter = newMeter(socket, gate, &w.errorsRead)

	var run []udp.Datagram
	for i := range 64 {
		run = append(run, udp.Datagram{Data: []byte(inviteOf(fmt.Sprintf("c%02d", i), caller.LocalAddr())), Dst: socket.LocalAddr()})
	}
	flood := func() { // more than the buffer has room for
		for range 40 {
			_, _ = caller.W.Write(run)
		}
	}
	end := time.Now().Add(20 * time.Second)
	socket.R.SetReadDeadline(end)
	caller.W.Write(run)
	if !w.read() {
		t.Fatal("nothing was received")
	}
	if !socket.R.Stats().DropsAreRuns || caller.W.Stats().GSORuns == 0 {
		t.Log("NOT RUN: this machine lacks UDP_GRO or UDP_SEGMENT")
		return
	}
	if gate.Level() > 0 {
		t.Errorf("level %v after a batch behind which nothing came", gate.Level())
	}
	for n := 0; gate.Level() == 0; n++ {
		if n == 100 || time.Now().After(end) {
			t.Fatalf("nothing is refused after %d full buffers: %+v", n, socket.R.Stats())
		}
		if n == 0 {
			flood()
		}
		router.flood = flood
		if !w.read() {
			t.Fatal("nothing was received")
		}
	}
}
