package engine

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/inject"
)

// TestServerTransaction has two requests that are answered in another order, by
// their names; a request that is repeated gets the response to it again.
func TestServerTransaction(t *testing.T) {
	answer := func(status, txn string) string {
		return `<send response_txn="` + txn + `"><![CDATA[
		SIP/2.0 ` + status + `
		[last_Via:]
		[last_From:]
		[last_To:]
		[last_Call-ID:]
		[last_CSeq:]
		X-Method: [last_message]
		]]></send>`
	}
	e := newNetwork(t, "uac", `<recv request="INVITE" start_txn="call"/><recv request="INFO" start_txn="info"/>`+answer("200 OK", "call")+
		`<recv request="ACK"/>`+answer("202 Fine", "info")+`<recv request="BYE"/>`, nil).server
	lines := func() string {
		var out []string
		for i := range e.Out() {
			text := string(e.Data(&e.Out()[i]))
			status, rest, _ := strings.Cut(text, "\r\n")
			_, cseq, _ := strings.Cut(rest, "\r\nCSeq: ")
			cseq, _, _ = strings.Cut(cseq, "\r\n")
			_, method, _ := strings.Cut(text, "X-Method: ")
			method, _, _ = strings.Cut(method, " ")
			out = append(out, status+", "+cseq+", "+method)
		}
		e.Flushed()
		return strings.Join(out, "; ")
	}
	invite, info := incoming("INVITE", "x", "1"), incoming("INFO", "x", "1")
	give(t, e, 0, invite)
	give(t, e, 0, invite) // repeated before there is a response
	if got := lines(); got != "" {
		t.Errorf("sent %s", got)
	}
	give(t, e, 0, info)
	if got := lines(); got != "SIP/2.0 200 OK, 1 INVITE, INVITE" {
		t.Errorf("sent %s", got)
	}
	give(t, e, 0, incoming("ACK", "x", "1"))
	if got := lines(); got != "SIP/2.0 202 Fine, 1 INFO, INFO" {
		t.Errorf("sent %s", got)
	}
	give(t, e, 0, invite)
	give(t, e, 0, info)
	if got := lines(); got != "SIP/2.0 200 OK, 1 INVITE, INVITE; SIP/2.0 202 Fine, 1 INFO, INFO" {
		t.Errorf("repeated: sent %s", got)
	}
	give(t, e, 0, incoming("BYE", "x", "1"))
	if c := &e.Counts; c.Successful != 1 || c.Steps[0].Repeated != 2 || c.Steps[1].Repeated != 1 || c.Steps[2].Repeated != 1 || c.RepeatedOnRequest != 2 {
		t.Errorf("calls %+v, steps %+v", c.Tally, c.Steps)
	}
}

// TestTransactionBranch has a transaction whose branch the scenario writes itself.
func TestTransactionBranch(t *testing.T) {
	options := strings.Replace(request("OPTIONS"), "branch=[branch]", "branch=z9hG4bK-mine-[call_number]", 1)
	n := newNetwork(t, `<send start_txn="a"><![CDATA[`+options+`]]></send><recv response="200" response_txn="a"/>`,
		`<recv request="OPTIONS"/><send><![CDATA[`+reply+`]]></send>`, nil)
	n.start(2)
	n.run(second)
	if c := &n.client.Counts; c.Successful != 2 {
		t.Errorf("calls %+v", c.Tally)
	}
}

// TestStatusPattern has responses matched by an expression.
func TestStatusPattern(t *testing.T) {
	n := newNetwork(t, `<send><![CDATA[`+request("INVITE")+`]]></send><recv response="^1" regexp_match="true" optional="true"/><recv response="4[0-8]." regexp_match="true"/>`,
		`<recv request="INVITE"/><send><![CDATA[`+strings.Replace(reply, "200 OK", "183 Early", 1)+`]]></send><send><![CDATA[`+strings.Replace(reply, "200 OK", "486 Busy", 1)+`]]></send>`, nil)
	n.start(1)
	n.run(second)
	if c := &n.client.Counts; c.Successful != 1 || c.Steps[1].Received != 1 || c.Steps[2].Received != 1 {
		t.Errorf("calls %+v, steps %+v", c.Tally, c.Steps)
	}
	if label := n.client.steps[2].Label(); label != "4[0-8]." {
		t.Errorf("label %q", label)
	}
}

// TestDestination has setdest to addresses and names, and what it cannot do.
func TestDestination(t *testing.T) {
	lookups := 0
	lookup := func(_ context.Context, _, host string) ([]netip.Addr, error) {
		lookups++
		switch host {
		case "both.test":
			return []netip.Addr{netip.MustParseAddr("::1"), netip.MustParseAddr("127.0.0.7")}, nil
		case "six.test":
			return []netip.Addr{netip.MustParseAddr("::1")}, nil
		case "far.test":
			return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
		}
		return nil, errors.New("no such host")
	}
	for to, want := range map[string]string{
		`host="127.0.0.9" port="5070"`:   "127.0.0.9:5070",
		`host="both.test" port="5060"`:   "127.0.0.7:5060",
		`host="six.test" port="5060"`:    "[::1]:5060",
		`host="::1" port="7"`:            "[::1]:7",
		`host="far.test" port="5060"`:    "",
		`host="none.test" port="5060"`:   "",
		`host="127.0.0.9" port="70000"`:  "",
		`host="127.0.0.9" port="[$odd]"`: "",
	} {
		lookups = 0
		text := `<nop><action><setdest ` + to + ` protocol="udp"/></action></nop><send><![CDATA[` + request("OPTIONS") + `]]></send><recv response="200"/>`
		e := newNetwork(t, text, "uas", nil).client
		clock := time.Unix(1, 0)
		e.shared.names.lookup, e.shared.names.now = lookup, func() time.Time { return clock }
		e.Start(0, 0, 0)
		e.Start(0, 0, 0)
		got := ""
		if out := e.Out(); len(out) == 2 {
			got = out[1].Remote.String()
		}
		if failed := e.Counts.ByCause[CannotSend]; got != want || want == "" && failed != 2 || lookups > 1 {
			t.Errorf("%s: sent to %q, %d calls failed, %d look-ups", to, got, failed, lookups)
		}
		first := lookups
		clock = clock.Add(lookupAgain + 1)
		e.Start(0, 0, 0)
		if again := lookups - first; again == 1 != strings.Contains(to, "none.test") {
			t.Errorf("%s: %d look-ups more after a while", to, again)
		}
	}
}

// TestNames has a look-up that takes long: it does not hold up another name. The
// number of names that are kept has a bound.
func TestNames(t *testing.T) {
	begun, end := make(chan bool), make(chan bool)
	n := &names{lookup: func(_ context.Context, _, host string) ([]netip.Addr, error) {
		if host == "slow.test" {
			close(begun)
			<-end
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.7")}, nil
	}}
	done := make(chan bool)
	go func() {
		defer close(done)
		n.find("slow.test", anywhere.Addr())
	}()
	<-begun
	for i := range maxNames + 10 {
		if _, err := n.find(strconv.Itoa(i)+".test", anywhere.Addr()); err != nil {
			t.Fatal(err)
		}
	}
	close(end)
	<-done
	if len(n.known) > maxNames {
		t.Errorf("%d names are kept", len(n.known))
	}
}

// TestReconnect has a call go to another address over a connection of its own,
// and send behind a closecon.
func TestReconnect(t *testing.T) {
	send := `<send><![CDATA[` + request("OPTIONS") + `]]></send>`
	var log []string
	start := func(text string, own bool) *Engine {
		log = nil
		e := newNetwork(t, text, "uas", func(c, _ *Config) { c.Reliable, c.OwnConn = true, own }).client
		conn := int32(0)
		e.Opened = func(remote netip.AddrPort) (int32, uint16, error) {
			conn++
			log = append(log, "open "+remote.String())
			return conn, 1000 + uint16(conn), nil
		}
		e.Closed = func(c int32) { log = append(log, "close "+string(rune('0'+c))) }
		e.Start(0, 0, 0)
		return e
	}
	e := start(send+`<nop><action><setdest host="127.0.0.9" port="1" protocol="tcp"/></action></nop>`+send, true)
	if out := e.Out(); len(out) != 2 || out[0].Conn != 1 || out[1].Conn != 2 || strings.Join(log, ", ") != "open 127.0.0.1:5060, close 1, open 127.0.0.9:1, close 2" {
		t.Errorf("%+v, %q", out, log)
	}
	e = start(send+`<nop><action><closecon/></action></nop>`+send, true)
	if out := e.Out(); len(out) != 2 || out[1].Conn != 2 || strings.Join(log, ", ") != "open 127.0.0.1:5060, close 1, open 127.0.0.1:5060, close 2" {
		t.Errorf("%+v, %q", out, log)
	}
	if e = start(`<nop><action><setdest host="127.0.0.9" port="1" protocol="tcp"/></action></nop>`+send, false); e.Counts.ByCause[CannotSend] != 1 {
		t.Errorf("one connection: %+v", e.Counts.Tally)
	}
}

// TestOwnAddress has calls leave from the address in their line of a file.
func TestOwnAddress(t *testing.T) {
	file, err := inject.Parse("f", "SEQUENTIAL\na;127.0.0.2\nb; 127.0.0.3\nc;127.0.0.4\n")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(request("OPTIONS"), "[local_ip]", "[server_ip]", 1)
	e := newNetwork(t, `<send><![CDATA[`+text+`]]></send><recv response="200"/>`, "uas", func(c, _ *Config) {
		c.Files, c.IPField, c.Words.ManyIPs = inject.Set{file}, 1, true
	}).client
	known := []netip.Addr{netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.3")}
	e.From = func(a netip.Addr) (int32, error) {
		for i, k := range known {
			if k == a {
				return int32(i), nil
			}
		}
		return -1, errors.New("no such address")
	}
	e.AddressOf = func(conn int32) netip.Addr { return known[conn] }
	for range 3 {
		e.Start(0, 0, 0)
	}
	out := e.Out()
	if len(out) != 2 || out[0].Conn != 0 || out[1].Conn != 1 || !strings.Contains(string(e.Data(&out[1])), "UDP 127.0.0.3;") || e.Counts.ByCause[CannotSend] != 1 {
		t.Errorf("%+v, %+v", out, e.Counts.Tally)
	}
}

// TestLookUpTakesTime has a look-up of 300 ms: the message of the call that asked
// for it is not late by that, and that of a call which was due meanwhile is.
func TestLookUpTakesTime(t *testing.T) {
	now := int64(0)
	e := newNetwork(t, `<nop><action><setdest host="name.test" port="5070" protocol="udp"/></action></nop><send><![CDATA[`+request("OPTIONS")+`]]></send><recv response="200"/>`, "uas", nil).client
	e.Time = func() int64 { return now }
	e.shared.names.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
		now += 300 * millisecond
		return []netip.Addr{netip.MustParseAddr("127.0.0.5")}, nil
	}
	e.Start(0, 0, 0)
	if c := &e.Counts; c.LateSends != 0 || len(e.Out()) != 1 {
		t.Errorf("%d late sends of %d", c.LateSends, len(e.Out()))
	}
	e.Start(0, 0, 0) // by a worker that has not looked at its clock since
	if c := &e.Counts; c.LateSends != 1 || c.MaxLate != 300*millisecond {
		t.Errorf("%d late sends, by %d ms at most", c.LateSends, c.MaxLate/millisecond)
	}
}

// TestByeBehindInfo has a call fail when the last message was an INFO, which has no
// Contact: the BYE is one of this side of the dialog, and its CSeq is above that
// of all requests that were sent.
func TestByeBehindInfo(t *testing.T) {
	n := newNetwork(t, inDialog("INVITE", "1")+`<recv response="200"/>`+strings.Replace(inDialog("ACK", "1"), "[cseq] ACK", "1 ACK", 1)+
		inDialog("UPDATE", "1")+`<recv response="200"/><recv request="INFO"/><send><![CDATA[`+reply+`]]></send><recv request="BYE" timeout="500"/>`,
		`<recv request="INVITE"/><send><![CDATA[
		SIP/2.0 200 OK
		[last_Via:]
		[last_From:]
		[last_To:];tag=s
		[last_Call-ID:]
		[last_CSeq:]
		Contact: <sip:b@127.0.0.1:5060>
		Content-Length: 0
		]]></send><recv request="ACK"/><recv request="UPDATE"/><send><![CDATA[`+reply+`]]></send><send><![CDATA[
		INFO sip:a@127.0.0.1:5061 SIP/2.0
		Via: SIP/2.0/UDP 127.0.0.1:5060;branch=[branch]
		Max-Forwards: 70
		From: <sip:b@127.0.0.1>;tag=s
		To: <sip:a@b>;tag=c1
		Call-ID: [call_id]
		CSeq: 1 INFO
		Content-Length: 0
		]]></send><recv response="200"/><recv request="BYE"/><send><![CDATA[`+reply+`]]></send>`, nil)
	bye := ""
	n.lose = func(_ *Engine, data []byte) bool {
		if strings.HasPrefix(string(data), "BYE ") {
			bye = string(data)
		}
		return false
	}
	n.start(1)
	n.run(5 * second)
	for _, want := range []string{"BYE sip:127.0.0.1:5060 SIP/2.0\r\n", "\r\nFrom: <sip:a@b>;tag=c1\r\n", "\r\nTo: <sip:b@127.0.0.1>;tag=s\r\n", "\r\nCSeq: 3 BYE\r\n"} {
		if !strings.Contains(bye, want) {
			t.Errorf("%q is not in\n%s", want, bye)
		}
	}
	if n.server.Counts.Successful != 1 || n.client.Counts.ByCause[NothingCame] != 1 {
		t.Errorf("%+v, %+v", n.server.Counts.Tally, n.client.Counts.Tally)
	}
}

// TestResponseWithoutTo has a response that no step takes, since it has no To.
func TestResponseWithoutTo(t *testing.T) {
	e := newNetwork(t, `<send><![CDATA[`+request("OPTIONS")+`]]></send><recv response="200"/>`, "uas", nil).client
	e.Start(0, 0, 0)
	invite := string(e.Data(&e.Out()[0]))
	_, headers, _ := strings.Cut(invite, "\r\n")
	before, to, _ := strings.Cut(headers, "To: ")
	_, behind, _ := strings.Cut(to, "\r\n")
	give(t, e, 0, "SIP/2.0 200 OK\r\n"+before+behind)
	if c := &e.Counts; c.ByCause[UnexpectedMessage] != 1 {
		t.Errorf("%+v", c.Tally)
	}
}
