package main

import (
	"bytes"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

func listen(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// A server answers the agent's requests, each by a function of the test, and keeps
// them.
type server struct {
	t    *testing.T
	conn *net.UDPConn
	seen chan *codec.Message // as they come
	got  []*codec.Message    // after wait or stop
	done chan bool
}

// serve begins to answer. answer returns nil when there is no answer. A request
// that comes again, as it does when the machine is slow, gets the same responses
// and is not looked at twice.
func serve(t *testing.T, answer func(s *server, m *codec.Message) []*compose.Reply) *server {
	s := &server{t: t, conn: listen(t), seen: make(chan *codec.Message, 100), done: make(chan bool)}
	go func() {
		defer close(s.done)
		var last []byte
		var responses [][]byte
		for {
			b := make([]byte, 64<<10)
			n, src, err := s.conn.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			if bytes.Equal(b[:n], last) && !bytes.HasPrefix(last, []byte("ACK ")) {
				for _, out := range responses {
					s.conn.WriteToUDPAddrPort(out, src)
				}
				continue
			}
			last, responses = b[:n], nil
			m := new(codec.Message)
			if err := m.Parse(b[:n]); err != nil {
				t.Errorf("%v\n%s", err, b[:n])
			}
			s.seen <- m
			if m.IsResponse() {
				continue
			}
			for _, r := range answer(s, m) {
				r.Tag, r.Source = []byte("server"), src
				out, err := compose.AppendReply(nil, m, r)
				if err != nil {
					t.Error(err)
				}
				s.conn.WriteToUDPAddrPort(out, src)
				responses = append(responses, out)
			}
		}
	}()
	t.Cleanup(s.stop)
	return s
}

// stop ends the server.
func (s *server) stop() {
	s.conn.Close()
	<-s.done
	for len(s.seen) > 0 {
		s.got = append(s.got, <-s.seen)
	}
}

// wait stops the server when it has got so many messages.
func (s *server) wait(n int) {
	s.t.Helper()
	for range n {
		select {
		case m := <-s.seen:
			s.got = append(s.got, m)
		case <-time.After(10 * time.Second):
			s.t.Errorf("%d messages, want %d", len(s.got), n)
		}
	}
	s.stop()
}

func (s *server) uri() string { return "sip:" + s.conn.LocalAddr().String() }

// methods returns the methods of what was received.
func (s *server) methods() string {
	var all []string
	for _, m := range s.got {
		all = append(all, string(m.MethodBytes()))
	}
	return strings.Join(all, " ")
}

// registrar challenges, as the server's side of package digest does it.
func registrar(t *testing.T, status int, password string, verdicts *[]digest.Verdict) *server {
	auther := &digest.Server{Offer: digest.Offer{Realm: []byte("r"), Algorithms: []digest.Algorithm{digest.SHA256, digest.MD5}, QOP: digest.QOPAuth},
		Key: [16]byte{1}, Counts: digest.NewCounts(10)}
	users := map[string]digest.Secret{"alice": {Password: []byte(password)}}
	in, out := header.IDAuthorization, header.IDWWWAuthenticate
	if status == 407 {
		in, out = header.IDProxyAuthorization, header.IDProxyAuthenticate
	}
	var d digest.Digester
	first := true
	return serve(t, func(s *server, m *codec.Message) []*compose.Reply {
		if m.Method() == header.MethodACK {
			return nil
		}
		stale := false
		var c auth.Credentials
		if m.Read(in, c.Parse) == nil {
			secret := users[string(c.Username())] // that of nobody when there is no such user
			now := time.Now()
			if first { // as if the nonce had expired
				first, now = false, now.Add(time.Hour)
			}
			v := auther.Check(&d, &c, &secret, m.MethodBytes(), m.Body(), now)
			*verdicts = append(*verdicts, v)
			if v == digest.Accepted {
				info, err := d.AppendInfo(nil, &c, &secret, nil, nil)
				if err != nil {
					t.Error(err)
				}
				return []*compose.Reply{{Status: 200, Fields: []compose.HeaderField{{ID: header.IDAuthenticationInfo, Value: info}}}}
			}
			stale = v == digest.Stale
		}
		r := &compose.Reply{Status: status}
		for _, a := range auther.Offer.Algorithms {
			r.Fields = append(r.Fields, compose.HeaderField{ID: out, Challenge: &digest.Challenge{Realm: auther.Offer.Realm,
				Nonce: auther.AppendNonce(nil, time.Now()), Algorithm: a, QOP: auther.Offer.QOP, Stale: stale}})
		}
		return []*compose.Reply{r}
	})
}

// TestRegister registers where it is challenged: with a nonce that is stale once,
// with a wrong password, and as nobody.
func TestRegister(t *testing.T) {
	for _, status := range []int{401, 407} {
		for _, test := range []struct{ user, password, want, verdicts string }{
			{"alice", "secret", "", "[stale accepted]"},
			{"alice", "guess", "SIP/2.0 ", "[refused]"},
			{"mallory", "", "SIP/2.0 ", "[refused]"},
		} {
			var verdicts []digest.Verdict
			s := registrar(t, status, "secret", &verdicts)
			a := newAgent(listen(t), test.user, test.password)
			err := a.register(s.uri(), 60)
			s.stop()
			var names []string
			for _, v := range verdicts {
				names = append(names, v.String())
			}
			if got := "[" + strings.Join(names, " ") + "]"; (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) || got != test.verdicts {
				t.Errorf("%s: %v, %s", test.user, err, got)
			}
			branches := map[string]bool{}
			for i, m := range s.got {
				via, _ := m.TopVia()
				branches[string(via.Branch())] = true
				if cseq, err := m.CSeq(); err != nil || int(cseq.Number()) != i+1 || string(m.Value(header.IDCallID)) != string(s.got[0].Value(header.IDCallID)) {
					t.Errorf("request %d: %s", i, m.Bytes())
				}
			}
			if len(branches) != len(s.got) {
				t.Errorf("%d branches of %d requests", len(branches), len(s.got))
			}
		}
	}
}

var contact = []compose.HeaderField{{ID: header.IDContact, Addr: &compose.Address{URI: []byte("sip:bob@192.0.2.1")}}}

// TestCall calls somebody who answers: INVITE, ACK, BYE.
func TestCall(t *testing.T) {

	s := serve(t, func(s *server, m *codec.Message) []*compose.Reply {
		here := []compose.HeaderField{{ID: header.IDContact, Addr: &compose.Address{URI: []byte("sip:bob@" + s.conn.LocalAddr().String())}}}
		switch m.Method() {
		case header.MethodINVITE:
			return []*compose.Reply{{Status: 100}, {Status: 180, Fields: here}, {Status: 200, Fields: here}}
		case header.MethodBYE:
			return []*compose.Reply{{Status: 200}}
		}
		return nil
	})
	if err := newAgent(listen(t), "alice", "").call("sip:bob@"+s.conn.LocalAddr().String(), 5*time.Second, 20*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	s.wait(3)
	if got := s.methods(); got != "INVITE ACK BYE" {
		t.Errorf("%s", got)
	}
}

// TestLostACK gets the 200 again, as if its ACK was lost, and sends another one; then
// the other side hangs up.
func TestLostACK(t *testing.T) {
	var invite *codec.Message
	acks := 0
	s := serve(t, func(s *server, m *codec.Message) []*compose.Reply {
		here := compose.HeaderField{ID: header.IDContact, Addr: &compose.Address{URI: []byte("sip:bob@" + s.conn.LocalAddr().String())}}
		ok := &compose.Reply{Status: 200, Tag: []byte("server"), Fields: []compose.HeaderField{here}}
		switch m.Method() {
		case header.MethodINVITE:
			invite = m
			return []*compose.Reply{ok}
		case header.MethodACK:
			var d compose.Dialog
			if err := d.Begin(invite, ok.Tag); err != nil {
				t.Error(err)
			}
			out, err := compose.AppendReply(nil, invite, ok)
			if acks++; acks == 2 {
				out, err = compose.AppendRequest(nil, &d, &compose.Request{Method: []byte("BYE"), CSeq: 1,
					Via: &codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("192.0.2.1"), Branch: compose.AppendBranch(nil), RPort: true}})
			}
			to, err2 := codec.RequestDestination(&d.Target)
			addr, _ := to.AddrPort()
			if err != nil || err2 != nil {
				t.Error(err, err2)
			}
			s.conn.WriteToUDPAddrPort(out, addr)
		}
		return nil
	})
	a := newAgent(listen(t), "alice", "")
	if err := a.call("sip:bob@"+s.conn.LocalAddr().String(), 10*time.Second, 10*time.Second); err != nil || !a.over {
		t.Fatal(err, a.over)
	}
	s.wait(4)
	if got := s.methods(); got != "INVITE ACK ACK " || s.got[3].Status() != 200 {
		t.Errorf("%q", got)
	}
}

// TestCancel calls somebody who does not answer: the CANCEL and the ACK for the 487
// belong to the INVITE.
func TestCancel(t *testing.T) {
	var invite *codec.Message

	s := serve(t, func(s *server, m *codec.Message) []*compose.Reply {
		switch m.Method() {
		case header.MethodINVITE:
			invite = m
			return []*compose.Reply{{Status: 180, Fields: contact}}
		case header.MethodCANCEL:
			out, err := compose.AppendReply(nil, invite, &compose.Reply{Status: 487, Tag: []byte("server")})
			if err != nil {
				t.Error(err)
			}
			to, err := invite.ResponseDestination(netip.AddrPort{})
			addr, ok := to.AddrPort()
			if err != nil || !ok {
				t.Error(to, err)
			}
			s.conn.WriteToUDPAddrPort(out, addr)
			return []*compose.Reply{{Status: 200}}
		}
		return nil
	})
	err := newAgent(listen(t), "alice", "").call("sip:bob@"+s.conn.LocalAddr().String(), 50*time.Millisecond, time.Second)
	if err == nil || !strings.HasPrefix(err.Error(), "SIP/2.0 487") {
		t.Errorf("%v", err)
	}
	s.wait(3)
	if got := s.methods(); got != "INVITE CANCEL ACK" {
		t.Fatalf("%s", got)
	}
	want, _ := s.got[0].AppendTransactionKey(nil)
	cancel, _ := s.got[1].AppendCanceledKey(nil)
	ack, _ := s.got[2].AppendTransactionKey(nil)
	if string(cancel) != string(want) || string(ack) != string(want) {
		t.Error("CANCEL or ACK is for another request")
	}
	if to, err := s.got[2].To(); err != nil || string(to.Tag()) != "server" {
		t.Errorf("%s", s.got[2].Bytes())
	}
}

// TestHungUp is called back with a BYE while the call lasts, and with one that is
// of another call.
func TestHungUp(t *testing.T) {
	s := serve(t, func(s *server, m *codec.Message) []*compose.Reply { return nil })
	conn := listen(t)
	a := newAgent(conn, "alice", "")
	ok := "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=mine\r\nTo: <sip:b@c>;tag=theirs\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:b@c>\r\nContent-Length: 0\r\n\r\n"
	m := new(codec.Message)
	if err := m.Parse([]byte(ok)); err != nil || a.dialog.Begin(m, nil) != nil {
		t.Fatal(err)
	}
	bye := "BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK%;rport;received=203.0.113.9\r\nMax-Forwards: 70\r\nFrom: <sip:b@c>;tag=%\r\nTo: <sip:a@b>;tag=mine\r\nCall-ID: c\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
	to := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	for _, step := range []struct {
		tag  string
		over bool
	}{{"other", false}, {"theirs", true}} {
		s.conn.WriteToUDPAddrPort([]byte(strings.ReplaceAll(bye, "%", step.tag)), to)
		if _, err := a.receive(new(codec.Message), time.Now().Add(10*time.Second)); err != nil || a.over != step.over {
			t.Errorf("%s: %v, %v", step.tag, a.over, err)
		}
	}
	s.wait(2)
	if len(s.got) != 2 || s.got[0].Status() != 481 || s.got[1].Status() != 200 {
		t.Errorf("%d responses", len(s.got))
	}
}

func TestRun(t *testing.T) {
	if run("nowhere", "", "", "", "") == nil {
		t.Error("sent from nowhere")
	}
	var verdicts []digest.Verdict
	s := registrar(t, 401, "secret", &verdicts)
	if err := run("127.0.0.1:0", "alice", "secret", s.uri(), ""); err != nil {
		t.Error(err)
	}
	if run("127.0.0.1:0", "alice", "", "", "tel:+1") == nil {
		t.Error("called nobody")
	}
}
