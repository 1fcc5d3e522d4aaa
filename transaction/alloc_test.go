package transaction

import (
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// null sends nothing.
type null struct{ n int }

func (s *null) Send(Handle, Addr, []byte) { s.n++ }

// TestAllocs: once the tables have grown, nothing is allocated, by whatever
// way a transaction goes.
func TestAllocs(t *testing.T) {
	parse := func(s string) *codec.Message {
		m := new(codec.Message)
		if err := m.Parse([]byte(s)); err != nil {
			t.Fatal(err)
		}
		return m
	}
	options, invite, ack, cancel := parse(req("OPTIONS")), parse(req("INVITE")), parse(req("ACK")), parse(req("CANCEL"))
	inviteBytes, optionsBytes := []byte(req("INVITE")), []byte(req("OPTIONS"))
	ringing, busy, answer := parse(resp(180, "INVITE")), parse(resp(486, "INVITE")), parse(resp(200, "INVITE"))
	cancelled, fine := parse(resp(200, "CANCEL")), parse(resp(200, "OPTIONS"))
	okBytes := []byte(resp(200, "INVITE"))
	bad := new(codec.Message)
	_ = bad.Parse([]byte("OPTIONS\r\n\r\n"))
	withoutTo := parse(strings.Replace(req("OPTIONS"), "To:", "X:", 1))
	other := parse(msg("OPTIONS sip:bob@example.com SIP/2.0", "z9hG4bK2", "1 OPTIONS"))
	prack := parse(msg("PRACK sip:bob@example.com SIP/2.0", "z9hG4bKp", "2 PRACK", "To: <sip:bob@example.com>;tag=b1", "RAck: 7 1 INVITE"))
	var early [3][]byte
	for i, rseq := range []string{"7", "8", "9"} {
		early[i] = []byte(resp(183, "INVITE", "Require: 100rel", "RSeq: "+rseq))
	}
	via := &codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("192.0.2.1"), Port: 5060, Branch: []byte("z9hG4bK1")}
	ok := compose.Reply{Status: 200}
	ring, reject := compose.Reply{Status: 180}, compose.Reply{Status: 486}

	l := New(new(null), Config{MaxSource: 100, Ends: true, MaxTransactions: 3, Answer: 10 * time.Minute})
	now := time.Second
	drain := func(d time.Duration) {
		for now += d; ; {
			if _, ok := l.Advance(now); !ok {
				return
			}
		}
	}
	begin := func(m *codec.Message) Handle { return l.Receive(m, udpPeer, now).Tx }
	for name, f := range map[string]func(){
		"server": func() {
			h := begin(options)
			l.Receive(options, udpPeer, now)
			_ = l.Reply(h, options, &ok, now)
			l.Receive(options, udpPeer, now)
		},
		"server, request kept": func() { _ = l.Reply(begin(options), nil, &ok, now) },
		"server, no answer":    func() { begin(options) },
		"sent":                 func() { l.Sent(options) },
		"begins":               func() { l.Begins(invite); l.Begins(cancel) },
		"INVITE server": func() {
			h := begin(invite)
			_ = l.Reply(h, nil, &ring, now)
			_ = l.Reply(h, nil, &reject, now)
			drain(5 * time.Second)
			l.Receive(ack, udpPeer, now)
		},
		"INVITE server, 2xx": func() {
			h := begin(invite)
			_ = l.ReplyReliably(h, nil, &ring, now)
			drain(time.Second)
			_ = l.Respond(h, okBytes, now)
			_ = l.Repeat(h, now)
			l.Receive(ack, udpPeer, now)
		},
		"INVITE server, reliable responses": func() {
			h := begin(invite)
			_ = l.Respond(h, early[0], now)
			_ = l.Reply(begin(prack), prack, &ok, now)
			_ = l.Respond(h, early[1], now)
			_ = l.Respond(h, early[2], now)
			drain(time.Second)
			_ = l.Reply(h, nil, &reject, now)
			l.Receive(ack, udpPeer, now)
		},
		"INVITE server, forgotten": func() { begin(invite) },
		"rejected":                 func() { _ = l.Reject(options, udpPeer, &reject) },
		"INVITE server, cancelled": func() {
			begin(invite)
			l.Receive(cancel, udpPeer, now)
			l.Receive(ack, udpPeer, now)
		},
		"client": func() {
			_, _ = l.Request(optionsBytes, udpPeer, 1, now)
			drain(time.Second)
			l.Receive(fine, udpPeer, now)
		},
		"client, no answer": func() { _, _ = l.Request(optionsBytes, udpPeer, 1, now) },
		"INVITE client": func() {
			h, _ := l.Request(inviteBytes, udpPeer, 1, now)
			l.Receive(ringing, udpPeer, now)
			_ = l.Cancel(h, now)
			l.Receive(cancelled, udpPeer, now)
			l.Receive(busy, udpPeer, now)
			l.Receive(busy, udpPeer, now)
		},
		"INVITE client, 2xx": func() {
			_, _ = l.Request(inviteBytes, udpPeer, 1, now)
			l.Receive(answer, udpPeer, now)
		},
		"passed on": func() {
			h := begin(invite)
			_, _ = l.Forward(inviteBytes, invite, via, udpPeer, 1, now)
			l.Receive(answer, udpPeer, now)
			_ = l.Relay(h, okBytes, answer, now)
			l.Receive(cancel, udpPeer, now)
		},
		"strays": func() {
			l.Receive(fine, udpPeer, now)
			l.Receive(ack, udpPeer, now)
			l.Receive(bad, udpPeer, now)
			l.Receive(withoutTo, udpPeer, now)
			_ = l.Reply(5, nil, &ok, now)
		},
		"refused": func() {
			begin(options)
			begin(invite)
			begin(cancel)
			begin(other)
		},
		"failed": func() {
			h, _ := l.Request(optionsBytes, tcpPeer, 1, now)
			l.TransportError(h, now)
			_, _ = l.Request(optionsBytes, tcpPeer, 1, now)
			_, _ = l.Request(okBytes, tcpPeer, 1, now)
		},
	} {
		if n := testing.AllocsPerRun(200, func() {
			f()
			drain(time.Hour)
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if n := l.Stats().Transactions; n > 1 {
			t.Errorf("%s: %d transactions are left", name, n)
		}
		if err := invariants(l); err != nil {
			t.Fatal(name, err)
		}
		// An INVITE that nobody answers is the only thing that stays.
		for i := range l.txs.Cap() {
			if l.txs.InUse(i) {
				_ = l.Reply(l.handle(i), nil, &reject, now)
			}
		}
		drain(time.Hour)
	}
}
