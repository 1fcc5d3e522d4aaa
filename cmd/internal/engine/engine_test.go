package engine

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

func TestCall(t *testing.T) {
	n := newNetwork(t, "uac", "uas", nil)
	n.start(1)
	n.run(3600 * second)
	want := "> INVITE sip:service@127.0.0.1:5060 SIP/2.0, < SIP/2.0 180 Ringing, < SIP/2.0 200 OK, " +
		"> ACK sip:service@127.0.0.1:5060 SIP/2.0, > BYE sip:service@127.0.0.1:5060 SIP/2.0, < SIP/2.0 200 OK"
	if got := strings.Join(n.log, ", "); got != want {
		t.Errorf("sent\n%s, want\n%s", got, want)
	}
	for _, e := range []*Engine{n.client, n.server} {
		if e.Counts.Successful != 1 || e.Counts.Failed != 0 || e.Open() != 0 {
			t.Errorf("%d successful, %d failed, %d open", e.Counts.Successful, e.Counts.Failed, e.Open())
		}
	}
	// 10 ms there and back, for the INVITE and for the BYE.
	if l := n.client.Counts.Latency; l.TotalCount() != 2 || l.Max() < 10000 || l.Max() > 10010 {
		t.Errorf("latency: %d values, at most %d µs", l.TotalCount(), l.Max())
	}
}

// TestLoss drops a tenth of the packets: repeats make up for it.
func TestLoss(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	n := newNetwork(t, "uac", "uas", nil)
	lost := 0
	n.lose = func(*Engine, []byte) bool {
		if r.IntN(10) == 0 {
			lost++
			return true
		}
		return false
	}
	const calls = 2000
	n.start(calls)
	n.run(3600 * second)
	if lost == 0 || n.client.Counts.Successful != calls || n.client.Counts.Failed != 0 {
		t.Errorf("%d packets lost: %d calls successful, %v failed", lost, n.client.Counts.Successful, n.client.Counts.ByCause)
	}
	if n.client.Counts.RepeatedByTimer == 0 || n.client.Counts.RepeatedOnRequest == 0 {
		t.Errorf("repeated %d by timer, %d on request", n.client.Counts.RepeatedByTimer, n.client.Counts.RepeatedOnRequest)
	}
}

// TestOvertaken has the 180 and the ACK come a second time when the call is
// past them: they are dropped.
func TestOvertaken(t *testing.T) {
	n := newNetwork(t, "uac", "uas", func(c, _ *Config) { c.Pause = scenario.Fixed(1000) })
	var ringing, ack []byte
	n.lose = func(from *Engine, data []byte) bool {
		if strings.HasPrefix(string(data), "SIP/2.0 180") {
			ringing = append(ringing[:0], data...)
		}
		if strings.HasPrefix(string(data), "ACK") {
			ack = append(ack[:0], data...)
			// Not the same bytes, as from another hop: not a plain repeat.
			ringing, ack = append(ringing, " \r\n"...), append(ack, " \r\n"...)
			n.inFlight = append(n.inFlight, packet{n.now + 1200*millisecond, n.client, ringing}, packet{n.now + 1200*millisecond, n.server, ack})
		}
		return false
	}
	n.start(1)
	n.run(100 * second)
	for _, e := range []*Engine{n.client, n.server} {
		if e.Counts.Successful != 1 || e.Counts.Unexpected != 0 {
			t.Errorf("%d successful, %d unexpected messages", e.Counts.Successful, e.Counts.Unexpected)
		}
	}
}

// TestAnsweredAgain repeats an INVITE after its ACK: the answer is what was
// sent then, not one made of the ACK.
func TestAnsweredAgain(t *testing.T) {
	n := newNetwork(t, "uac", "uas", func(c, _ *Config) { c.Pause = scenario.Fixed(1000) })
	var invite []byte
	n.lose = func(_ *Engine, data []byte) bool {
		switch {
		case strings.HasPrefix(string(data), "INVITE"):
			invite = append([]byte(nil), data...)
		case strings.HasPrefix(string(data), "ACK") && invite != nil:
			n.inFlight = append(n.inFlight, packet{n.now + 100*millisecond, n.server, invite})
			invite = nil
		case strings.HasPrefix(string(data), "SIP/2.0 200") && !strings.Contains(string(data), "CSeq: 2 BYE") && !strings.Contains(string(data), "CSeq: 1 INVITE"):
			t.Errorf("answered with\n%s", data)
		}
		return false
	}
	n.start(1)
	n.run(100 * second)
	if ringing := strings.Count(strings.Join(n.log, "\n"), "180 Ringing"); ringing != 1 {
		t.Errorf("180 was sent %d times", ringing)
	}
	if n.server.Counts.RepeatedOnRequest != 1 || n.client.Counts.Successful != 1 {
		t.Errorf("%d repeated, %d successful", n.server.Counts.RepeatedOnRequest, n.client.Counts.Successful)
	}
}

// TestRepeats counts the repeats of an INVITE that nobody answers, and when
// they leave.
func TestRepeats(t *testing.T) {
	for _, c := range []struct {
		scenario string
		repeats  int
		end      int64
	}{
		// 500 ms, doubled: the sixth wait ends the call.
		{"uac", 5, 31500 * millisecond},
		// Others double up to T2.
		{"options", 9, (500 + 1000 + 2000 + 4000*7) * millisecond},
	} {
		n := newNetwork(t, c.scenario, "uas", nil)
		sent := 0
		n.lose = func(*Engine, []byte) bool { sent++; return true }
		var ended int64
		n.client.Ended = func(now int64, cause Cause) {
			if ended = now; cause != NoResponse {
				t.Errorf("ends by %v", cause)
			}
		}
		n.start(1)
		n.run(3600 * second)
		if sent != c.repeats+1 || ended != c.end {
			t.Errorf("%s: sent %d times, ended after %v", c.scenario, sent, time.Duration(ended))
		}
		if got := n.client.Counts.Steps[0]; got.Sent != 1 || got.Repeated != uint64(c.repeats) || got.TimedOut != 1 {
			t.Errorf("%s: step 0 counts %+v", c.scenario, got)
		}
	}
}

// TestAbort refuses, rings for ever, and answers too late: the other side is
// told as far as the call has come.
func TestAbort(t *testing.T) {
	server := func(answers ...string) string {
		s := `<recv request="INVITE"/>`
		for _, a := range answers {
			s += "<send><![CDATA[\nSIP/2.0 " + a + "\n[last_Via:]\n[last_From:]\n[last_To:];tag=t\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:127.0.0.1:5060>\nContent-Length: 0\n]]></send>"
		}
		return s + `<recv request="OPTIONS" timeout="100000"/>`
	}
	client := `<send retrans="500"><![CDATA[
		INVITE sip:a@127.0.0.1:5060 SIP/2.0
		Via: SIP/2.0/UDP 127.0.0.1:5061;branch=[branch]
		Max-Forwards: 70
		From: <sip:b@127.0.0.1>;tag=[call_number]
		To: <sip:a@127.0.0.1>
		Call-ID: [call_id]
		CSeq: 1 INVITE
		Contact: <sip:b@127.0.0.1:5061>
		Content-Length: 0
	]]></send>
	<recv response="100" optional="true"/><recv response="200" timeout="1000"/>`
	for name, c := range map[string]struct {
		answers []string
		cause   Cause
		want    string
	}{
		"refused":  {[]string{"486 Busy Here"}, UnexpectedMessage, "> ACK sip:a@127.0.0.1:5060 SIP/2.0"},
		"ringing":  {[]string{"100 Trying", "183 Progress"}, UnexpectedMessage, "> CANCEL sip:a@127.0.0.1:5060 SIP/2.0"},
		"no final": {[]string{"100 Trying"}, NothingCame, "> CANCEL sip:a@127.0.0.1:5060 SIP/2.0"},
	} {
		n := newNetwork(t, client, server(c.answers...), nil)
		n.start(1)
		n.run(10 * second)
		if n.client.Counts.ByCause[c.cause] != 1 {
			t.Errorf("%s: %v", name, n.client.Counts.ByCause)
		}
		if !contains(n.log, c.want) {
			t.Errorf("%s: sent %q", name, n.log)
		}
	}
	// A 200 whose ACK was not sent yet: ACK, then BYE to the Contact.
	n := newNetwork(t, client+`<recv request="INFO" timeout="50"/>`, server("200 OK"), nil)
	n.start(1)
	n.run(10 * second)
	if got := strings.Join(n.log[2:4], ", "); got != "> ACK sip:127.0.0.1:5060 SIP/2.0, > BYE sip:127.0.0.1:5060 SIP/2.0" {
		t.Errorf("sent %s", got)
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// TestDigest registers with a server that checks the credentials.
func TestDigest(t *testing.T) {
	answer := func(status, more string) string {
		return "<send><![CDATA[\nSIP/2.0 " + status + "\n[last_Via:]\n[last_From:]\n[last_To:];tag=t\n[last_Call-ID:]\n[last_CSeq:]\n" + more + "\nContent-Length: 0\n]]></send>"
	}
	server := `<label id="again"/><recv request="REGISTER"/>` +
		answer("401 Unauthorized", `WWW-Authenticate: Digest realm="r", nonce="n1", algorithm=MD5, qop="auth"`) +
		`<recv request="REGISTER"><action><verifyauth assign_to="ok" username="joe" password="secret"/></action></recv>
		<nop test="ok" next="good"/>` + answer("403 Forbidden", "X: y") + `<label id="good"/>` + answer("200 OK", "X: y") +
		`<nop next="again"/>`
	for password, want := range map[string]uint64{"secret": 1, "wrong": 0} {
		n := newNetwork(t, "register", server, func(c, _ *Config) { c.Words.AuthPassword = password })
		n.start(1)
		n.run(10 * second)
		if n.client.Counts.Successful != want {
			t.Errorf("password %s: %d successful, sent %q", password, n.client.Counts.Successful, n.log)
		}
	}
}

// TestLateness starts a call 50 ms after its time: the wait of the call counts
// from when it was due, and the send counts as late.
func TestLateness(t *testing.T) {
	n := newNetwork(t, "options", `<recv request="OPTIONS"/><send><![CDATA[
		SIP/2.0 200 OK
		[last_Via:]
		[last_From:]
		[last_To:];tag=t
		[last_Call-ID:]
		[last_CSeq:]
		Content-Length: 0
	]]></send>`, nil)
	n.now = second
	n.client.Start(n.now, n.now-50*millisecond, 0)
	n.client.Start(n.now, n.now-5*millisecond, 0)
	n.run(10 * second)
	c := &n.client.Counts
	if c.LateSends != 1 || c.MaxLate != 50*millisecond {
		t.Errorf("%d late sends, the latest by %d ns", c.LateSends, c.MaxLate)
	}
	if c.Latency.Max() < 60000 || c.Latency.Min() > 15010 {
		t.Errorf("latency from %d to %d µs", c.Latency.Min(), c.Latency.Max())
	}
}

func TestAllocs(t *testing.T) {
	allocs(t, "uac", "uas")
	allocs(t, `<send start_txn="a"><![CDATA[`+request("OPTIONS")+`]]></send><recv response="200" response_txn="a"/>`,
		`<recv request="OPTIONS" start_txn="a"/><send response_txn="a"><![CDATA[`+reply+`]]></send>`)
	allocs(t, inDialog("OPTIONS", "1")+`<recv response="200"/>`+inDialog("OPTIONS", "2")+`<recv response="200" dialog="2"/>`,
		`<recv request="OPTIONS"/><send><![CDATA[`+reply+`]]></send>`)
}

// allocs has calls of two scenarios that allocate nothing.
func allocs(t *testing.T, client, server string) {
	t.Helper()
	n := newNetwork(t, client, server, nil)
	round := func() {
		n.client.Start(n.now, n.now, 0)
		for range 8 {
			for _, e := range []*Engine{n.client, n.server} {
				to := n.server
				if e == n.server {
					to = n.client
				}
				for i := range e.Out() {
					if n.m.Parse(e.Data(&e.Out()[i])) == nil {
						to.Receive(n.now, n.now, &n.m, anywhere, 0)
					}
				}
				e.Flushed()
			}
		}
		n.now += 5 * second
		n.client.Advance(n.now)
		n.server.Advance(n.now)
	}
	for range 300 {
		round()
	}
	if a := testing.AllocsPerRun(1000, round); a != 0 {
		t.Errorf("%s: %v allocations a call, both sides together", client, a)
	}
	if n.client.Counts.Failed+n.server.Counts.Failed > 0 || n.client.Open()+n.server.Open() > 0 {
		t.Errorf("calls failed or are open: %+v", n.client.Counts.ByCause)
	}
}

// TestOutgoing has messages of several calls sorted for the kernel: those of
// one call keep their order, and the first of each come before the second.
func TestOutgoing(t *testing.T) {
	send := func(n string) string {
		return "<send><![CDATA[\nOPTIONS sip:" + n + "@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1;branch=[branch]\nMax-Forwards: 70\n" +
			"From: <sip:a@b>;tag=1\nTo: <sip:b@c>\nCall-ID: [call_id]\nCSeq: 1 OPTIONS\nContent-Length: 0\n]]></send>"
	}
	// The second is the shorter one: length alone would put it first.
	n := newNetwork(t, send("first")+send("2")+`<recv response="200"/>`, "uas", nil)
	for range 2 {
		n.start(3)
		out := n.client.Out()
		slices.SortStableFunc(out, Outgoing.Compare)
		for i := range out {
			want := "OPTIONS sip:first@"
			if i >= 3 {
				want = "OPTIONS sip:2@"
			}
			if got := string(n.client.Data(&out[i])); !strings.HasPrefix(got, want) {
				t.Errorf("message %d is %.20q", i, got)
			}
		}
		if len(out) != 6 {
			t.Fatalf("%d messages", len(out))
		}
		n.client.Flushed()
	}
}
