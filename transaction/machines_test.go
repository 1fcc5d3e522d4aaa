package transaction

import (
	"fmt"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
)

func TestMachines(t *testing.T) {
	for _, m := range []struct {
		name   string
		rows   []row
		peer   Addr
		reach  func(*world, Addr, State) Handle
		states []State
		events map[string]func(*world, Addr, Handle) string
	}{
		{"INVITE client, UDP", inviteClientUDP, udpPeer, reachInviteClient, []State{Calling, Proceeding, Completed, Accepted}, inviteClientEvents},
		{"INVITE client, TCP", inviteClientTCP, tcpPeer, reachInviteClient, []State{Calling, Proceeding, Completed, Accepted}, inviteClientEvents},
		{"client, UDP", clientUDP, udpPeer, reachClient, []State{Trying, Proceeding, Completed}, clientEvents},
		{"client, TCP", clientTCP, tcpPeer, reachClient, []State{Trying, Proceeding, Completed}, clientEvents},
		{"INVITE server, UDP", inviteServerUDP, udpPeer, reachInviteServer, []State{Proceeding, Completed, Confirmed, Accepted}, inviteServerEvents},
		{"INVITE server, TCP", inviteServerTCP, tcpPeer, reachInviteServer, []State{Proceeding, Completed, Confirmed, Accepted}, inviteServerEvents},
		{"server, UDP", serverUDP, udpPeer, reachServer, []State{Trying, Proceeding, Completed}, serverEvents},
		{"server, TCP", serverTCP, tcpPeer, reachServer, []State{Trying, Proceeding, Completed}, serverEvents},
	} {
		have := map[string]bool{}
		for _, r := range m.rows {
			name := fmt.Sprintf("%s/%v/%s", m.name, r.state, r.event)
			have[r.state.String()+r.event] = true
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, testTimes)
				h := m.reach(w, m.peer, r.state)
				if got := w.State(h); got != r.state {
					t.Fatalf("the test starts in %v", got)
				}
				w.take()
				told := m.events[r.event](w, m.peer, h)
				if got := w.State(h); got != r.next && !(r.next == Terminated && got == Terminated) {
					t.Errorf("state %v, want %v", got, r.next)
				}
				if got := w.take(); got != r.sent {
					t.Errorf("sent %q, want %q", got, r.sent)
				}
				if told != r.told {
					t.Errorf("told %q, want %q", told, r.told)
				}
				// Whatever happened, it ends: nothing is stuck but an INVITE
				// that waits for its user.
				w.run(100 * time.Second)
				if r.next == Terminated && w.Stats().Transactions > 1 {
					t.Errorf("%d transactions are left", w.Stats().Transactions)
				}
			})
		}
		for _, s := range m.states {
			for event := range m.events {
				if !have[s.String()+event] {
					t.Errorf("%s: the table has nothing of %v with %s", m.name, s, event)
				}
			}
		}
		if want := len(m.states) * len(m.events); len(m.rows) != want {
			t.Errorf("%s: %d rows, want %d", m.name, len(m.rows), want)
		}
	}
}

// after runs the clock and says what the caller was told.
func after(d time.Duration) func(*world, Addr, Handle) string {
	return func(w *world, _ Addr, _ Handle) string {
		told := ""
		for _, ev := range w.run(d) {
			told += tell(ev)
		}
		return told
	}
}

func tell(ev Event) string {
	switch ev.Kind {
	case None:
		return ""
	case Timeout:
		return "Timeout " + ev.Timer.String()
	}
	return ev.Kind.String()
}

func fails(err error) string {
	if code, ok := err.(sipwire.Code); ok {
		return "error " + code.Name()
	}
	return ""
}

func comes(make func() string) func(*world, Addr, Handle) string {
	return func(w *world, peer Addr, h Handle) string {
		ev := w.receive(make(), peer)
		if ev.Kind != None && (ev.Tx != h || ev.User != w.txs.At(uint32(h)).user) {
			w.t.Errorf("the event %+v is not of %x", ev, h)
		}
		return tell(ev)
	}
}

func broken(w *world, _ Addr, h Handle) string { return tell(w.TransportError(h, w.at)) }

func answers(status int) func(*world, Addr, Handle) string {
	return func(w *world, _ Addr, h Handle) string {
		var m codec.Message
		if w.txs.At(uint32(h)).is(isInvite) {
			_ = m.Parse([]byte(req("INVITE")))
		} else {
			_ = m.Parse([]byte(req("OPTIONS")))
		}
		return fails(w.Reply(h, &m, &compose.Reply{Status: status}, w.at))
	}
}

var inviteClientEvents = map[string]func(*world, Addr, Handle) string{
	"Timer A":         after(100 * ms),
	"64*T1":           after(t64),
	"Timer D":         after(9000 * ms),
	"1xx":             comes(func() string { return resp(180, "INVITE") }),
	"2xx":             comes(func() string { return resp(200, "INVITE") }),
	"300-699":         comes(func() string { return resp(486, "INVITE") }),
	"Transport error": broken,
	"Cancel":          func(w *world, _ Addr, h Handle) string { return fails(w.Cancel(h, w.at)) },
}

func reachInviteClient(w *world, peer Addr, s State) Handle {
	h := w.request(req("INVITE"), peer)
	switch s {
	case Proceeding:
		w.receive(resp(180, "INVITE"), peer)
	case Completed:
		w.receive(resp(404, "INVITE"), peer)
	case Accepted:
		w.receive(resp(200, "INVITE"), peer)
	}
	return h
}

var clientEvents = map[string]func(*world, Addr, Handle) string{
	"Timer E":         after(100 * ms),
	"64*T1":           after(t64),
	"Timer K":         after(1000 * ms),
	"1xx":             comes(func() string { return resp(100, "OPTIONS") }),
	"200-699":         comes(func() string { return resp(200, "OPTIONS") }),
	"Transport error": broken,
}

func reachClient(w *world, peer Addr, s State) Handle {
	h := w.request(req("OPTIONS"), peer)
	switch s {
	case Proceeding:
		w.receive(resp(100, "OPTIONS"), peer)
	case Completed:
		w.receive(resp(404, "OPTIONS"), peer)
	}
	return h
}

var inviteServerEvents = map[string]func(*world, Addr, Handle) string{
	"Trying":          after(50 * ms),
	"Timer G":         after(100 * ms),
	"64*T1":           after(t64),
	"Timer I":         after(1000 * ms),
	"INVITE":          comes(func() string { return req("INVITE") }),
	"ACK":             comes(func() string { return req("ACK") }),
	"CANCEL":          comes(func() string { return req("CANCEL") }),
	"1xx from TU":     answers(180),
	"2xx from TU":     answers(200),
	"300-699 from TU": answers(486),
	"Transport error": broken,
}

func reachInviteServer(w *world, peer Addr, s State) Handle {
	h := w.receive(req("INVITE"), peer).Tx
	switch s {
	case Completed:
		w.reply(h, 486)
	case Confirmed:
		w.reply(h, 486)
		w.receive(req("ACK"), peer)
	case Accepted:
		w.reply(h, 200)
	}
	return h
}

var serverEvents = map[string]func(*world, Addr, Handle) string{
	"Request":     comes(func() string { return req("OPTIONS") }),
	"64*T1":       after(t64),
	"100 from TU": answers(100),
	"100 from TU, late": func(w *world, _ Addr, h Handle) string {
		w.at += 700 * ms // without Advance, which would have sent one
		return fails(w.Reply(h, nil, &compose.Reply{Status: 100}, w.at))
	},
	"101-199 from TU": answers(183),
	"408 from TU":     answers(408),
	"200-699 from TU": answers(200),
	"Transport error": broken,
}

func reachServer(w *world, peer Addr, s State) Handle {
	h := w.receive(req("OPTIONS"), peer).Tx
	switch s {
	case Proceeding:
		w.run(700 * ms)
	case Completed:
		w.reply(h, 200)
	}
	return h
}
