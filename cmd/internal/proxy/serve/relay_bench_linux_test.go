package serve

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// BenchmarkRelay is what a call costs a proxy with transactions: an INVITE with 180
// and 200, its ACK, and a BYE with 200, in batches of so many calls, sent to a socket
// that nobody reads. No transaction ends while it runs, so that each takes new memory.
func BenchmarkRelay(b *testing.B) {
	for _, calls := range []int{1, 16} {
		b.Run(fmt.Sprintf("calls=%d", calls), func(b *testing.B) { relay(b, calls) })
	}
}

func relay(b *testing.B, calls int) {
	sink := listen(b, udp.Config{})
	hop := oneHop{Transport: header.TransportUDP, Addr: sink.LocalAddr()}
	s, err := Start(b.Context(), Config{Workers: 1, Stateful: &Stateful{}, Forward: forward.Config{Router: hop, Locals: []forward.Local{{Addr: loopback, Transport: header.TransportUDP}}}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Shutdown(time.Millisecond)
	f, err := forward.New(s.config.Forward)
	if err != nil {
		b.Fatal(err)
	}
	w := newWorker(s, 0, listen(b, udp.Config{}), f)
	contact := []compose.HeaderField{{ID: header.IDContact, Value: fmt.Appendf(nil, "<sip:b@%v>", sink.LocalAddr())}}
	runtime.LockOSThread() // its processor time is what is measured
	defer runtime.UnlockOSThread()
	took, n := int64(0), 0
	var m codec.Message
	var in, out [][]byte
	step := func() {
		packets := make([]udp.Packet, len(in))
		for i := range in {
			packets[i] = udp.Packet{Data: in[i], Len: len(in[i]), Src: sink.LocalAddr()}
		}
		began := threadTime(b)
		w.forward(packets)
		took += threadTime(b) - began
		if len(w.out) != len(in) {
			b.Fatalf("%d of %d messages leave", len(w.out), len(in))
		}
		in, out = in[:0], out[:0]
		for i := range w.out {
			out = append(out, append([]byte(nil), w.out[i].Data...))
		}
	}
	answer := func(requests [][]byte, status int) {
		for _, r := range requests {
			if err := m.Parse(r); err != nil {
				b.Fatal(err)
			}
			a, err := compose.AppendReply(nil, &m, &compose.Reply{Status: status, Tag: []byte("b"), Fields: contact})
			if err != nil {
				b.Fatal(err)
			}
			in = append(in, a)
		}
	}
	for b.Loop() {
		for range calls {
			n++
			in = append(in, fmt.Appendf(nil, "INVITE sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP %[1]v;branch=z9hG4bK1.%[2]d.i\r\nMax-Forwards: 70\r\nFrom: <sip:a@a.example>;tag=a%[2]d\r\n"+
				"To: <sip:b@b.example>\r\nCall-ID: 1.%[2]d@a.example\r\nCSeq: 1 INVITE\r\nContact: <sip:a@%[1]v>\r\nUser-Agent: relay\r\nContent-Type: application/sdp\r\nContent-Length: %[3]d\r\n\r\n%[4]s",
				sink.LocalAddr(), n, len(relaySDP), relaySDP))
		}
		step()
		invites := append([][]byte(nil), out...)
		answer(invites, 180)
		step()
		answer(invites, 200)
		step()
		within := func(answers [][]byte, method string, cseq int) {
			for _, a := range answers {
				if err := m.Parse(a); err != nil {
					b.Fatal(err)
				}
				id := m.Value(header.IDCallID)
				in = append(in, fmt.Appendf(nil, "%[1]s sip:b@%[2]v SIP/2.0\r\nVia: SIP/2.0/UDP %[2]v;branch=z9hG4bK%[3]s.%[1]s\r\nRoute: %[4]s\r\nMax-Forwards: 70\r\nFrom: %[5]s\r\nTo: %[6]s\r\nCall-ID: %[7]s\r\nCSeq: %[8]d %[1]s\r\nContent-Length: 0\r\n\r\n",
					method, sink.LocalAddr(), strings.TrimSuffix(string(id), "@a.example"), m.Value(header.IDRecordRoute), m.Value(header.IDFrom), m.Value(header.IDTo), id, cseq))
			}
		}
		answers := append([][]byte(nil), out...)
		within(answers, "ACK", 1)
		step()
		within(answers, "BYE", 2)
		step()
		answer(out, 200)
		step()
	}
	b.ReportMetric(float64(took)/float64(n*6), "ns/message")
	sum, _, _ := s.Transactions()
	b.ReportMetric(float64(sum.Bytes)/float64(n), "B/call")
}

const relaySDP = "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
