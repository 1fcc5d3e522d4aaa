package state

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
)

// bind registers contacts of bob.
func (w *world) bind(contacts ...string) {
	w.t.Helper()
	for _, c := range contacts {
		name, params, _ := strings.Cut(c, ";")
		contact := "Contact: <sip:bob@" + elements[name].Addr.String()
		if transportOf(name) != 0 && elements[name].Local == 1 {
			contact += ";transport=tcp"
		}
		if contact += ">"; params != "" {
			contact += ";" + params
		}
		w.receive(name, w.request(name, "REGISTER sip:b.example", contact))
		if got := w.take(); got != name+":200" {
			w.t.Fatalf("REGISTER of %s: %s", name, got)
		}
	}
}

// TestFlows goes through RFC 3261, 16.2 to 16.10, step by step: what comes, and
// what is sent for it.
func TestFlows(t *testing.T) {
	all := []string{"b1", "b2", "b3"}
	for _, c := range []struct {
		name     string
		contacts []string // of bob, in the registrar
		hops     nextHops // when bob has none
		change   func(*Config)
		dead     string
		rows     []row
		absorbed int
		dropped  int
	}{
		{"a call", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 100", ""},
			{"b1 180", "alice:180"},
			{"b1 200", "alice:200"},
			{"b1 200", "alice:200"}, // again: end to end
		}, 1, 0},
		{"100 when nothing else comes in 200 ms", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"+200ms", "alice:100"},
			{"alice INVITE again", "alice:100"},
			{"b1 180", "alice:180"},
			{"alice INVITE again", "alice:180"},
		}, 2, 0},
		{"sent again until it is answered, then 408", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"+500ms", "alice:100 b1:INVITE"},
			{"+1s", "b1:INVITE"},
			{"+30500ms", "alice:408 b1:INVITE b1:INVITE b1:INVITE b1:INVITE"},
			{"alice ACK 408", ""},
		}, 1, 0},
		{"busy: the ACK is hop by hop", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 486", "alice:486 b1:ACK"},
			{"b1 486", "b1:ACK"},
			{"+500ms", "alice:486"},
			{"alice ACK 486", ""},
			{"alice ACK 486", ""},
			{"+10s", ""},
		}, 3, 0},
		{"no ACK", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 404", "alice:404 b1:ACK"},
			{"+1500ms", "alice:404 alice:404"},
		}, 0, 0},
		{"a late response is not forwarded (RFC 6026, 7.2)", nil, nextHops{"b1"}, nil, "", []row{
			{"alice MESSAGE", "b1:MESSAGE"},
			{"b1 200 MESSAGE", "alice:200"},
			{"alice MESSAGE again", "alice:200"},
			{"b1 200 MESSAGE", ""},
			{"+1m", ""},
			{"b1 200 MESSAGE", ""},
		}, 2, 1},
		{"a silent branch of what is no INVITE gets no 408 (RFC 4320, 4.1)", nil, nextHops{"b1"}, nil, "", []row{
			{"alice MESSAGE", "b1:MESSAGE"},
			{"+1m", "alice:100" + strings.Repeat(" b1:MESSAGE", 10)},
		}, 0, 0},
		{"CANCEL", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 180", "alice:180"},
			{"alice CANCEL", "alice:200c b1:CANCEL"},
			{"alice CANCEL again", "alice:200c"},
			{"b1 200 CANCEL", ""},
			{"b1 487", "alice:487 b1:ACK"},
			{"alice ACK 487", ""},
		}, 2, 0},
		{"CANCEL before a provisional response", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"alice CANCEL", "alice:200c"},
			{"b1 100", "b1:CANCEL"},
			{"b1 487", "alice:487 b1:ACK"},
		}, 1, 0},
		{"CANCEL and 200 cross", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 180", "alice:180"},
			{"alice CANCEL", "alice:200c b1:CANCEL"},
			{"b1 200", "alice:200"},
			{"b1 481 CANCEL", ""},
		}, 1, 0},
		{"CANCEL of a branch that stays silent: 487", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 180", "alice:180"},
			{"alice CANCEL", "alice:200c b1:CANCEL"},
			{"b1 200 CANCEL", ""},
			{"+32s", "alice:487"},
		}, 1, 0},
		{"a CANCEL of nothing goes on (16.10)", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 200", "alice:200"},
			{"+1m", ""},
			{"alice CANCEL", "b1:CANCEL"},
			{"b1 481 CANCEL", "alice:481c"},
		}, 0, 0},
		{"timer C cancels what rings (16.8)", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 180", "alice:180"},
			{"+184s", ""},
			{"b1 180", "alice:180"}, // sets it again
			{"+184s", ""},
			{"+1s", "b1:CANCEL"},
			{"b1 200 CANCEL", ""},
			{"b1 487", "alice:487 b1:ACK"},
		}, 1, 0},
		{"in parallel; 2xx cancels the others", all, nil, nil, "", []row{
			{"alice INVITE", "b1:INVITE b2:INVITE b3:INVITE"},
			{"b1 180", "alice:180"},
			{"b2 183", "alice:183"},
			{"b3 486", "b3:ACK"},
			{"b2 200", "alice:200 b1:CANCEL"},
			{"b1 200 CANCEL", ""},
			{"b1 487", "b1:ACK"},
			{"b1 180", ""},
		}, 4, 0},
		{"a second 2xx is passed on (16.7, step 5)", all[:2], nil, nil, "", []row{
			{"alice INVITE", "b1:INVITE b2:INVITE"},
			{"b1 180", "alice:180"},
			{"b2 180", "alice:180"},
			{"b1 200", "alice:200 b2:CANCEL"},
			{"b2 200", "alice:200"},
			{"+20s", strings.TrimSpace(strings.Repeat("b2:CANCEL ", 7))},
			{"b2 200", "alice:200"},
		}, 0, 0},
		{"one after the other by q", []string{"b1;q=0.5", "b2;q=1", "b3;q=0.5"}, nil, nil, "", []row{
			{"alice INVITE", "b2:INVITE"},
			{"b2 180", "alice:180"},
			{"b2 486", "b1:INVITE b2:ACK b3:INVITE"},
			{"b1 603", "b1:ACK"}, // 6xx: no wait for a provisional response of b3
			{"b3 180", "alice:180 b3:CANCEL"},
			{"b3 487", "alice:603 b3:ACK"},
			{"alice ACK 603", ""},
		}, 4, 0},
		{"CANCEL keeps the next q from being tried", []string{"b1;q=0.5", "b2;q=1"}, nil, nil, "", []row{
			{"alice INVITE", "b2:INVITE"},
			{"b2 180", "alice:180"},
			{"alice CANCEL", "alice:200c b2:CANCEL"},
			{"b2 487", "alice:487 b2:ACK"},
		}, 0, 0},
		{"the next q after a silent one", []string{"b1;q=0.5", "b2;q=1"}, nil, nil, "", []row{
			{"alice INVITE", "b2:INVITE"},
			{"b2 100", ""},
			{"b2 408", "b1:INVITE b2:ACK"},
			{"b1 200", "alice:200"},
		}, 2, 0},
		{"best: the lowest class", all, nil, nil, "", []row{
			{"alice INVITE", "b1:INVITE b2:INVITE b3:INVITE"},
			{"b1 500", "b1:ACK"},
			{"b2 404", "b2:ACK"},
			{"b3 503", "alice:404 b3:ACK"},
		}, 3, 0},
		{"best: 3xx before 4xx", all[:2], nil, nil, "", []row{
			{"alice INVITE", "b1:INVITE b2:INVITE"},
			{"b1 302|Contact: <sip:x@192.0.2.99>", "b1:ACK"},
			{"b2 404", "alice:302 b2:ACK"},
		}, 2, 0},
		{"best: 6xx before all", all[:2], nil, nil, "", []row{
			{"alice INVITE", "b1:INVITE b2:INVITE"},
			{"b1 404", "b1:ACK"},
			{"b2 600", "alice:600 b2:ACK"},
		}, 1, 0},
		{"best: 484 before 404", all[:2], nil, nil, "", []row{
			{"alice INVITE", "b1:INVITE b2:INVITE"},
			{"b1 484", "b1:ACK"},
			{"b2 404", "alice:484 b2:ACK"},
		}, 2, 0},
		{"best: a real one before a silent branch", all[:2], nil, nil, "", []row{
			{"alice INVITE", "b1:INVITE b2:INVITE"},
			{"b1 480", "b1:ACK"},
			{"b2 100", ""},
			{"+185s", "alice:100 b2:CANCEL"},
			{"b2 200 CANCEL", ""},
			{"+32s", "alice:480"},
		}, 3, 0},
		{"best: a real one before a flow that is gone", []string{"b1", `tb;+sip.instance="<urn:uuid:1>";reg-id=1`}, nil, nil, "tb", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 486", "alice:486 b1:ACK"},
		}, 0, 0},
		{"503 becomes 500 (16.7, step 6)", all[:1], nil, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 503", "alice:500 b1:ACK"},
		}, 0, 0},
		{"503: the next hop that is left", nil, nextHops{"b1", "b2"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 503", "b1:ACK b2:INVITE"},
			{"b2 200", "alice:200"},
		}, 1, 0},
		{"503 of all, three tries", nil, nextHops{"b1", "b2", "b3", "tb"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 503", "b1:ACK b2:INVITE"},
			{"b2 503", "b2:ACK b3:INVITE"},
			{"b3 503", "alice:500 b3:ACK"},
		}, 2, 0},
		{"a silent next hop", nil, nextHops{"b1", "b2"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"+32s", "alice:100 b1:INVITE b1:INVITE b1:INVITE b1:INVITE b1:INVITE b1:INVITE b2:INVITE"},
			{"b2 486", "alice:486 b2:ACK"},
		}, 0, 0},
		{"a next hop that cannot be sent to", nil, nextHops{"tb", "b2"}, nil, "tb", []row{
			{"alice INVITE", "b2:INVITE"},
			{"b2 200", "alice:200"},
		}, 0, 0},
		{"no next hop that can be sent to (16.9)", nil, nextHops{"tb"}, nil, "tb", []row{
			{"alice INVITE", "alice:500"},
		}, 0, 0},
		{"no failover for a client that has given up", nil, nextHops{"b1", "b2"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 180", "alice:180"},
			{"alice CANCEL", "alice:200c b1:CANCEL"},
			{"b1 503", "alice:500 b1:ACK"},
		}, 0, 0},
		{"3xx is passed on", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 302|Contact: <sip:x@192.0.2.12>", "alice:302 b1:ACK"},
		}, 0, 0},
		{"3xx is followed", nil, nextHops{"b1"}, func(c *Config) { c.Recurse = true }, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 302|Contact: <sip:x@192.0.2.12>;q=0.5, <sip:x@192.0.2.13?Subject=a>", "b1:ACK b3:INVITE"},
			{"b3 302|Contact: <sip:x@192.0.2.12>;q=0.9, <sip:x@192.0.2.13>", "b2:INVITE b3:ACK"}, // each once
			{"b2 404", "alice:404 b2:ACK"},
		}, 2, 0},
		{"3xx that leads nowhere is passed on", nil, nextHops{"b1"}, func(c *Config) { c.Recurse = true }, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 302|Contact: <tel:1>, <sip:x@name.example>, <sip:x@10.0.0.1>, <sip:x@239.1.2.3>, <sip:x@255.255.255.255>, <sip:x@0.0.0.0>", "alice:302 b1:ACK"},
		}, 0, 0},
		{"no such user, no other rule", []string{"b1;expires=0"}, nil, nil, "", []row{
			{"alice INVITE", "alice:480"},
			{"alice ACK 480", ""},
		}, 1, 0},
		{"no binding, a rule", []string{"b1;expires=0"}, nextHops{"b2"}, nil, "", []row{
			{"alice INVITE", "b2:INVITE"},
		}, 0, 0},
		{"an expired binding", []string{"b1;expires=60"}, nil, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 200", "alice:200"},
			{"+61s", ""},
			{"alice INVITE", "alice:480"},
		}, 0, 0},
		{"UDP to TCP: nothing is sent again by the proxy", nil, nextHops{"tb"}, nil, "", []row{
			{"alice INVITE", "tb:INVITE"},
			{"+10s", "alice:100"},
			{"tb 486", "alice:486 tb:ACK"},
			{"+500ms", "alice:486"},
		}, 0, 0},
		{"TCP to UDP: the proxy sends again", nil, nextHops{"b1"}, nil, "", []row{
			{"ta INVITE", "b1:INVITE"},
			{"+500ms", "b1:INVITE ta:100"},
			{"b1 200", "ta:200"},
		}, 0, 0},
		{"other methods fork too; the first answer wins", all[:2], nil, nil, "", []row{
			{"alice MESSAGE", "b1:MESSAGE b2:MESSAGE"},
			{"b1 404 MESSAGE", ""},
			{"b2 200 MESSAGE", "alice:200"},
		}, 1, 0},
		{"a second 2xx of what is no INVITE is not passed on", all[:2], nil, nil, "", []row{
			{"alice MESSAGE", "b1:MESSAGE b2:MESSAGE"},
			{"b1 200 MESSAGE", "alice:200"},
			{"b2 200 MESSAGE", ""},
		}, 1, 0},
		{"the connection of a REGISTER", []string{"tb"}, nil, nil, "", []row{
			{"alice INVITE", "tb:INVITE"},
			{"tb 200", "alice:200"},
		}, 0, 0},
		{"a flow that is gone (RFC 5626, 5.3)", []string{`tb;+sip.instance="<urn:uuid:1>";reg-id=1`}, nil, nil, "tb", []row{
			{"alice INVITE", "alice:430"},
		}, 0, 0},
		{"a reliable 180 is repeated by the server only", nil, nextHops{"b1"}, nil, "", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 180|Require: 100rel|RSeq: 7", "alice:180"},
			{"+400ms", ""},
			{"b1 180|Require: 100rel|RSeq: 7", "alice:180"},
			{"+1m", ""},
			{"b1 180|Require: 100rel|RSeq: 8", "alice:180"},
		}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			change := c.change
			if c.contacts != nil {
				change = withRegistrar
			}
			w := newWorld(t, c.hops, change)
			if c.contacts != nil {
				for _, contact := range c.contacts {
					w.bindAny(contact)
				}
			}
			before := w.kinds
			if c.dead != "" {
				w.dead[c.dead] = true
			}
			w.run(c.rows)
			if got := w.kinds[forward.Absorbed] - before[forward.Absorbed]; got != c.absorbed {
				t.Errorf("%d absorbed, want %d", got, c.absorbed)
			}
			if got := w.kinds[forward.Dropped]; got != c.dropped {
				t.Errorf("%d dropped, want %d", got, c.dropped)
			}
			w.end()
		})
	}
}

// bindAny is bind for a contact that may ask for outbound.
func (w *world) bindAny(c string) {
	if !strings.Contains(c, "reg-id") {
		w.bind(c)
		return
	}
	w.bindFlow(c)
}
