package main

import (
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// A phone is a user agent behind one socket.
type phone struct {
	t      *testing.T
	c      net.Conn
	stream codec.Stream
	seen   map[string]bool // messages that have come
	n      int             // of requests
}

func newPhone(t *testing.T, network, addr string) *phone {
	t.Helper()
	c, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	p := &phone{t: t, c: c, seen: map[string]bool{}}
	t.Cleanup(func() { c.Close(); p.stream.Close() })
	return p
}

// read returns the next message, nil when none comes in time.
func (p *phone) read(wait time.Duration) *codec.Message {
	p.t.Helper()
	_ = p.c.SetReadDeadline(time.Now().Add(wait))
	m := new(codec.Message)
	if _, ok := p.c.(*net.UDPConn); ok {
		b := make([]byte, 8192)
		n, err := p.c.Read(b)
		if err == nil {
			err = m.Parse(b[:n])
		}
		if err != nil {
			return nil
		}
		return m
	}
	for {
		event, err := p.stream.ReadNext(p.c, m)
		if event == codec.GotMessage {
			return m.Clone()
		}
		if err != nil {
			return nil
		}
	}
}

// want returns the next message of a method, or with a status, that has not come
// before. All others are passed over: a slow machine sends again.
func (p *phone) want(what string) *codec.Message {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		m := p.read(time.Until(end))
		if m == nil {
			break
		}
		via, err := m.TopVia()
		if err != nil {
			p.t.Fatalf("%v in\n%s", err, m.Bytes())
		}
		got := string(m.MethodBytes())
		if m.IsResponse() {
			got = strconv.Itoa(m.Status())
		}
		key := got + " " + string(via.Branch())
		if old := p.seen[key]; old || got != what {
			p.t.Logf("passed over: %s", m.StartLine())
			continue
		}
		p.seen[key] = true
		return m
	}
	p.t.Fatalf("no %s came", what)
	return nil
}

// ask sends a request of bob or to him.
func (p *phone) ask(line string, more ...string) {
	p.t.Helper()
	p.n++
	method, _, _ := strings.Cut(line, " ")
	transport, to := "UDP", "<sip:bob@b.example>"
	if _, ok := p.c.(*net.TCPConn); ok {
		transport = "TCP"
	}
	fields := []string{
		fmt.Sprintf("Via: SIP/2.0/%s client.invalid;rport;branch=z9hG4bK%p%d", transport, p, p.n), "Max-Forwards: 70",
		"From: <sip:a@a.example>;tag=a", fmt.Sprintf("Call-ID: c%p", p), fmt.Sprintf("CSeq: %d %s", p.n, method),
	}
	for _, f := range more {
		if rest, ok := strings.CutPrefix(f, "To: "); ok {
			to = rest
			continue
		}
		fields = append(fields, f)
	}
	if _, err := fmt.Fprint(p.c, sip(append([]string{line + " SIP/2.0"}, append(fields, "To: "+to, "Content-Length: 0")...)...)); err != nil {
		p.t.Fatal(err)
	}
}

// reply answers a request.
func (p *phone) reply(m *codec.Message, status int, contact string) {
	p.t.Helper()
	b, err := compose.AppendReply(nil, m, &compose.Reply{Status: status, Tag: []byte("b"), Fields: []compose.HeaderField{{ID: header.IDContact, Value: []byte(contact)}}})
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.c.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// routes are the Route fields for the dialog of a message.
func routes(t *testing.T, m *codec.Message, side codec.Side) (fields []string) {
	t.Helper()
	set, err := m.AppendRouteSet(nil, side)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range set {
		fields = append(fields, "Route: "+string(v.Bytes()))
	}
	return fields
}

// TestProxyOutbound: a client whose address leads nowhere registers through an edge
// proxy, and is called back over its flow, until that is gone; who makes up a token
// is refused (RFC 5626, 5).
func TestProxyOutbound(t *testing.T) {
	for _, network := range []string{"tcp", "udp"} {
		for _, mode := range [][]string{nil, {"--stateful"}} {
			t.Run(network+strings.Join(mode, ""), func(t *testing.T) { testOutbound(t, network, mode) })
		}
	}
}

func testOutbound(t *testing.T, network string, mode []string) {
	const target = "sip:bob@client.invalid;ob"
	home := startProxy(t, "-l", "udp:127.0.0.1:0", "--registrar", "--domain=b.example")
	homeAddr := home.match(t, `listening on udp:(\S+)`)
	edge := startProxy(t, append(mode[:len(mode):len(mode)], "-l", "udp:127.0.0.1:0", "-l", "tcp:127.0.0.1:0", "--outbound", "udp:"+homeAddr)...)
	edgeUDP := edge.match(t, `listening on udp:(\S+)`)
	bob := newPhone(t, network, edge.match(t, "listening on "+network+`:(\S+)`))
	alice := newPhone(t, "udp", homeAddr)

	bob.ask("REGISTER sip:b.example", "Contact: <"+target+`>;+sip.instance="<urn:uuid:1>";reg-id=1`, "Supported: path, outbound")
	m := bob.want("200")
	path := string(m.Value(header.IDPath))
	if !strings.HasSuffix(path, "@"+edgeUDP+";lr;ob>") || string(m.Value(header.IDRequire)) != "outbound" {
		t.Fatalf("the registrar says\n%s", m.Bytes())
	}

	// A call, and requests in its dialog from both sides.
	alice.ask("INVITE sip:bob@b.example", "Contact: <sip:alice@"+alice.c.LocalAddr().String()+">")
	m = bob.want("INVITE")
	bobs := routes(t, m, codec.UAS)
	if string(m.RequestURIBytes()) != target || m.Has(header.IDRoute) || len(bobs) != 3 {
		t.Fatalf("bob gets\n%s", m.Bytes())
	}
	bob.reply(m, 200, "<"+target+">")
	alices := append(routes(t, alice.want("200"), codec.UAC), "To: <sip:bob@b.example>;tag=b")
	alice.ask("ACK "+target, alices...)
	bob.want("ACK")
	alice.ask("INFO "+target, alices...)
	bob.reply(bob.want("INFO"), 200, "<"+target+">")
	alice.want("200")
	bobs = append(bobs, "To: <sip:alice@a.example>;tag=a")
	bob.ask("BYE sip:alice@"+alice.c.LocalAddr().String(), bobs...)
	alice.reply(alice.want("BYE"), 200, "<sip:alice@a.example>")
	bob.want("200")

	// A token that is not one of the edge's.
	eve := newPhone(t, "udp", edgeUDP)
	at := len("<sip:") + 5
	forged := path[:at] + string('A'+(path[at]-'A'+1)%26) + path[at+1:]
	eve.ask("MESSAGE "+target, "Route: "+forged)
	eve.want("403")
	eve.ask("MESSAGE "+target, "Route: "+path) // what was not changed is
	bob.reply(bob.want("MESSAGE"), 200, "<"+target+">")
	eve.want("200")

	// The flow is gone. Over UDP nobody knows but who gets an ICMP error.
	bob.c.Close()
	if network == "tcp" || runtime.GOOS == "linux" && mode != nil {
		awaitFailure(t, alice)
	}
	home.stop(t)
	edge.stop(t)
}

// awaitFailure sends requests to bob until one is answered with 430: the edge
// proxy may not have seen at once that his connection has ended.
func awaitFailure(t *testing.T, alice *phone) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		alice.ask("MESSAGE sip:bob@b.example")
		for {
			m := alice.read(500 * time.Millisecond)
			if m == nil {
				break
			}
			if m.Status() == 430 {
				return
			}
		}
	}
	t.Error("no 430 for a client whose flow is gone")
}
