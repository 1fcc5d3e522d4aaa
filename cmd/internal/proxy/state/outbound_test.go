package state

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/transaction"
)

// TestOutbound: of the flows of one user agent one is tried at a time, the one
// that was registered last first (RFC 5626, 5.3).
func TestOutbound(t *testing.T) {
	const one, other = `+sip.instance="<urn:uuid:1>"`, `+sip.instance="<urn:uuid:2>"`
	two := []string{"b1;" + one + ";reg-id=1", "b2;" + one + ";reg-id=2"}
	for _, c := range []struct {
		name     string
		contacts []string
		dead     string
		rows     []row
	}{
		{"the last one is tried, and its answer counts", two, "", []row{
			{"alice INVITE", "b2:INVITE"},
			{"b2 486", "alice:486 b2:ACK"},
		}},
		{"the next one when it is silent", two, "", []row{
			{"alice INVITE", "b2:INVITE"},
			{"b2 100", ""},
			{"b2 430", "b1:INVITE b2:ACK"}, // an edge proxy has lost it
			{"b1 180", "alice:180"},
			{"b1 200", "alice:200"},
		}},
		{"all have failed", two, "", []row{
			{"alice INVITE", "b2:INVITE"},
			{"b2 430", "b1:INVITE b2:ACK"},
			{"b1 430", "alice:430 b1:ACK"},
		}},
		{"the connection is gone", []string{"b1;" + one + ";reg-id=1", "tb;" + one + ";reg-id=2"}, "tb", []row{
			{"alice INVITE", "b1:INVITE"},
			{"b1 200", "alice:200"},
		}},
		{"two user agents are tried at the same time", append(two[:2:2], "b3;"+other+";reg-id=1"), "", []row{
			{"alice INVITE", "b2:INVITE b3:INVITE"},
			{"b2 430", "b1:INVITE b2:ACK"},
			{"b3 486", "b3:ACK"},
			{"b1 200", "alice:200"},
		}},
		{"no other flow for a client that has given up", two, "", []row{
			{"alice INVITE", "b2:INVITE"},
			{"b2 180", "alice:180"},
			{"alice CANCEL", "alice:200c b2:CANCEL"},
			{"b2 430", "alice:430 b2:ACK"},
		}},
		{"without a reg-id they are contacts", []string{"b1;" + one, "b2;" + one}, "", []row{
			{"alice INVITE", "b1:INVITE b2:INVITE"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nextHops(nil), withRegistrar)
			for _, contact := range c.contacts {
				w.bindFlow(contact)
			}
			w.dead[c.dead] = true
			w.run(c.rows)
			w.end()
		})
	}
}

// TestOutboundACK: the ACK for a 2xx that names the user goes to the flow that
// the INVITE went to.
func TestOutboundACK(t *testing.T) {
	w := newWorld(t, nextHops(nil), withRegistrar)
	for _, contact := range []string{"b1", "b2"} {
		w.bindFlow(contact + `;+sip.instance="<urn:uuid:1>";reg-id=` + contact[1:])
	}
	w.run([]row{{"alice INVITE", "b2:INVITE"}, {"b2 200", "alice:200"}})
	w.receive("alice", w.request("alice", "ACK sip:bob@b.example", "To: <sip:bob@b.example>;tag=t"))
	if got := w.take(); got != "b2:ACK" {
		t.Errorf("sent %q", got)
	}
	w.end()
}

// TestFlowSerial: a binding is for the connection of its REGISTER, and says so.
func TestFlowSerial(t *testing.T) {
	w := newWorld(t, nextHops(nil), withRegistrar)
	src := elements["tb"]
	src.Serial = 7
	register := w.request("tb", "REGISTER sip:b.example", `Contact: <sip:bob@192.0.2.22:40002;transport=tcp>;+sip.instance="<urn:uuid:1>";reg-id=1`, "Supported: outbound")
	err := w.m.Parse(register)
	w.p.Receive(new(forward.Result), nil, &w.m, err, src, w.now)
	peers := &peers{}
	w.p.out = peers
	w.receive("alice", w.request("alice", "INVITE sip:bob@b.example"))
	if len(peers.all) != 1 || peers.all[0].Serial != 7 || peers.all[0].Flow != src.Addr {
		t.Errorf("sent to %+v", peers.all)
	}
}

// peers keeps where messages were sent to.
type peers struct{ all []forward.Peer }

// Send implements Sender.
func (p *peers) Send(_ transaction.Handle, _ int, to *forward.Peer, _ []byte) {
	p.all = append(p.all, *to)
}

// bindFlow is bind for a contact of a client that supports outbound.
func (w *world) bindFlow(contact string) {
	w.t.Helper()
	name, params, _ := strings.Cut(contact, ";")
	uri := "sip:bob@" + elements[name].Addr.String()
	if elements[name].Local == 1 {
		uri += ";transport=tcp"
	}
	w.receive(name, w.request(name, "REGISTER sip:b.example", "Contact: <"+uri+">;"+params, "Supported: outbound"))
	if got := w.take(); got != name+":200" {
		w.t.Fatalf("REGISTER of %s: %s", name, got)
	}
}
