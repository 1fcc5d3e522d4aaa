package engine

import (
	"fmt"
	"testing"

	"github.com/sipwire/sipwire/codec"
)

// TestDueAfter has the 200 of an INVITE wait for the engine: the BYE is due at
// the tick behind it, or when it leaves, if that is before. What comes on top
// counts as late, and in the latency of the BYE.
func TestDueAfter(t *testing.T) {
	const ms = millisecond
	for _, c := range []struct {
		handled       int64 // the 200, which the kernel had at 10 ms
		late, latency int64 // of the BYE, whose 200 comes at 40 ms
	}{
		{10 * ms, 0, 30 * ms},
		{11 * ms, 0, 29 * ms},
		{12 * ms, 0, 28 * ms},
		{15 * ms, 3 * ms, 28 * ms},
		{30 * ms, 18 * ms, 28 * ms},
	} {
		cfg := Defaults(compile(t, `<send><![CDATA[`+request("INVITE")+`]]></send><recv response="200"/>
			<send><![CDATA[`+request("BYE")+`]]></send><recv response="200"/>`))
		cfg.Words, cfg.Target = words(5061), anywhere
		e := New(cfg, NewShared())
		e.Tick = 4 * ms
		e.Start(0, 0, 0)
		e.Flushed()
		e.Counts.Latency.Reset() // of the INVITE
		var m codec.Message
		answer := func(handled, at int64, n int, method string) {
			data := fmt.Sprintf("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK-7-1-%d\r\nFrom: <sip:a@b>;tag=1\r\n"+
				"To: <sip:c@d>;tag=2\r\nCall-ID: 1-7@127.0.0.1\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n", n, n, method)
			if err := m.Parse([]byte(data)); err != nil {
				t.Fatal(err)
			}
			e.Receive(handled, at, &m, anywhere, 0)
		}
		answer(c.handled, 10*ms, 1, "INVITE")
		e.Counts.Latency.Reset()
		if e.Counts.MaxLate != c.late {
			t.Errorf("handled at %d ms: %d µs late, want %d", c.handled/ms, e.Counts.MaxLate/1000, c.late/1000)
		}
		e.Flushed()
		answer(40*ms, 40*ms, 2, "BYE")
		if l := e.Counts.Latency; l.TotalCount() != 1 || l.Max() < c.latency/1000 || l.Max() > c.latency/1000+30 {
			t.Errorf("handled at %d ms: latency of %d values, %d µs, want %d", c.handled/ms, l.TotalCount(), l.Max(), c.latency/1000)
		}
		if e.Counts.Successful != 1 {
			t.Errorf("handled at %d ms: %v", c.handled/ms, e.Counts.ByCause)
		}
	}
}

// TestLateForTimeout: what comes behind a timeout is late, also when it is handled
// before the tick at which the timer would have ended.
func TestLateForTimeout(t *testing.T) {
	const ms = millisecond
	for _, c := range []struct {
		at                 int64
		onTimeout          string
		received, timedOut uint64
		successful         uint64
	}{
		{19 * ms, "", 1, 0, 1},
		{21 * ms, "", 0, 1, 0},
		{21 * ms, ` ontimeout="x"`, 0, 1, 1}, // the second recv takes it
	} {
		cfg := Defaults(compile(t, `<send><![CDATA[`+request("OPTIONS")+`]]></send>
			<recv response="200" timeout="20"`+c.onTimeout+` next="y"/><label id="x"/><recv response="200"/><label id="y"/>`))
		cfg.Words, cfg.Target = words(5061), anywhere
		e := New(cfg, NewShared())
		e.Tick = 8 * ms
		e.Start(0, 0, 0)
		e.Flushed()
		var m codec.Message
		data := "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK-7-1-1\r\nFrom: <sip:a@b>;tag=1\r\n" +
			"To: <sip:c@d>;tag=2\r\nCall-ID: 1-7@127.0.0.1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
		if err := m.Parse([]byte(data)); err != nil {
			t.Fatal(err)
		}
		e.Receive(24*ms, c.at, &m, anywhere, 0)
		if s := e.Counts.Steps[1]; s.Received != c.received || s.TimedOut != c.timedOut || e.Counts.Successful != c.successful || e.Open() != 0 {
			t.Errorf("%d ms%s: %d received, %d timed out, %d successful, %d open", c.at/ms, c.onTimeout, s.Received, s.TimedOut, e.Counts.Successful, e.Open())
		}
	}
}

// TestAnswerAtTick answers a request that no step expects at the tick, which is
// not late.
func TestAnswerAtTick(t *testing.T) {
	cfg := Defaults(compile(t, "options"))
	cfg.AutoAnswer = true
	e := New(cfg, NewShared())
	e.Tick = 10 * millisecond
	var m codec.Message
	if err := m.Parse([]byte(incoming("OPTIONS", "x", "1"))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ at, handled, late int64 }{{1, 10, 0}, {11, 25, 5}} {
		e.Receive(c.handled*millisecond, c.at*millisecond, &m, anywhere, 0)
		if e.Counts.MaxLate != c.late*millisecond {
			t.Errorf("handled at %d ms: %d µs late", c.handled, e.Counts.MaxLate/1000)
		}
	}
	if e.Counts.AutoAnswered != 2 {
		t.Errorf("%d answered", e.Counts.AutoAnswered)
	}
}

// incoming is a request of the other side.
func incoming(method, callID, tag string) string {
	return method + " sip:c@d SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK-" + callID + method + "\r\nMax-Forwards: 70\r\nFrom: <sip:c@d>;tag=" + tag + "\r\n" +
		"To: <sip:a@b>;tag=1\r\nCall-ID: " + callID + "\r\nCSeq: 1 " + method + "\r\nContent-Length: 0\r\n\r\n"
}

// request is a request of a scenario.
func request(method string) string {
	return method + ` sip:[remote_ip] SIP/2.0
Via: SIP/2.0/UDP [local_ip];branch=[branch]
From: <sip:a@b>;tag=[call_number]
To: <sip:c@d>[peer_tag_param]
Call-ID: [call_id]
CSeq: [cseq] ` + method + `
Content-Length: 0

`
}
