package serve

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// BenchmarkWorker forwards full batches as a worker does, to a socket that
// nobody reads.
func BenchmarkWorker(b *testing.B) {
	s, err := Start(b.Context(), Config{Workers: 1, Forward: forward.Config{Router: oneHop{}, Locals: []forward.Local{{Addr: loopback, Transport: header.TransportUDP}}}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Shutdown(time.Millisecond)
	sink, err := udp.Listen(b.Context(), "udp", "127.0.0.1:0", udp.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer sink.Close()
	c := s.config.Forward
	c.Router, c.Gate = oneHop{Addr: sink.LocalAddr()}, nil
	f, err := forward.New(c)
	if err != nil {
		b.Fatal(err)
	}
	w := newWorker(s, 0, s.workers[0].socket, f)
	for _, lengths := range []int{1, 3} {
		b.Run(fmt.Sprintf("lengths=%d", lengths), func(b *testing.B) {
			full := make([]udp.Packet, batch)
			for i := range full {
				text := strings.Replace(message("INVITE", "UDP", "h.example"), "Call-ID: c1", fmt.Sprintf("Call-ID: c%02d", i), 1)
				filler := "X-Filler: " + strings.Repeat("x", 300*(i%lengths)) + "\r\nContent-Length"
				text = strings.Replace(text, "Content-Length", filler, 1)
				full[i] = udp.Packet{Data: []byte(text), Src: sink.LocalAddr(), Len: len(text)}
			}
			b.ReportAllocs()
			for b.Loop() {
				w.forward(full)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/packet")
		})
	}
}
