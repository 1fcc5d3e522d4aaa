package state

import (
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// via returns the Via values of a message, each cut to the element that it is
// of.
func vias(m *codec.Message) string {
	var all []string
	for v, err := range m.Vias() {
		if err != nil {
			return err.Error()
		}
		for name, at := range places {
			if string(v.Host()) == at.Addr().String() {
				all = append(all, name)
			}
		}
	}
	return strings.Join(all, " ")
}

// want fails when a step has not sent what it should.
func (c *chain) want(step, got, want string) {
	c.t.Helper()
	if got != want {
		c.t.Fatalf("%s:\ngot  %s\nwant %s", step, got, want)
	}
}

// value fails when a message of an element has another value of a header.
func (c *chain) value(name, what string, id header.ID, want string) {
	c.t.Helper()
	if got := string(c.message(name, what).Value(id)); got != want {
		c.t.Errorf("%s, %s, %v: %q, want %q", name, what, id, got, want)
	}
}

// establish sends an INVITE through both proxies, up to alice's 200. The 100s
// come when nothing else has after 200 ms.
func (c *chain) establish(invite []byte) {
	c.t.Helper()
	c.want("F1", c.send("alice", "p1", invite), "alice>p1 INVITE, p1>p2 INVITE, p2>bob INVITE")
	c.want("F3, F5", c.pass(200*time.Millisecond), "p1>alice 100, p2>p1 100")
	c.want("F6", c.send("bob", "p2", c.reply("bob", "INVITE", 180)), "bob>p2 180, p2>p1 180, p1>alice 180")
	c.want("F9", c.send("bob", "p2", c.reply("bob", "INVITE", 200)), "bob>p2 200, p2>p1 200, p1>alice 200")
}

// TestRFC3665 has the flows of RFC 3665, 3 that go through proxies, between
// user agents that the test plays. The proxies of the RFC ask for passwords in
// some; these do not, so it is the next element that asks.
func TestRFC3665(t *testing.T) {
	two := map[string]string{"p1": "p2", "p2": "bob"}
	t.Run("3.2 session establishment through two proxies", func(t *testing.T) {
		c := newChain(t, two)
		invite := c.invite(1)
		c.establish(invite)
		f4 := c.message("bob", "INVITE")
		c.want("Via of F4", vias(f4), "p2 p1 alice")
		c.value("bob", "INVITE", header.IDMaxForwards, "68")
		c.want("Record-Route of F4", string(f4.Value(header.IDRecordRoute)), "<sip:192.0.2.222:5060;lr;rr>")
		if n := f4.CountValues(header.IDRecordRoute); n != 2 || string(f4.Body()) != offer || f4.RequestURIBytes() == nil {
			t.Errorf("%d Record-Route values in\n%s", n, f4.Bytes())
		}
		f11 := c.message("alice", "200")
		c.want("Via of F11", vias(f11), "alice")
		if string(f11.Body()) != offer || f11.CountValues(header.IDRecordRoute) != 2 {
			t.Errorf("F11 is\n%s", f11.Bytes())
		}
		c.want("F12", c.within("alice", "ACK", 1), "alice>p1 ACK, p1>p2 ACK, p2>bob ACK")
		if m := c.message("bob", "ACK"); m.Has(header.IDRoute) || string(m.RequestURIBytes()) != "sip:bob@192.0.2.201" {
			t.Errorf("F14 is\n%s", m.Bytes())
		}
		c.want("F15", c.within("bob", "BYE", 1), "bob>p2 BYE, p2>p1 BYE, p1>alice BYE")
		c.want("Via of F17", vias(c.message("alice", "BYE")), "p1 p2 bob")
		c.want("F18", c.send("alice", "p1", c.reply("alice", "BYE", 200)), "alice>p1 200 BYE, p1>p2 200 BYE, p2>bob 200 BYE")
		c.end()
	})
	t.Run("3.3 session with multiple proxy authentication", func(t *testing.T) {
		c := newChain(t, two)
		for cseq, realm := range []string{"biloxi", "bob"} {
			f := c.invite(cseq + 1)
			c.want("INVITE", c.send("alice", "p1", f), "alice>p1 INVITE, p1>p2 INVITE, p2>bob INVITE")
			challenge := compose.HeaderField{ID: header.IDProxyAuthenticate, Value: []byte(`Digest realm="` + realm + `", nonce="1", qop="auth"`)}
			c.want("407", c.send("bob", "p2", c.reply("bob", "INVITE", 407, challenge)),
				"bob>p2 407, p2>bob ACK, p2>p1 407, p1>p2 ACK, p1>alice 407")
			c.value("alice", "407", header.IDProxyAuthenticate, string(challenge.Value))
			c.want("ACK", c.send("alice", "p1", c.ackOf(f, "407")), "alice>p1 ACK")
		}
		const credentials = `Digest username="alice", realm="bob", nonce="1", uri="sip:bob@biloxi.example", response="00000000000000000000000000000000"`
		f := c.invite(3, "Proxy-Authorization: "+credentials)
		c.establish(f)
		c.value("bob", "INVITE", header.IDProxyAuthorization, credentials)
		c.want("F19", c.within("alice", "ACK", 3), "alice>p1 ACK, p1>p2 ACK, p2>bob ACK")
		c.end()
	})
	t.Run("3.4 successful session with proxy failure", func(t *testing.T) {
		c := newChain(t, two)
		c.off["p1"] = true
		f1 := c.invite(1)
		for range 7 {
			c.want("F1 to F7", c.send("alice", "p1", f1), "alice>p1 INVITE")
		}
		f8 := c.invite(1) // to the other proxy, as another transaction (RFC 3263, 4.3)
		c.want("F8", c.send("alice", "p2", f8), "alice>p2 INVITE, p2>bob INVITE")
		c.want("F14", c.send("bob", "p2", c.reply("bob", "INVITE", 180)), "bob>p2 180, p2>alice 180")
		c.want("F16", c.send("bob", "p2", c.reply("bob", "INVITE", 200)), "bob>p2 200, p2>alice 200")
		c.want("F18", c.within("alice", "ACK", 1), "alice>p2 ACK, p2>bob ACK")
		c.want("F20", c.within("bob", "BYE", 1), "bob>p2 BYE, p2>alice BYE")
		c.want("F22", c.send("alice", "p2", c.reply("alice", "BYE", 200)), "alice>p2 200 BYE, p2>bob 200 BYE")
		c.end()
	})
	t.Run("3.5 session by a preloaded Route; proxy 2 does not Record-Route", func(t *testing.T) {
		c := newChain(t, map[string]string{"p1": "other", "p2": "bob"}, "p2")
		f1 := c.invite(1, "Route: <sip:192.0.2.111;lr>, <sip:192.0.2.222;lr>")
		c.establish(f1)
		if m := c.message("p2", "INVITE"); string(m.Value(header.IDRoute)) != "<sip:192.0.2.222;lr>" || c.message("bob", "INVITE").Has(header.IDRoute) {
			t.Errorf("F2 is\n%s", m.Bytes())
		}
		c.want("F12", c.within("alice", "ACK", 1), "alice>p1 ACK, p1>bob ACK")
		c.want("F14", c.within("alice", "BYE", 2), "alice>p1 BYE, p1>bob BYE")
		c.want("F16", c.send("bob", "p1", c.reply("bob", "BYE", 200)), "bob>p1 200 BYE, p1>alice 200 BYE")
		c.end()
	})
	t.Run("3.6 session via redirect and proxy servers", func(t *testing.T) {
		c := newChain(t, map[string]string{"p1": "other", "p2": "bob"})
		f1 := c.invite(1)
		c.want("F1", c.send("alice", "p1", f1), "alice>p1 INVITE, p1>other INVITE") // the redirect server
		contact := compose.HeaderField{ID: header.IDContact, Value: []byte("<sip:bob@chicago.example;transport=udp>")}
		c.want("F2", c.send("other", "p1", c.reply("other", "INVITE", 302, contact)), "other>p1 302, p1>other ACK, p1>alice 302")
		c.value("alice", "302", header.IDContact, string(contact.Value))
		c.want("F3", c.send("alice", "p1", c.ackOf(f1, "302")), "alice>p1 ACK")
		c.want("F4", c.send("alice", "p2", c.invite(2)), "alice>p2 INVITE, p2>bob INVITE")
		c.want("F7", c.send("bob", "p2", c.reply("bob", "INVITE", 180)), "bob>p2 180, p2>alice 180")
		c.want("F9", c.send("bob", "p2", c.reply("bob", "INVITE", 200)), "bob>p2 200, p2>alice 200")
		c.want("F11", c.within("alice", "ACK", 2), "alice>p2 ACK, p2>bob ACK")
		c.want("F13", c.within("bob", "BYE", 1), "bob>p2 BYE, p2>alice BYE")
		c.want("F15", c.send("alice", "p2", c.reply("alice", "BYE", 200)), "alice>p2 200 BYE, p2>bob 200 BYE")
		c.end()
	})
	t.Run("3.7 session with re-INVITE; the proxy is not in the dialog", func(t *testing.T) {
		c := newChain(t, two, "p2")
		c.want("F1", c.send("alice", "p2", c.invite(1)), "alice>p2 INVITE, p2>bob INVITE")
		c.want("F4", c.send("bob", "p2", c.reply("bob", "INVITE", 180)), "bob>p2 180, p2>alice 180")
		c.want("F6", c.send("bob", "p2", c.reply("bob", "INVITE", 200)), "bob>p2 200, p2>alice 200")
		c.want("F8", c.within("alice", "ACK", 1), "alice>bob ACK")
		c.want("F9", c.within("bob", "INVITE", 1), "bob>alice INVITE")
		c.end()
	})
	t.Run("3.7 with the proxies in the dialog", func(t *testing.T) {
		c := newChain(t, two)
		c.establish(c.invite(1))
		c.want("F8", c.within("alice", "ACK", 1), "alice>p1 ACK, p1>p2 ACK, p2>bob ACK")
		c.want("F9", c.within("bob2", "INVITE", 1), "bob2>p2 INVITE, p2>p1 INVITE, p1>alice INVITE")
		c.want("F10", c.send("alice", "p1", c.reply("alice", "INVITE", 200)), "alice>p1 200, p1>p2 200, p2>bob2 200")
		c.want("F11", c.within("bob2", "ACK", 1), "bob2>p2 ACK, p2>p1 ACK, p1>alice ACK")
		c.end()
	})
	t.Run("3.8 unsuccessful no answer", func(t *testing.T) {
		c := newChain(t, two)
		f1 := c.invite(1)
		c.want("F1", c.send("alice", "p1", f1), "alice>p1 INVITE, p1>p2 INVITE, p2>bob INVITE")
		c.want("F6", c.send("bob", "p2", c.reply("bob", "INVITE", 180)), "bob>p2 180, p2>p1 180, p1>alice 180")
		c.want("F9", c.send("alice", "p1", c.cancelOf(f1)),
			"alice>p1 CANCEL, p1>alice 200 CANCEL, p1>p2 CANCEL, p2>p1 200 CANCEL, p2>bob CANCEL")
		c.want("Via of F13", vias(c.message("bob", "CANCEL")), "p2")
		c.want("F14", c.send("bob", "p2", c.reply("bob", "CANCEL", 200)), "bob>p2 200 CANCEL")
		c.want("F15", c.send("bob", "p2", c.reply("bob", "INVITE", 487)), "bob>p2 487, p2>bob ACK, p2>p1 487, p1>p2 ACK, p1>alice 487")
		c.want("F20", c.send("alice", "p1", c.ackOf(f1, "487")), "alice>p1 ACK")
		c.end()
	})
	unsuccessful := func(status string, code int, rings bool) func(*testing.T) {
		return func(t *testing.T) {
			c := newChain(t, two)
			f1 := c.invite(1)
			c.want("F1", c.send("alice", "p1", f1), "alice>p1 INVITE, p1>p2 INVITE, p2>bob INVITE")
			c.want("F3, F5", c.pass(200*time.Millisecond), "p1>alice 100, p2>p1 100")
			if rings {
				c.want("180", c.send("bob", "p2", c.reply("bob", "INVITE", 180)), "bob>p2 180, p2>p1 180, p1>alice 180")
			}
			c.want(status, c.send("bob", "p2", c.reply("bob", "INVITE", code)),
				"bob>p2 "+status+", p2>bob ACK, p2>p1 "+status+", p1>p2 ACK, p1>alice "+status)
			c.want("ACK", c.send("alice", "p1", c.ackOf(f1, status)), "alice>p1 ACK")
			c.want("nothing again", c.pass(time.Minute), "")
			c.end()
		}
	}
	t.Run("3.9 unsuccessful busy", unsuccessful("486", 486, false))
	t.Run("3.10 unsuccessful no response from user agent", func(t *testing.T) {
		c := newChain(t, two)
		f1 := c.invite(1)
		c.want("F1", c.send("alice", "p1", f1), "alice>p1 INVITE, p1>p2 INVITE, p2>bob INVITE")
		// The RFC's proxy says 480; 16.8 and 17.1.1 make it 408.
		c.want("F3 to F14", c.pass(32*time.Second), "p1>alice 100, p2>p1 100, "+strings.Repeat("p2>bob INVITE, ", 6)+"p2>p1 408, p1>p2 ACK, p1>alice 408")
		c.want("F15", c.send("alice", "p1", c.ackOf(f1, "408")), "alice>p1 ACK")
		c.end()
	})
	t.Run("3.11 unsuccessful temporarily unavailable", unsuccessful("480", 480, true))
}
