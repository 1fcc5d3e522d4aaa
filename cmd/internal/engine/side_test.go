package engine

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
)

// besides is a part for calls that come in.
func besides(method string) string {
	return `<label id="_called.main"/><recv request="` + method + `"/><send><![CDATA[` + reply + `]]></send>`
}

const reply = `
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

`

// give hands a message to an engine.
func give(t *testing.T, e *Engine, conn int32, text string) {
	t.Helper()
	var m codec.Message
	if err := m.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	e.Receive(0, 0, &m, anywhere, conn)
}

// TestNotifyFirst has the NOTIFY of a subscription come before the 200: it belongs
// to the call, not to the part for those that come in.
func TestNotifyFirst(t *testing.T) {
	e := newNetwork(t, `<send><![CDATA[`+request("SUBSCRIBE")+`]]></send><recv request="NOTIFY"/><send><![CDATA[`+reply+`]]></send><recv response="200"/>`+
		besides("NOTIFY"), "uas", nil).client
	e.Start(0, 0, 0)
	sent := string(e.Data(&e.Out()[0]))
	give(t, e, 0, incoming("NOTIFY", "1-7@127.0.0.1", "2"))
	give(t, e, 0, strings.Replace(sent, "SUBSCRIBE sip:127.0.0.1 SIP/2.0", "SIP/2.0 200 OK", 1))
	if c := &e.Counts; c.Successful != 1 || c.Called.Started != 0 || c.OutOfCall != 0 {
		t.Errorf("calls %+v, called %+v", c.Tally, c.Called)
	}
	give(t, e, 0, incoming("NOTIFY", "another", "2"))
	if c := &e.Counts; c.Called.Successful != 1 {
		t.Errorf("called %+v", c.Called)
	}
}

// TestTwoTags has a call whose requests have different From tags.
func TestTwoTags(t *testing.T) {
	second := strings.Replace(request("BYE"), "tag=", "tag=b", 1)
	n := newNetwork(t, `<send><![CDATA[`+request("INVITE")+`]]></send><recv response="200"/><send><![CDATA[`+second+`]]></send><recv response="200"/>`+
		besides("OPTIONS"), `<recv request="INVITE"/><send><![CDATA[`+reply+`]]></send><recv request="BYE"/><send><![CDATA[`+reply+`]]></send>`, nil)
	n.start(1)
	n.run(1e9)
	if c := &n.client.Counts; c.Successful != 1 || c.OutOfCall != 0 {
		t.Errorf("calls %+v, %d out of call", c.Tally, c.OutOfCall)
	}
}

// TestConnectionKept has a call come in on the connection of another, which goes
// on when that call ends.
func TestConnectionKept(t *testing.T) {
	e := newNetwork(t, `<send><![CDATA[`+request("INFO")+`]]></send><recv response="200"/>`+besides("OPTIONS"), "uas",
		func(c, _ *Config) { c.OwnConn, c.Reliable = true, true }).client
	var closed []int32
	e.Opened = func(netip.AddrPort) (int32, uint16, error) { return 7, 1234, nil }
	e.Closed = func(conn int32) { closed = append(closed, conn) }
	e.Start(0, 0, 0)
	sent := string(e.Data(&e.Out()[0]))
	give(t, e, 7, incoming("OPTIONS", "another", "2"))
	if e.Counts.Called.Successful != 1 || len(closed) != 0 {
		t.Errorf("called %+v, closed %v", e.Counts.Called, closed)
	}
	give(t, e, 7, strings.Replace(sent, "INFO sip:127.0.0.1 SIP/2.0", "SIP/2.0 200 OK", 1))
	if e.Counts.Successful != 1 || len(closed) != 1 {
		t.Errorf("calls %+v, closed %v", e.Counts.Tally, closed)
	}
}

// TestOnTimeoutEnd has ontimeout go to the end: the call has failed, whether
// another part is behind it or not.
func TestOnTimeoutEnd(t *testing.T) {
	for attributes, cause := range map[string]Cause{`retrans="500" ontimeout="end"`: NoResponse, ``: NothingCame} {
		for _, more := range []string{"", besides("OPTIONS")} {
			n := newNetwork(t, `<send `+attributes+`><![CDATA[`+request("INFO")+`]]></send><recv response="200" timeout="90000" ontimeout="end"/><label id="end"/>`+more, "uas", nil)
			n.lose = func(*Engine, []byte) bool { return true }
			n.start(1)
			n.run(100 * second)
			if c := &n.client.Counts; c.ByCause[cause] != 1 {
				t.Errorf("%q, other part %t: %+v", attributes, more != "", c.Tally)
			}
		}
	}
}

// TestResponseOfNoCall has a response that belongs to no call, where a transaction
// by name may be answered first: there is no call that could have begun it.
func TestResponseOfNoCall(t *testing.T) {
	e := newNetwork(t, "uac", `<recv response="100" optional="true"/><recv response="200" response_txn="a"/>
		<send start_txn="a"><![CDATA[`+request("OPTIONS")+`]]></send><recv response="200" response_txn="a"/>`, nil).server
	give(t, e, 0, strings.Replace(incoming("OPTIONS", "x", "1"), "OPTIONS sip:c@d SIP/2.0", "SIP/2.0 200 OK", 1))
	if c := &e.Counts; c.Started != 0 || c.OutOfCall != 1 {
		t.Errorf("calls %+v, %d out of call", c.Tally, c.OutOfCall)
	}
}

// TestLostAtEnd has the last write of a call fail, at its end or at a closecon: a
// call ends once, and one that goes on is not ended.
func TestLostAtEnd(t *testing.T) {
	send := `<send><![CDATA[` + request("OPTIONS") + `]]></send>`
	for _, text := range []string{
		send,
		send + `<nop><action><closecon/></action></nop>` + send,
		send + `<nop><action><setdest host="127.0.0.9" port="1" protocol="tcp"/></action></nop>` + send,
	} {
		e := newNetwork(t, text, "uas", func(c, _ *Config) { c.Reliable, c.OwnConn = true, true }).client
		opened, closed := int32(0), 0
		e.Opened = func(netip.AddrPort) (int32, uint16, error) { opened++; return opened, 1000, nil }
		e.Closed = func(conn int32) {
			if closed++; closed < 9 {
				e.Lost(conn)
			}
		}
		e.Start(0, 0, 0)
		if c := &e.Counts; c.Ended != 1 || c.Successful != 1 || e.Busy() != 0 || closed != int(opened) {
			t.Errorf("%s: calls %+v, %d open, %d of %d connections closed", text, c.Tally, e.Busy(), closed, opened)
		}
	}
}
