package state

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/transaction"
)

// lines returns the lines of a message, with its branches cut to "B".
func lines(b []byte) []string {
	all := strings.Split(strings.TrimSpace(string(b)), "\r\n")
	for i, l := range all {
		if at := strings.Index(l, ";branch=z9hG4bK"); at >= 0 && strings.HasPrefix(l, "Via: ") && strings.Contains(l, "10.0.0.") {
			all[i] = l[:at] + ";branch=B"
		}
	}
	return all
}

// expect checks that a message has the lines, and that none of the others is
// there.
func expect(t *testing.T, b []byte, want, not []string) {
	t.Helper()
	text := "\n" + strings.Join(lines(b), "\n") + "\n"
	for _, l := range want {
		if !strings.Contains(text, "\n"+l+"\n") {
			t.Errorf("no line %q in\n%s", l, text)
		}
	}
	for _, l := range not {
		if strings.Contains(text, l) {
			t.Errorf("there is %q in\n%s", l, text)
		}
	}
}

// TestBytes is 16.6 and 16.7 on bytes: what the proxy with transactions writes
// otherwise than the one without.
func TestBytes(t *testing.T) {
	t.Run("a binding: Request-URI and Route", func(t *testing.T) {
		w := newWorld(t, nextHops(nil), withRegistrar)
		w.receive("b1", w.request("b1", "REGISTER sip:b.example", "Contact: <sip:bob@198.51.100.9;x=1?Subject=a>", "Supported: path",
			"Path: <sip:192.0.2.12;lr>,<sip:192.0.2.13;lr>"))
		expect(t, w.last["b1 200"], []string{"Contact: <sip:bob@198.51.100.9;x=1?Subject=a>;expires=3600", "Path: <sip:192.0.2.12;lr>, <sip:192.0.2.13;lr>"}, nil)
		w.take()
		w.run([]row{{"alice INVITE", "b2:INVITE"}}) // the first of the Path
		expect(t, w.last["b2 INVITE"], []string{"INVITE sip:bob@198.51.100.9;x=1 SIP/2.0", "Route: <sip:192.0.2.12;lr>, <sip:192.0.2.13;lr>",
			"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=B", "Record-Route: <sip:10.0.0.1:5060;lr;rr>", "Max-Forwards: 69", "To: <sip:bob@b.example>"}, []string{"Subject"})
	})
	t.Run("each branch has its own", func(t *testing.T) {
		w := newWorld(t, nextHops(nil), withRegistrar)
		w.bind("b1", "b2")
		w.step("alice INVITE")
		var m codec.Message
		seen := map[string]bool{}
		for _, to := range []string{"b1 INVITE", "b2 INVITE"} {
			if err := m.Parse(w.last[to]); err != nil {
				t.Fatal(err)
			}
			via, err := m.TopVia()
			if err != nil {
				t.Fatal(err)
			}
			seen[string(via.Branch())] = true
		}
		if len(seen) != 2 {
			t.Errorf("branches %v", seen)
		}
		w.end()
	})
	t.Run("a response loses its Via and nothing else", func(t *testing.T) {
		w := newWorld(t, nextHops{"b1"}, nil)
		w.step("alice INVITE")
		w.step("b1 180|Server: x")
		in, out := lines(w.response("b1", "INVITE", 180, []string{"Server: x"})), lines(w.last["alice 180"])
		if in[1] != "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=B" {
			t.Fatalf("%q", in)
		}
		if want := strings.Join(append(in[:1:1], in[2:]...), "\n"); strings.Join(out, "\n") != want {
			t.Errorf("%q\nwant\n%q", out, want)
		}
	})
	t.Run("challenges of all branches (16.7, step 7)", func(t *testing.T) {
		w := newWorld(t, nextHops(nil), withRegistrar)
		w.bind("b1", "b2", "b3")
		w.run([]row{
			{"alice INVITE", "b1:INVITE b2:INVITE b3:INVITE"},
			{`b1 401|WWW-Authenticate: Digest realm="1",nonce="a"`, "b1:ACK"},
			{`b2 407|Proxy-Authenticate: Digest realm="2",nonce="b"`, "b2:ACK"},
			{"b3 404", "alice:407 b3:ACK"},
		})
		expect(t, w.last["alice 407"], []string{`WWW-Authenticate: Digest realm="1",nonce="a"`, `Proxy-Authenticate: Digest realm="2",nonce="b"`}, []string{"10.0.0.1:5060;branch"})
		w.end()
	})
	t.Run("503 to 500", func(t *testing.T) {
		w := newWorld(t, nextHops{"b1"}, nil)
		w.step("alice INVITE")
		w.step("b1 503|Retry-After: 9")
		expect(t, w.last["alice 500"], []string{"SIP/2.0 500 Server Internal Error", "To: <sip:bob@b.example>;tag=tb1"}, nil)
	})
	t.Run("limits: 503 with Retry-After", func(t *testing.T) {
		w := newWorld(t, nextHops{"b1"}, func(c *Config) { c.Transactions.MaxTransactions = 3 })
		w.step("alice INVITE")
		w.step("alice INVITE") // room for its server transaction only
		expect(t, w.last["alice 503"], []string{"Retry-After: 5"}, nil)
		w.take()
		w.step("alice INVITE") // room for none
		expect(t, w.last["alice 503"], []string{"Retry-After: 5"}, nil)
		if got := w.take(); got != "alice:503" {
			t.Errorf("sent %q", got)
		}
		w.end()
	})
	t.Run("the ACK for a 2xx and the BYE go by the Route", func(t *testing.T) {
		w := newWorld(t, nextHops{"b1"}, nil)
		for _, method := range []string{"ACK", "BYE"} {
			r := w.receive("alice", w.request("alice", method+" sip:bob@192.0.2.12", "Route: <sip:10.0.0.1;lr;rr>", "To: <sip:bob@b.example>;tag=t"))
			if got := w.take(); got != "b2:"+method || r.Kind != forward.Forwarded {
				t.Errorf("%s: sent %q, kind %d", method, got, r.Kind)
			}
			expect(t, w.last["b2 "+method], []string{"Max-Forwards: 69"}, []string{"Route:"})
		}
	})
	t.Run("checks need no transaction", func(t *testing.T) {
		w := newWorld(t, nextHops{"b1"}, nil)
		for _, c := range []struct {
			line, more string
			status     string
		}{
			{"INVITE foo:bar", "Subject: x", "416"},
			{"INVITE sip:bob@b.example", "Proxy-Require: foo", "420"},
			{"INVITE sip:bob@b.example", "Max-Forwards: 0", "483"},
		} {
			b := w.request("alice", c.line, c.more)
			if c.status == "483" {
				b = []byte(strings.Replace(string(b), "Max-Forwards: 70\r\n", "", 1))
			}
			if r := w.receive("alice", b); r.Kind != forward.Answered || w.take() != "alice:"+c.status {
				t.Errorf("%s: %+v", c.status, r)
			}
		}
		if n := w.p.Stats().Transactions; n != 0 {
			t.Errorf("%d transactions", n)
		}
	})
	t.Run("too long for a datagram (18.1.1)", func(t *testing.T) {
		w := newWorld(t, nextHops{"b1"}, nil)
		long := "alice INVITE|Subject: " + strings.Repeat("x", 1300)
		w.run([]row{{long, "192.0.2.11:5060:INVITE"}, {"+500ms", "alice:100"}})
		expect(t, w.last["192.0.2.11:5060 INVITE"], []string{"Via: SIP/2.0/TCP 10.0.0.2:5070;branch=B"}, nil)
		w.end()
		w.dead["192.0.2.11:5060"] = true // nobody takes TCP there
		w.run([]row{{long, "b1:INVITE"}, {"b1 200", "alice:200"}})
		expect(t, w.last["b1 INVITE"], []string{"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=B"}, nil)
		w.end()
		w = newWorld(t, nextHops{"b1", "b2"}, nil) // the next one, not the same over UDP
		w.run([]row{{long, "192.0.2.11:5060:INVITE"}, {"+32s", "192.0.2.12:5060:INVITE alice:100"}})
		w.end()
	})
	t.Run("a loop", func(t *testing.T) {
		w := newWorld(t, nextHops{"b1"}, nil)
		w.step("alice INVITE")
		w.take()
		w.receive("b1", w.last["b1 INVITE"])
		if got := w.take(); got != "b1:482" {
			t.Errorf("sent %q", got)
		}
	})
}

// TestStray gives the proxy what belongs to nothing: it must not change
// anything.
func TestStray(t *testing.T) {
	w := newWorld(t, nextHops{"b1"}, nil)
	w.step("alice INVITE")
	response := w.response("b1", "INVITE", 180, nil)
	for _, c := range []struct {
		name  string
		b     string
		cause forward.Cause
	}{
		{"no transaction", strings.Replace(string(response), ";branch=z9hG4bK", ";branch=z9hG4bKx", 1), forward.Stray},
		{"another method", strings.Replace(string(response), "1 INVITE", "1 BYE", 1), forward.Stray},
		{"not ours", strings.Replace(string(response), "10.0.0.1", "10.0.0.3", 1), forward.NotOurs},
		{"malformed", "SIP/2.0 1\r\n\r\n", forward.Malformed},
		{"no Via but ours", strings.Replace(string(response), "Via: SIP/2.0/UDP 192.0.2.1:5060", "X: ", 1), forward.NoVia},
		{"no Via", "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n", forward.Malformed},
	} {
		w.take()
		if r := w.receive("b1", []byte(c.b)); r.Kind != forward.Dropped || r.Cause != c.cause || w.take() != "" {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
	if w.receive("b1", response); w.take() != "alice:180" {
		t.Error("the transaction is gone")
	}
	w.end()
}

// TestViasOfResponse: the second Via value of a response is found however commas and
// lines divide the values (RFC 3261, 7.3.1), and where there is none it is not made up.
func TestViasOfResponse(t *testing.T) {
	for between, want := range map[string]string{
		"\r\nVia: ": "alice:180", ", ": "alice:180", ",": "alice:180", " ,\r\n ": "alice:180", ", ,": "alice:180", ",\r\nVia: ": "alice:180",
		"\r\nVia: ,": "alice:180", "\r\nVia: ,\r\nVia: ": "alice:180", // an empty value first
		"\r\nX: ": "", "\r\nVia: ,\r\nX: ": "", "\r\nVia:\r\nX: ": "", ",\r\nX: ": "", // no second one
	} {
		w := newWorld(t, nextHops{"b1"}, nil)
		w.step("alice INVITE")
		w.take()
		vias := strings.SplitN(string(w.response("b1", "INVITE", 180, nil)), "\r\nVia: ", 3)
		r := w.receive("b1", []byte(vias[0]+"\r\nVia: "+vias[1]+between+vias[2]))
		if got := w.take(); got != want || want == "" && r.Cause != forward.NoVia {
			t.Errorf("%q between them: sent %q, %+v", between, got, r)
		}
		if b := string(w.last["alice 180"]); want != "" && (!strings.Contains(b, ";branch=z9hG4bKalice1\r\n") || strings.Contains(b, vias[1])) {
			t.Errorf("%q between them: not with the Via of alice alone:\n%s", between, b)
		}
		w.end()
	}
}

// TestAllocs: a call allocates nothing once the tables have grown.
func TestAllocs(t *testing.T) {
	w := newWorld(t, nextHops{"b1"}, nil)
	quiet := &quiet{}
	w.p.out = quiet
	invite := w.request("alice", "INVITE sip:bob@b.example")
	bye := w.request("alice", "BYE sip:bob@192.0.2.11", "Route: <sip:10.0.0.1;lr>", "To: <sip:bob@b.example>;tag=t")
	var m codec.Message
	buf := make([]byte, 0, 4096)
	in := make([]byte, 0, 4096)
	receive := func(b []byte, from string) {
		err := m.Parse(b)
		w.p.Receive(new(forward.Result), buf, &m, err, elements[from], w.now)
	}
	answer := func(status string, from string) {
		// The request that was sent last, as a response.
		in = append(append(in[:0], "SIP/2.0 "...), status...)
		in = append(in, quiet.last[bytes.IndexByte(quiet.last, '\r'):]...)
		receive(in, from)
	}
	var request []byte
	call := func() {
		receive(invite, "alice")
		request = append(request[:0], quiet.last...)
		answer("180 Ringing", "b1")
		quiet.last = append(quiet.last[:0], request...)
		answer("200 OK", "b1")
		receive(bye, "alice")
		answer("200 OK", "b1")
		w.pass(3 * 60e9)
	}
	for range 10 {
		call()
	}
	if n := testing.AllocsPerRun(50, call); n > 0 {
		t.Errorf("%v allocations a call", n)
	}
	if got := w.p.Stats(); got.Clients != 2*uint64(61) {
		t.Errorf("%d requests sent on", got.Clients)
	}
}

// quiet keeps what was sent last.
type quiet struct{ last []byte }

// Send implements Sender.
func (q *quiet) Send(_ transaction.Handle, _ int, _ *forward.Peer, b []byte) {
	q.last = append(q.last[:0], b...)
}
