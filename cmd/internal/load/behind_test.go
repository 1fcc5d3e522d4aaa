package load

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
)

// optionsRunner is a run of OPTIONS with one worker.
func optionsRunner(t *testing.T, target netip.AddrPort, calls uint64) *Runner {
	t.Helper()
	data, _ := scenario.Builtin("options")
	p, err := scenario.Compile("options", data, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := engine.Defaults(p)
	cfg.Target = target
	r := &Runner{Engine: cfg, Transport: "u1", Local: netip.MustParseAddrPort("127.0.0.1:0"), Rate: &Rate{Base: 100_000}, Calls: calls, Workers: 1}
	if err := r.Prepare(t.Context(), engine.NewShared()); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestAnswerBeforeRepeat keeps a worker from its processor for two seconds. The
// answer came meanwhile: the request is not repeated, though its time is over.
func TestAnswerBeforeRepeat(t *testing.T) {
	target, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	r := optionsRunner(t, target.LocalAddr().(*net.UDPAddr).AddrPort(), 1)
	w, u := r.workers[0], r.carriers[0].(*udpCarrier)
	w.engine.Start(0, 0, 0)
	w.begun = 1
	u.flush()

	buf := make([]byte, 4096)
	target.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, from, err := target.ReadFromUDPAddrPort(buf)
	if err != nil {
		t.Fatal(err)
	}
	var m codec.Message
	if err := m.Parse(buf[:n]); err != nil {
		t.Fatal(err)
	}
	answer, err := compose.AppendReply(nil, &m, &compose.Reply{Status: 200, Tag: []byte("t")})
	if err != nil {
		t.Fatal(err)
	}
	target.WriteToUDPAddrPort(answer, from)

	w.clock = clock{time.Now().Add(-2 * time.Second)}
	if err := w.loop(u); err != nil {
		t.Fatal(err)
	}
	if c := &w.engine.Counts; c.Successful != 1 || c.RepeatedByTimer != 0 {
		t.Errorf("%d successful, %d repeated", c.Successful, c.RepeatedByTimer)
	}
}

// TestAtOnce has a worker that is late begin its calls in groups, between which
// it reads.
func TestAtOnce(t *testing.T) {
	r := optionsRunner(t, netip.MustParseAddrPort("127.0.0.1:9"), 2*atOnce+10)
	defer r.carriers[0].close()
	w := r.workers[0]
	w.engine.Full = nil
	const now = int64(time.Second)
	for _, want := range []uint64{atOnce, 2 * atOnce, 2*atOnce + 10} {
		if w.begin(now); w.begun != want || w.done != (want == 2*atOnce+10) {
			t.Fatalf("%d calls have begun, want %d; done is %t", w.begun, want, w.done)
		}
		if at := w.next(now); !w.done && at > now {
			t.Errorf("it waits until %d", at)
		}
	}
}

// TestIdleAtOnce has many users without a call begin theirs in groups.
func TestIdleAtOnce(t *testing.T) {
	r := optionsRunner(t, netip.MustParseAddrPort("127.0.0.1:9"), 0)
	defer r.carriers[0].close()
	w := r.workers[0]
	w.engine.Full, w.arrivals = nil, nil
	for user := range 2*atOnce + 10 {
		w.idle = append(w.idle, user+1)
	}
	for _, want := range []uint64{atOnce, 2 * atOnce, 2*atOnce + 10} {
		if w.begin(0); w.begun != want || w.done {
			t.Fatalf("%d calls have begun, want %d; done is %t", w.begun, want, w.done)
		}
		if at := w.next(0); len(w.idle) > 0 && (at > 0 || w.idle[0] != int(want)+1) {
			t.Errorf("it waits until %d, user %d is the next", at, w.idle[0])
		}
	}
}

// TestLateBehindFull has a worker that is a second late with more messages than wait
// at once: those behind the first group count by the time that they leave, not by
// that of the call which made them.
func TestLateBehindFull(t *testing.T) {
	target, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	r := optionsRunner(t, target.LocalAddr().(*net.UDPAddr).AddrPort(), 0)
	defer r.carriers[0].close()
	w := r.workers[0]
	w.clock = clock{time.Now().Add(-time.Second)}
	for range atOnce + 1 {
		w.engine.Start(0, 0, 0)
	}
	if c := &w.engine.Counts; c.MaxLate < int64(time.Second) || c.LateSends != 1 {
		t.Errorf("at most %v late, %d late sends", time.Duration(c.MaxLate), c.LateSends)
	}
}
