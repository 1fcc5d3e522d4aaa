package serve

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// BenchmarkPrice is what a message costs the proxy with the system calls, read
// from a full socket: to forward it, to refuse it, and to absorb the ACK for that.
// It comes from one peer or from many, and is forwarded to one. The last two are
// measured with transactions, too. The prices of package admission's simulation are
// made of these.
func BenchmarkPrice(b *testing.B) {
	for _, peers := range []int{1, 32} {
		for _, what := range []string{"forward", "refuse", "absorb"} {
			b.Run(fmt.Sprintf("peers=%d/what=%s", peers, what), func(b *testing.B) { price(b, peers, what, nil) })
			if what != "forward" {
				b.Run(fmt.Sprintf("stateful/peers=%d/what=%s", peers, what), func(b *testing.B) { price(b, peers, what, new(Stateful)) })
			}
		}
	}
}

// listen opens a socket on loopback for as long as the test runs.
func listen(t testing.TB, c udp.Config) *udp.Socket {
	s, err := udp.Listen(t.Context(), "udp4", "127.0.0.1:0", c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func price(b *testing.B, peers int, what string, state *Stateful) {
	open := func() *udp.Socket { return listen(b, udp.Config{RecvBuffer: 1 << 20}) }
	s, err := Start(b.Context(), Config{Workers: 1, Stateful: state, Forward: forward.Config{Router: oneHop{}, Locals: []forward.Local{{Addr: loopback, Transport: header.TransportUDP}}}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Shutdown(time.Millisecond)
	sink, socket := open(), open()
	gate := s.gates[0]    // the one that transactions ask
	for i := range 1000 { // until nothing passes
		if what != "forward" {
			gate.Observe(time.Now().Add(time.Duration(i)*time.Second), time.Second)
		}
	}
	c := s.config.Forward
	c.Router, c.Gate = oneHop{Transport: header.TransportUDP, Addr: sink.LocalAddr()}, gate
	f, err := forward.New(c)
	if err != nil {
		b.Fatal(err)
	}
	w := newWorker(s, 0, socket, f)
	w.meter = newMeter(socket, gate, &w.errorsRead)
	from := make([]*udp.Socket, peers)
	batches := make([][]udp.Datagram, peers)
	for i := range from {
		from[i] = open()
	}
	const n = 64
	for i := range n {
		peer := from[i%peers]
		text := message("INVITE", "UDP", peer.LocalAddr().String())
		text = strings.Replace(text, "Call-ID: c1", fmt.Sprintf("Call-ID: c%02d\r\nX-Filler: %s", i, strings.Repeat("x", 200)), 1)
		if what == "absorb" {
			text = ackOf(text, f, peer.LocalAddr())
		}
		batches[i%peers] = append(batches[i%peers], udp.Datagram{Data: []byte(text), Dst: socket.LocalAddr()})
	}
	empty := func(s *udp.Socket) {
		for {
			if p, err := s.R.ReadNow(); err != nil || len(p) == 0 {
				return
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for i := range from {
			for k := range batches[i] { // one by one, as from many
				if _, err := from[i].W.Write(batches[i][k : k+1]); err != nil {
					b.Fatal(err)
				}
			}
		}
		end := w.count.received.Load() + n
		b.StartTimer()
		for w.count.received.Load() < end && w.read() {
		}
		b.StopTimer()
		empty(sink)
		for i := range from {
			empty(from[i])
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/packet")
	want := map[string]forward.Kind{"forward": forward.Forwarded, "refuse": forward.Answered, "absorb": forward.Absorbed}[what]
	if w.count.kinds[want].Load() != w.count.received.Load() {
		b.Errorf("of %d messages, %d have the end that is measured", w.count.received.Load(), w.count.kinds[want].Load())
	}
}

// ackOf returns the ACK for the answer of a proxy to a request.
func ackOf(invite string, f *forward.Forwarder, from netip.AddrPort) string {
	r := f.Datagram(nil, []byte(invite), forward.Source{Addr: from})
	_, to, _ := strings.Cut(string(r.Data), "\r\nTo: ")
	to, _, _ = strings.Cut(to, "\r\n")
	return strings.NewReplacer("To: <sip:b@b.example>", "To: "+to, "INVITE", "ACK").Replace(invite)
}
