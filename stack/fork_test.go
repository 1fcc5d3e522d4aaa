package stack

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack/resolve"
)

// A script is the other side, by hand.
type script struct {
	t *testing.T
	c net.PacketConn
}

func newScript(t *testing.T) *script {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(60 * time.Second))
	return &script{t, c}
}

// read returns the next message of a method, and passes over others.
func (s *script) read(method string) (*codec.Message, net.Addr) {
	for {
		b := make([]byte, 4000)
		n, from, err := s.c.ReadFrom(b)
		if err != nil {
			s.t.Errorf("%s did not come: %v", method, err)
			return nil, nil
		}
		m := new(codec.Message)
		if m.Parse(b[:n]) == nil && string(m.MethodBytes()) == method {
			return m, from
		}
	}
}

func (s *script) answer(m *codec.Message, to net.Addr, r compose.Reply) {
	r.Source = to.(*net.UDPAddr).AddrPort()
	r.Fields = append(r.Fields, compose.HeaderField{ID: header.IDContact, Value: []byte("<sip:" + s.c.LocalAddr().String() + ">")})
	b, err := compose.AppendReply(nil, m, &r)
	if err != nil {
		s.t.Error(err)
		return
	}
	if _, err := s.c.WriteTo(b, to); err != nil {
		s.t.Error(err)
	}
}

func tagOf(m *codec.Message) string {
	to, err := m.To()
	if err != nil {
		return ""
	}
	return string(to.Tag())
}

// TestFork is an INVITE with two answers: the first one is the call, the second
// one is acknowledged and ended (RFC 3261, 13.2.2.4).
func TestFork(t *testing.T) {
	ctx := soon(t)
	far := newScript(t)
	alice := open(t, Config{})
	done := make(chan string)
	go func() {
		defer close(done)
		m, from := far.read("INVITE")
		if m == nil {
			return
		}
		far.answer(m, from, compose.Reply{Status: 200, Tag: []byte("one")})
		if ack, _ := far.read("ACK"); ack == nil || tagOf(ack) != "one" {
			t.Errorf("ACK: %v", ack)
		}
		far.answer(m, from, compose.Reply{Status: 200, Tag: []byte("two")})
		if ack, _ := far.read("ACK"); ack == nil || tagOf(ack) != "two" {
			t.Errorf("ACK: %v", ack)
		}
		bye, from := far.read("BYE")
		if bye == nil || tagOf(bye) != "two" {
			t.Errorf("BYE: %v", bye)
			return
		}
		far.answer(bye, from, compose.Reply{Status: 200})
		// The first 2xx again: its ACK is repeated.
		far.answer(m, from, compose.Reply{Status: 200, Tag: []byte("one")})
		if ack, _ := far.read("ACK"); ack == nil || tagOf(ack) != "one" {
			t.Errorf("ACK: %v", ack)
		}
	}()
	res, err := alice.Do(ctx, invite("sip:"+far.c.LocalAddr().String()))
	if err != nil || res.Status() != 200 || tagOf(res.Message) != "one" {
		t.Fatal(res, err)
	}
	<-done
	until(t, "one dialog is left", func() bool { return alice.Stats().Dialogs == 1 })
}

// TestReliable sends a reliable provisional response: the PRACK comes by itself
// (RFC 3262).
func TestReliable(t *testing.T) {
	ctx := soon(t)
	bob := open(t, Config{Handler: HandlerFunc(func(r *Request) {
		if err := r.RespondReliably(status(183)); err != nil {
			t.Error(err)
		}
		// A second one is not allowed before the PRACK of the first one.
		until(t, "PRACK", func() bool { return r.RespondReliably(status(180)) == nil })
		until(t, "PRACK", func() bool { return r.RespondReliably(status(182)) == nil })
		_ = r.Respond(status(200))
	})})
	alice := open(t, Config{})
	call := invite(bob.URI("", header.TransportUDP))
	call.Fields = []compose.HeaderField{{ID: header.IDSupported, Value: []byte("100rel")}}
	var got []int
	call.Provisional = func(r *Response) { got = append(got, r.Status()) }
	res, err := alice.Do(ctx, call)
	if err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	if len(got) != 3 || got[0] != 183 || got[1] != 180 || got[2] != 182 {
		t.Errorf("provisional responses %v", got)
	}
	if err := res.Dialog.Bye(ctx); err != nil {
		t.Fatal(err)
	}
}

// TestChallenge answers a 407 to an INVITE and to an INFO of its dialog.
func TestChallenge(t *testing.T) {
	ctx := soon(t)
	far := newScript(t)
	alice := open(t, Config{})
	challenge := compose.Reply{Status: 407, Tag: []byte("one"), Fields: []compose.HeaderField{
		{ID: header.IDProxyAuthenticate, Value: []byte(`Digest realm="r", nonce="n", algorithm=MD5, qop="auth"`)}}}
	done := make(chan bool)
	go func() {
		defer close(done)
		for _, method := range []string{"INVITE", "INFO"} {
			m, from := far.read(method)
			if m == nil || m.Has(header.IDProxyAuthorization) {
				t.Errorf("%v", m)
				return
			}
			far.answer(m, from, challenge)
			again, from := far.read(method)
			if again == nil || !strings.Contains(string(again.Value(header.IDProxyAuthorization)), `username="alice"`) {
				t.Errorf("%v", again)
				return
			}
			c1, _ := m.CSeq()
			if c2, _ := again.CSeq(); c2.Number() != c1.Number()+1 {
				t.Errorf("%s: CSeq %d behind %d", method, c2.Number(), c1.Number())
			}
			far.answer(again, from, compose.Reply{Status: 200, Tag: []byte("one")})
		}
	}()
	call := invite("sip:" + far.c.LocalAddr().String())
	call.User, call.Password = "alice", "secret"
	res, err := alice.Do(ctx, call)
	if err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	if res, err := res.Dialog.Do(ctx, &compose.Request{Method: []byte("INFO")}); err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	<-done
}

// TestFailoverByDNS has a domain with three servers: the first one is not there,
// the second one is busy, the third one answers (RFC 3263, 4.3).
func TestFailoverByDNS(t *testing.T) {
	ctx := soon(t)
	busy := open(t, Config{Listen: tcp, Handler: always(503)})
	good := open(t, Config{Listen: tcp, Handler: always(200)})
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	ports := []netip.AddrPort{gone.Addr().(*net.TCPAddr).AddrPort(), addrOf(busy, header.TransportTCP), addrOf(good, header.TransportTCP)}
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		h := dns.RR_Header{Name: q.Question[0].Name, Rrtype: q.Question[0].Qtype, Class: dns.ClassINET, Ttl: 60}
		switch {
		case h.Rrtype == dns.TypeNAPTR && h.Name == "example.com.":
			m.Answer = append(m.Answer, &dns.NAPTR{Hdr: h, Order: 1, Flags: "s", Service: "SIP+D2T", Replacement: "_sip._tcp.example.com."})
		case h.Rrtype == dns.TypeSRV && h.Name == "_sip._tcp.example.com.":
			for i, p := range ports {
				m.Answer = append(m.Answer, &dns.SRV{Hdr: h, Priority: uint16(i), Port: p.Port(), Target: "host.example.com."})
			}
		case h.Rrtype == dns.TypeA && h.Name == "host.example.com.":
			m.Answer = append(m.Answer, &dns.A{Hdr: h, A: net.IPv4(127, 0, 0, 1)})
		}
		_ = w.WriteMsg(m)
	})}
	go func() { _ = server.ActivateAndServe() }()
	defer func() { _ = server.Shutdown() }()
	alice := open(t, Config{Resolve: resolve.Config{Servers: []string{packets.LocalAddr().String()}}})
	res, err := alice.Do(ctx, &Outgoing{Method: "OPTIONS", URI: "sip:bob@example.com"})
	if err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	if st := alice.Stats(); st.Dialed != 2 || busy.Stats().Received != 1 || good.Stats().Received != 1 {
		t.Errorf("%+v", st)
	}
}
