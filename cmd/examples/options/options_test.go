package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// request returns a request; via is what follows the sent-by.
func request(method, via string, more ...string) []byte {
	return fmt.Appendf(nil, "%s sip:carol@chicago.example.com SIP/2.0\r\n"+
		"Via: SIP/2.0/UDP pc33.atlanta.example.com%s;branch=z9hG4bKhjhs8ass877\r\n"+
		"Max-Forwards: 70\r\n"+
		"To: <sip:carol@chicago.example.com>\r\n"+
		"From: Alice <sip:alice@atlanta.example.com>;tag=1928301774\r\n"+
		"Call-ID: a84b4c76e66710\r\n"+
		"CSeq: 63104 %[1]s\r\n%[3]s"+
		"Content-Length: 0\r\n\r\n", method, via, strings.Join(more, ""))
}

var src = netip.MustParseAddrPort("192.0.2.4:6000")

func TestAnswer(t *testing.T) {
	a := newAnswerer()
	for _, tt := range []struct {
		name   string
		in     []byte
		status int // 0: no answer
		to     string
		lines  []string
	}{
		{"rport", request("OPTIONS", ";rport"), 200, "192.0.2.4:6000", []string{"Allow: OPTIONS"}},
		{"port", request("OPTIONS", ":5070"), 200, "192.0.2.4:5070", nil},
		{"no port", request("OPTIONS", ""), 200, "192.0.2.4:5060", nil},
		{"maddr", request("OPTIONS", ";maddr=203.0.113.9"), 200, "192.0.2.4:5060", nil},
		{"method", request("INVITE", ";rport"), 405, "192.0.2.4:6000", []string{"Allow: OPTIONS"}},
		{"unknown method", request("JUGGLE", ";rport"), 405, "192.0.2.4:6000", nil},
		{"require", request("OPTIONS", ";rport", "Require: 100rel,\r\n foo\r\nRequire: bar\r\n"), 420, "192.0.2.4:6000",
			[]string{"Unsupported: 100rel", "Unsupported: foo", "Unsupported: bar"}},
		{"ACK", request("ACK", ""), 0, "", nil},
		{"CANCEL", request("CANCEL", ";rport"), 481, "192.0.2.4:6000", nil},
		{"two lengths", request("OPTIONS", ";rport", "Content-Length: 1\r\n"), 400, "192.0.2.4:6000", nil},
		{"length too large", []byte(strings.Replace(string(request("OPTIONS", ";rport")), "Length: 0", "Length: 5", 1)), 400, "192.0.2.4:6000", nil},
		{"keep-alive", []byte("\r\n\r\n"), 0, "", nil},
		{"nothing", nil, 0, "", nil},
		{"noise", []byte("GET / HTTP/1.1\r\n\r\n"), 0, "", nil},
		{"response", []byte(strings.Replace(string(request("OPTIONS", "")), "OPTIONS sip:carol@chicago.example.com SIP/2.0", "SIP/2.0 200 OK", 1)), 0, "", nil},
		{"no Via", []byte(strings.Replace(string(request("OPTIONS", "")), "Via:", "Vya:", 1)), 0, "", nil},
		{"no Call-ID", []byte(strings.Replace(string(request("OPTIONS", "")), "Call-ID:", "Call-Id-Not:", 1)), 0, "", nil},
	} {
		before := []byte("before ")
		out, to := a.answer(before, tt.in, src)
		if string(out[:7]) != "before " {
			t.Fatalf("%s: what stood before is gone", tt.name)
		}
		out = out[7:]
		if tt.status == 0 {
			if len(out) != 0 {
				t.Errorf("%s: answered\n%s", tt.name, out)
			}
			continue
		}
		var m codec.Message
		if err := m.Parse(out); err != nil || m.Status() != tt.status || to.String() != tt.to {
			t.Errorf("%s: %v, status %d to %v, want %d to %s\n%s", tt.name, err, m.Status(), to, tt.status, tt.to, out)
			continue
		}
		if to, err := m.To(); err != nil || len(to.Tag()) == 0 {
			t.Errorf("%s: no tag", tt.name)
		}
		for _, l := range tt.lines {
			if !strings.Contains(string(out), "\r\n"+l+"\r\n") {
				t.Errorf("%s: no %q in\n%s", tt.name, l, out)
			}
		}
	}
}

// The same request has the same answer, another one another tag, and nobody
// else makes the same tags (RFC 3261, 8.2.7 and 19.3).
func TestTag(t *testing.T) {
	a, b := newAnswerer(), newAnswerer()
	tag := func(a *answerer, in []byte) string {
		out, _ := a.answer(nil, in, src)
		var m codec.Message
		m.Parse(out)
		to, err := m.To()
		if err != nil {
			t.Fatal(err)
		}
		return string(to.Tag())
	}
	one := request("OPTIONS", "")
	two := []byte(strings.Replace(string(one), "hjhs8ass877", "hjhs8ass878", 1))
	first := tag(a, one)
	if tag(a, one) != first {
		t.Error("a retransmission has another tag")
	}
	if first == tag(a, two) || first == tag(b, one) {
		t.Error("the tag can be foreseen")
	}
	tagged := []byte(strings.Replace(string(one), "To: <sip:carol@chicago.example.com>", "To: <sip:carol@chicago.example.com>;tag=theirs", 1))
	if got := tag(a, tagged); got != "theirs" {
		t.Errorf("the tag of a dialog became %s", got)
	}
}

func TestAllocs(t *testing.T) {
	a := newAnswerer()
	dst := make([]byte, 0, 2048)
	for name, in := range map[string][]byte{
		"OPTIONS": request("OPTIONS", ";rport"),
		"INVITE":  request("INVITE", ""),
		"require": request("OPTIONS", "", "Require: a, b\r\n"),
		"noise":   []byte("noise"),
		"no From": []byte(strings.Replace(string(request("OPTIONS", "")), "From:", "Fram:", 1)),
	} {
		a.answer(dst, in, src)
		if n := testing.AllocsPerRun(100, func() { a.answer(dst, in, src) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Over the network, with each way of talking to the kernel: each request has
// its answer, from the address that was asked.
func TestServe(t *testing.T) {
	for _, impl := range []udp.Impl{udp.Portable, udp.Mmsg, udp.IOUring} {
		t.Run(impl.String(), func(t *testing.T) {
			s, err := udp.Listen(context.Background(), "udp4", "127.0.0.1:0", udp.Config{Impl: impl, RecvBuffer: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%v is used, refused: %v", s.Impl(), s.Refusals())
			done := make(chan error)
			go func() { done <- serve(s) }()
			c, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(s.LocalAddr()))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(20 * time.Second))
			const n, atOnce = 1000, 50
			var m codec.Message
			b := make([]byte, 65535)
			for i := 0; i < n; i += atOnce {
				for j := range atOnce {
					c.Write(request("OPTIONS", ";rport", fmt.Sprintf("Subject: %d\r\n", i+j)))
					c.Write([]byte("noise"))
				}
				for range atOnce {
					k, err := c.Read(b)
					if err != nil {
						t.Fatal(err)
					}
					if err := m.Parse(b[:k]); err != nil || m.Status() != 200 || string(m.Value(header.IDCallID)) != "a84b4c76e66710" {
						t.Fatalf("%v\n%s", err, b[:k])
					}
				}
			}
			s.Close()
			if err := <-done; err != nil {
				t.Errorf("serve: %v", err)
			}
			if st := s.W.Stats(); st.Packets != n {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestRun(t *testing.T) {
	for _, readers := range []int{1, 2} {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		// A busy machine may come to listening after that.
		if err := run(ctx, "127.0.0.1:0", readers); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%d readers: %v", readers, err)
		}
	}
	if err := run(context.Background(), "not an address", 1); err == nil {
		t.Error("listened on no address")
	}
}
