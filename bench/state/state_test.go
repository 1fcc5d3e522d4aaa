//go:build unix

// Package state measures what a transaction costs over a stateless answer,
// next to sipgo's transaction layer, and what a million of them cost:
//
//	go -C bench test ./state -bench . -benchtime 200000x
//	go -C bench test ./state -run Million -v -million
//
// No socket takes part: the messages come from memory. The figures in cpu-ns/op
// are user and system time of the whole process, since sipgo works in several
// goroutines.
package state

import (
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// A request is an OPTIONS, or INVITE, of about 700 bytes whose branch and
// Call-ID are changed in place, so that each is another one.
type request struct {
	b      []byte
	at     []int // where the number is, eight hexadecimal digits
	number uint32
}

func newRequest(method string) *request {
	r := &request{}
	r.b = []byte(method + " sip:bob@biloxi.example.com SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP client.atlanta.example.com:5060;branch=z9hG4bK74bf9########;rport\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bKhjhs8ass877;received=192.0.2.17\r\n" +
		"Max-Forwards: 69\r\nFrom: \"Alice\" <sip:alice@atlanta.example.com>;tag=9fxced76sl########\r\n" +
		"To: Bob <sip:bob@biloxi.example.com>\r\nCall-ID: 3848276298220188511########@atlanta.example.com\r\nCSeq: 1 " + method + "\r\n" +
		"Contact: <sip:alice@client.atlanta.example.com;transport=udp>\r\nUser-Agent: SoftPhone Beta 1.5 (build 5521)\r\n" +
		"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO\r\nSupported: replaces, timer, path\r\n" +
		"Accept: application/sdp, application/pidf+xml\r\nContent-Length: 0\r\n\r\n")
	for i := range r.b {
		if r.b[i] == '#' && (len(r.at) == 0 || i >= r.at[len(r.at)-1]+8) {
			r.at = append(r.at, i)
		}
	}
	return r
}

// next returns the next request. It is valid until the one after it.
func (r *request) next() []byte {
	r.number++
	for _, at := range r.at {
		for k := range 8 {
			r.b[at+k] = "0123456789abcdef"[r.number>>(28-4*k)&15]
		}
	}
	return r.b
}

var from = transaction.Addr{IP: netip.MustParseAddrPort("192.0.2.1:5060"), Transport: header.TransportUDP}

// output counts what is sent.
type output struct{ n, bytes int }

func (o *output) Send(_ transaction.Handle, _ transaction.Addr, b []byte) {
	o.n++
	o.bytes += len(b)
}

func cpu() time.Duration {
	var u unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func measured(b *testing.B, f func()) {
	b.ReportAllocs()
	start := cpu()
	f()
	b.ReportMetric(float64(cpu()-start)/float64(b.N), "cpu-ns/op")
}

var repeats = map[string]int{"repeat=no": 1, "repeat=yes": 2}

// BenchmarkServer: a request is received and answered, and, with repeat=yes,
// comes again and is answered again.
func BenchmarkServer(b *testing.B) {
	for name, copies := range repeats {
		b.Run("impl=stateless/"+name, func(b *testing.B) { stateless(b, copies) })
		for _, alive := range []struct {
			name  string
			count int
		}{{"alive=1k", 1000}, {"alive=32k", 32000}, {"alive=1M", 1000000}} {
			b.Run("impl=sipwire/"+name+"/"+alive.name, func(b *testing.B) { transactions(b, copies, alive.count) })
		}
	}
	for name, copies := range repeats {
		b.Run("impl=sipgo-stateless/"+name, func(b *testing.B) { sipgo(b, false, copies) })
		b.Run("impl=sipgo/"+name, func(b *testing.B) { sipgo(b, true, copies) })
	}
}

var ok = compose.Reply{Status: 200, Tag: []byte("a6c85cf"), Source: from.IP}

func stateless(b *testing.B, copies int) {
	r := newRequest("OPTIONS")
	var m codec.Message
	var out []byte
	measured(b, func() {
		for b.Loop() {
			s := r.next()
			for range copies {
				if m.Parse(s) != nil {
					b.Fatal("it does not parse")
				}
				var err error
				if out, err = compose.AppendReply(out[:0], &m, &ok); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// transactions keeps as many of them alive: each new one ends one.
func transactions(b *testing.B, copies, alive int) {
	r := newRequest("OPTIONS")
	var m codec.Message
	var out output
	l := transaction.New(&out, transaction.Config{MaxTransactions: 2 * alive})
	step := 32 * time.Second / time.Duration(alive)
	now := time.Duration(0)
	one := func() {
		now += step
		s := r.next()
		_ = m.Parse(s)
		ev := l.Receive(&m, from, now)
		if err := l.Reply(ev.Tx, &m, &ok, now); err != nil {
			b.Fatal(err)
		}
		for range copies - 1 {
			_ = m.Parse(s)
			l.Receive(&m, from, now)
		}
		for {
			if _, ok := l.Advance(now); !ok {
				break
			}
		}
	}
	for range alive * 21 / 20 {
		one()
	}
	before, sent := l.Stats(), out.n
	measured(b, func() {
		for b.Loop() {
			one()
		}
	})
	after := l.Stats()
	if after.Duplicates-before.Duplicates != uint64(b.N*(copies-1)) || out.n-sent != b.N*copies {
		b.Fatalf("%d sent for %d requests, %+v", out.n-sent, b.N, after)
	}
	b.ReportMetric(float64(after.Transactions), "alive")
}
