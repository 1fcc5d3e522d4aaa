package dialog

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// More flows of RFC 3665, between two user agents. What its proxies do there is
// for a proxy to test.

// registrar keeps contacts, and wants credentials that are "good".
func (a *agent) registrar(contacts ...string) {
	a.on = func(ev Event, m *codec.Message) {
		if ev.Kind != transaction.Request {
			return
		}
		if string(m.Value(header.IDAuthorization)) != `Digest response="good"` {
			a.reply(ev.Tx, 401, compose.HeaderField{ID: header.IDWWWAuthenticate, Value: []byte(`Digest realm="example.com", nonce="n"`)})
			return
		}
		switch c := string(m.Value(header.IDContact)); {
		case c == "*" && string(m.Value(header.IDExpires)) == "0":
			contacts = nil
		case c != "":
			contacts = append(contacts, c)
		}
		var fields []compose.HeaderField
		for _, c := range contacts {
			fields = append(fields, compose.HeaderField{ID: header.IDContact, Value: []byte(c)})
		}
		a.reply(ev.Tx, 200, fields...)
	}
}

// registers sends one REGISTER, and the next when there is an answer. It logs
// the answers with their contacts.
func (a *agent) registers(b *agent, requests ...[]string) (answers *[]string) {
	answers = new([]string)
	next := func() {
		if len(requests) == 0 {
			return
		}
		id := "r" + string(rune('0'+len(requests)))
		s := string(a.out("REGISTER", id, b, requests[0][1:]...))
		own := "Contact: <sip:" + a.name + "@" + a.addr.String() + ">\r\n"
		s = strings.Replace(s, own, requests[0][0], 1)
		requests = requests[1:]
		if _, err := a.Layer.Send([]byte(s), b.to(), 77, a.net.now); err != nil {
			a.net.t.Fatal(err)
		}
	}
	a.on = func(ev Event, m *codec.Message) {
		if ev.Kind != transaction.Response {
			return
		}
		s := m.Status()
		line := []string{map[int]string{200: "200", 401: "401"}[s]}
		for c := range m.Values(header.IDContact) {
			line = append(line, string(c))
		}
		*answers = append(*answers, strings.Join(line, " "))
		next()
	}
	next()
	return answers
}

// registration is a flow of some REGISTER requests; each is its Contact line
// and more lines.
func registration(name, log string, has []string, want string, requests ...[]string) flow {
	return flow{name, func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("registrar", Config{})
		b.registrar(has...)
		answers := a.registers(b, requests...)
		n.later(5*time.Minute, func() {
			if got := strings.Join(*answers, "; "); got != want {
				n.t.Errorf("the answers are %s, want %s", got, want)
			}
		})
	}, log, nil}
}

const (
	good = `Authorization: Digest response="good"`
	bad  = `Authorization: Digest response="bad"`
)

// inviteWithout is a callee that asks for credentials.
func inviteWithout(n *network, b *agent) {
	answer := b.on
	b.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request && ev.Method == header.MethodINVITE && !m.Has(header.IDAuthorization) {
			b.reply(ev.Tx, 401, compose.HeaderField{ID: header.IDWWWAuthenticate, Value: []byte(`Digest realm="example.com", nonce="n"`)})
			return
		}
		answer(ev, m)
	}
}

var sdp = []byte("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n")

var sdpType = []byte("application/sdp")

var rfc3665 = []flow{
	registration("2.1 with the answers of a registrar", "alice REGISTER, registrar 401 REGISTER, alice REGISTER, registrar 200 REGISTER",
		nil, "401; 200 <sip:a@192.0.2.1>", []string{"Contact: <sip:a@192.0.2.1>\r\n"}, []string{"Contact: <sip:a@192.0.2.1>\r\n", good}),
	registration("2.2: update of the contacts", "alice REGISTER, registrar 200 REGISTER",
		[]string{"<sip:a@192.0.2.1>"}, "200 <sip:a@192.0.2.1> <mailto:a@example.com>", []string{"Contact: <mailto:a@example.com>\r\n", good}),
	registration("2.3: request for the contacts", "alice REGISTER, registrar 200 REGISTER",
		[]string{"<sip:a@192.0.2.1>", "<mailto:a@example.com>"}, "200 <sip:a@192.0.2.1> <mailto:a@example.com>", []string{"", good}),
	registration("2.4: cancellation", "alice REGISTER, registrar 200 REGISTER",
		[]string{"<sip:a@192.0.2.1>"}, "200", []string{"Contact: *\r\n", "Expires: 0", good}),
	registration("2.5: wrong credentials", "alice REGISTER, registrar 401 REGISTER, alice REGISTER, registrar 401 REGISTER",
		nil, "401; 401", []string{"Contact: <sip:a@192.0.2.1>\r\n"}, []string{"Contact: <sip:a@192.0.2.1>\r\n", bad}),

	{"3.2, 3.3: credentials for the INVITE, early media", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		a.caller(time.Second)
		call, early := a.on, 0
		a.on = func(ev Event, m *codec.Message) {
			call(ev, m)
			switch ev.Status {
			case 401:
				a.begin("INVITE", "c2", b, good)
			case 183:
				if early++; string(m.Body()) != string(sdp) || a.State(ev.Dialog) != Early {
					n.t.Errorf("183 in %v with %q", a.State(ev.Dialog), m.Body())
				}
			}
		}
		b.on = func(ev Event, m *codec.Message) {
			if ev.Kind != transaction.Request || ev.Method != header.MethodINVITE {
				return
			}
			tx := ev.Tx
			for k, status := range []int{183, 200} {
				n.later(time.Duration(k)*3*time.Second, func() {
					r := compose.Reply{Status: status, Body: sdp, ContentType: sdpType}
					if _, err := b.Reply(tx, nil, &r, n.now); err != nil {
						n.t.Fatal(err)
					}
				})
			}
		}
		inviteWithout(n, b)
		a.begin("INVITE", "c1", b)
	}, "alice INVITE, bob 401 INVITE, alice ACK, alice INVITE, bob 183 INVITE, bob 200 INVITE, alice ACK, alice BYE, bob 200 BYE",
		map[string]map[string]int{"alice": {"401": 1, "200 ended": 1}, "bob": {"INVITE": 2, "BYE ended": 1}}},

	{"3.6: redirected, the answer in the ACK", func(n *network) {
		a, r, b := n.agent("alice", Config{}), n.agent("redirect", Config{}), n.agent("bob", Config{})
		a.on = func(ev Event, m *codec.Message) {
			switch {
			case ev.Status == 302:
				a.begin("INVITE", "c2", b)
			case ev.Task == TaskACK:
				if string(m.Body()) != string(sdp) {
					n.t.Errorf("the offer is %q", m.Body())
				}
				if err := a.Ack(ev.Dialog, &compose.Request{Body: sdp, ContentType: sdpType}, transaction.Addr{}, n.now); err != nil {
					n.t.Fatal(err)
				}
			}
		}
		r.on = func(ev Event, m *codec.Message) {
			if ev.Kind == transaction.Request {
				r.reply(ev.Tx, 302, compose.HeaderField{ID: header.IDContact, Value: []byte("<sip:bob@192.0.2.3>")})
			}
		}
		b.on = func(ev Event, m *codec.Message) {
			switch {
			case ev.Kind == transaction.Request && ev.Method == header.MethodINVITE:
				b.reply(ev.Tx, 180)
				if _, err := b.Reply(ev.Tx, m, &compose.Reply{Status: 200, Body: sdp, ContentType: sdpType}, n.now); err != nil {
					n.t.Fatal(err)
				}
			case ev.Kind == transaction.Ack && ev.Dialog != 0:
				if string(m.Body()) != string(sdp) {
					n.t.Errorf("the answer is %q", m.Body())
				}
				b.request(ev.Dialog, "BYE")
			}
		}
		a.begin("INVITE", "c1", r)
	}, "alice INVITE, redirect 302 INVITE, alice ACK, alice INVITE, bob 180 INVITE, bob 200 INVITE, alice ACK, bob BYE, alice 200 BYE",
		map[string]map[string]int{"alice": {"302": 1, "BYE ended": 1}, "bob": {"200 ended": 1}}},

	{"3.7: the callee moves to another address", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		a.caller(time.Hour)
		b.callee(100*ms, 200)
		answer, acks := b.on, 0
		b.on = func(ev Event, m *codec.Message) {
			answer(ev, m)
			switch {
			case ev.Kind == transaction.Ack && ev.Dialog != 0:
				b.request(ev.Dialog, "INVITE", compose.HeaderField{ID: header.IDContact, Value: []byte("<sip:bob@192.0.2.2:5062>")})
			case ev.Task == TaskACK:
				if err := b.Ack(ev.Dialog, nil, transaction.Addr{}, n.now); err != nil {
					n.t.Fatal(err)
				}
			}
		}
		call := a.on
		a.on = func(ev Event, m *codec.Message) {
			call(ev, m)
			if ev.Kind == transaction.Ack && ev.Dialog != 0 {
				if acks++; !strings.Contains(string(a.Text(ev.Dialog)), "192.0.2.2:5062") {
					n.t.Errorf("the target was not refreshed:\n%s", a.Text(ev.Dialog))
				}
				a.request(ev.Dialog, "BYE")
			}
		}
		a.begin("INVITE", "c", b)
	}, "alice INVITE, bob 180 INVITE, bob 200 INVITE, alice ACK, bob INVITE, alice 200 INVITE, bob ACK, alice BYE, bob 200 BYE",
		map[string]map[string]int{"alice": {"INVITE": 1, "200 ended": 1}, "bob": {"INVITE": 1, "BYE ended": 1}}},

	{"a fork of which both answer", func(n *network) {
		a, b, c := n.agent("alice", Config{}), n.agent("bob", Config{}), n.agent("carol", Config{})
		n.stray = func(s []byte, to transaction.Addr) {
			line, _, _ := strings.Cut(string(s), "\r\n")
			for _, x := range n.agents[1:] {
				// An INVITE forks; all else goes where it says.
				if strings.HasPrefix(line, "INVITE") || strings.Contains(line, x.addr.String()) {
					n.sent++
					n.flight = append(n.flight, packet{n.now, s, a.addr, x.addr})
				}
			}
		}
		a.caller(5 * time.Second)
		b.callee(2*time.Second, 200)
		c.callee(3*time.Second, 200)
		proxy := transaction.Addr{IP: netip.MustParseAddrPort("192.0.2.99:5060"), Transport: header.TransportUDP}
		if _, err := a.Layer.Send(a.out("INVITE", "f", b), proxy, 77, n.now); err != nil {
			n.t.Fatal(err)
		}
	}, "alice INVITE, bob 180 INVITE, carol 180 INVITE, bob 200 INVITE, alice ACK, carol 200 INVITE, alice ACK, alice BYE, bob 200 BYE, alice BYE, carol 200 BYE",
		map[string]map[string]int{"alice": {"200 ended": 2}, "bob": {"BYE ended": 1}, "carol": {"BYE ended": 1}}},
}

func TestRFC3665(t *testing.T) {
	for _, f := range rfc3665 {
		t.Run(f.name, f.run)
	}
}
