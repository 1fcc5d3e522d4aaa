package serve

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/admission"
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
	"golang.org/x/sys/unix"
)

// BenchmarkMix is what a call costs a proxy without transactions, with the system
// calls: six messages that come between those of others, from a full socket, each
// alone or in runs of 8, as from a peer that sends in batches. With refused calls
// beside it, what they add is what is lost in an overload. The time is that of the
// processor, the tenth part that is least.
func BenchmarkMix(b *testing.B) {
	for _, gro := range []bool{false, true} {
		for _, run := range []int{1, 8} {
			for _, refused := range []int{0, 1} {
				b.Run(fmt.Sprintf("gro=%v/run=%d/refused=%d", gro, run, refused), func(b *testing.B) { mix(b, gro, run, refused) })
			}
		}
	}
}

// refuseSome refuses the calls whose Call-ID begins with r.
type refuseSome struct{}

func (refuseSome) Admit(m *codec.Message, _ forward.Source) (forward.Verdict, int) {
	if id := m.Value(header.IDCallID); m.Method() == header.MethodINVITE && len(id) > 0 && id[0] == 'r' {
		return forward.Refuse, 5
	}
	return forward.Admit, 0
}

func mix(b *testing.B, gro bool, run, refused int) {
	open := func(gro bool) *udp.Socket { return listen(b, udp.Config{RecvBuffer: 4 << 20, GRO: gro}) }
	s, err := Start(b.Context(), Config{Workers: 1, Forward: forward.Config{Router: oneHop{}, Locals: []forward.Local{{Addr: loopback, Transport: header.TransportUDP}}}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Shutdown(time.Millisecond)
	caller, callee, socket := open(true), open(true), open(gro)
	c := s.config.Forward
	c.Router, c.Gate = oneHop{Transport: header.TransportUDP, Addr: callee.LocalAddr()}, refuseSome{}
	f, err := forward.New(c)
	if err != nil {
		b.Fatal(err)
	}
	w := newWorker(s, 0, socket, f)
	w.meter = newMeter(socket, admission.New(admission.Config{Off: true}, time.Now), &w.errorsRead)
	const calls = 128
	type sending struct {
		from *udp.Socket
		run  []udp.Datagram
	}
	var all []sending
	begun, total := map[int]*sending{}, 0 // by the kind of message
	add := func(kind int, from *udp.Socket, text string) {
		s := begun[kind]
		if s == nil {
			s = &sending{from: from}
			begun[kind] = s
		}
		total++
		s.run = append(s.run, udp.Datagram{Data: []byte(text), Dst: socket.LocalAddr()})
		if len(s.run) == run {
			all = append(all, *s)
			delete(begun, kind)
		}
	}
	for i := range calls {
		for k, m := range callMessages(f, fmt.Sprintf("a%03d", i), caller.LocalAddr()) {
			if strings.HasPrefix(m, "SIP/") {
				add(k, callee, m)
			} else {
				add(k, caller, m)
			}
		}
		for k := range refused {
			invite := inviteOf(fmt.Sprintf("r%d%03d", k, i), caller.LocalAddr())
			add(10, caller, invite)
			add(11, caller, ackOf(invite, f, caller.LocalAddr()))
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	empty := func(s *udp.Socket) {
		for {
			if p, err := s.R.ReadNow(); err != nil || len(p) == 0 {
				return
			}
		}
	}
	runtime.LockOSThread() // its processor time is what is measured
	defer runtime.UnlockOSThread()
	var took []int64
	for b.Loop() {
		for i := range all {
			if _, err := all[i].from.W.Write(all[i].run); err != nil {
				b.Fatal(err)
			}
		}
		end := w.count.received.Load() + uint64(total)
		begin := threadTime(b)
		for w.count.received.Load() < end && w.read() {
		}
		took = append(took, threadTime(b)-begin)
		empty(caller)
		empty(callee)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/10])/calls, "ns/call")
	st := socket.W.Stats()
	b.ReportMetric(float64(st.Packets)/float64(st.GSORuns+st.Packets-st.GSOPackets), "packets/send")
	n := w.count.received.Load()
	if got := w.count.kinds[forward.Forwarded].Load(); got*uint64(total) != n*6*calls {
		b.Errorf("of %d messages, %d were forwarded", n, got)
	}
}

// threadTime is the processor time of this thread.
func threadTime(b *testing.B) int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return t.Nano()
}

// inviteOf is the INVITE of a call.
func inviteOf(call string, from netip.AddrPort) string {
	return strings.Replace(message("INVITE", "UDP", from.String()), "Call-ID: c1",
		fmt.Sprintf("Call-ID: %s\r\nContact: <sip:a@%v>\r\nX-Filler: %s", call, from, strings.Repeat("x", 150)), 1)
}

// callMessages are the messages of a call as the proxy receives them.
func callMessages(f *forward.Forwarder, call string, from netip.AddrPort) []string {
	invite := inviteOf(call, from)
	answer := func(status, request string) string {
		r := f.Datagram(nil, []byte(request), forward.Source{Addr: from})
		_, rest, _ := strings.Cut(string(r.Data), "\r\n")
		rest = strings.Replace(rest, "To: <sip:b@b.example>\r\n", "To: <sip:b@b.example>;tag=2\r\n", 1)
		return "SIP/2.0 " + status + "\r\n" + rest
	}
	within := func(method string) string {
		return strings.NewReplacer("To: <sip:b@b.example>", "To: <sip:b@b.example>;tag=2", "INVITE", method, "z9hG4bKa", "z9hG4bK"+method).Replace(message("INVITE", "UDP", from.String()))
	}
	bye := strings.Replace(within("BYE"), "Call-ID: c1", "Call-ID: "+call, 1)
	ack := strings.Replace(within("ACK"), "Call-ID: c1", "Call-ID: "+call, 1)
	return []string{invite, answer("180 Ringing", invite), answer("200 OK", invite), ack, bye, answer("200 OK", bye)}
}
