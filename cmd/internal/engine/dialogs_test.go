package engine

import (
	"strings"
	"testing"
)

// inDialog is a request of the client in a dialog.
func inDialog(method, dialog string) string {
	return `<send dialog="` + dialog + `"><![CDATA[
		` + method + ` sip:b@127.0.0.1 SIP/2.0
		Via: SIP/2.0/UDP 127.0.0.1:5061;branch=[branch]
		Max-Forwards: 70
		From: <sip:a@b>;tag=c[call_number]
		To: <sip:b@127.0.0.1>[peer_tag_param]
		Call-ID: [call_id]
		CSeq: [cseq] ` + method + `
		Contact: <sip:a@127.0.0.1:5061>
		X-Last: [last_CSeq:]
		Content-Length: 0
		]]></send>`
}

// TestDialogs has a call with two dialogs that take turns: each has its own
// Call-ID, CSeq, tag of the other side and last message.
func TestDialogs(t *testing.T) {
	n := newNetwork(t, inDialog("INVITE", "1")+`<recv response="200"/>`+
		inDialog("SUBSCRIBE", "2")+`<recv response="200" dialog="2"/>`+
		inDialog("INFO", "1")+`<recv response="200" dialog="1"/>`+
		inDialog("UPDATE", "2")+`<recv response="200" dialog="2"/>`,
		`<recv request=".*" regexp_match="true"/><send><![CDATA[
		SIP/2.0 200 OK
		[last_Via:]
		[last_From:]
		[last_To:];tag=s[call_number]
		[last_Call-ID:]
		[last_CSeq:]
		Content-Length: 0
		]]></send><recv request=".*" regexp_match="true"/><send><![CDATA[`+reply+`]]></send>`, nil)
	var sent []string
	n.lose = func(e *Engine, data []byte) bool {
		if e == n.client {
			sent = append(sent, string(data))
		}
		return false
	}
	n.start(1)
	n.run(second)
	if c := &n.client.Counts; c.Successful != 1 || len(sent) != 4 {
		t.Fatalf("calls %+v, %d messages", c.Tally, len(sent))
	}
	value := func(i int, name string) string {
		_, rest, _ := strings.Cut(sent[i], "\r\n"+name+": ")
		v, _, _ := strings.Cut(rest, "\r\n")
		return v
	}
	if a, b := value(0, "Call-ID"), value(1, "Call-ID"); a == b || a != value(2, "Call-ID") || b != value(3, "Call-ID") {
		t.Errorf("Call-IDs %q, %q, %q, %q", a, b, value(2, "Call-ID"), value(3, "Call-ID"))
	}
	for i, want := range []string{"1 INVITE", "1 SUBSCRIBE", "2 INFO", "2 UPDATE"} {
		if got := value(i, "CSeq"); got != want {
			t.Errorf("message %d: CSeq %q, want %q", i, got, want)
		}
	}
	if !strings.HasSuffix(value(2, "To"), ";tag=s1") || !strings.HasSuffix(value(3, "To"), ";tag=s2") {
		t.Errorf("To %q, %q", value(2, "To"), value(3, "To"))
	}
	if strings.Contains(sent[1], "CSeq: 1 INVITE") || !strings.Contains(sent[2], "CSeq: 1 INVITE") || !strings.Contains(sent[3], "CSeq: 1 SUBSCRIBE") {
		t.Errorf("last messages:\n%s%s%s", sent[1], sent[2], sent[3])
	}
	if len(n.client.dialogs) != 0 {
		t.Errorf("%d dialogs are kept", len(n.client.dialogs))
	}
}

// TestDialogComesIn has the other side begin the second dialog of a call, which
// waits for that; a request that no call waits for belongs to none.
func TestDialogComesIn(t *testing.T) {
	e := newNetwork(t, inDialog("INVITE", "1")+`<recv response="200"/><recv request="NOTIFY" dialog="2"/><send dialog="2"><![CDATA[`+reply+`]]></send>
		<recv request="BYE"/><send><![CDATA[`+reply+`]]></send>`, "uas", nil).client
	e.Start(0, 0, 0)
	invite := string(e.Data(&e.Out()[0]))
	e.Flushed()
	give(t, e, 0, incoming("NOTIFY", "early", "1"))
	if e.Counts.OutOfCall != 1 {
		t.Fatalf("%d out of call", e.Counts.OutOfCall)
	}
	give(t, e, 0, strings.Replace(invite, "INVITE sip:b@127.0.0.1 SIP/2.0", "SIP/2.0 200 OK", 1))
	give(t, e, 0, incoming("INFO", "other", "1"))
	if e.Counts.OutOfCall != 2 {
		t.Fatalf("%d out of call", e.Counts.OutOfCall)
	}
	give(t, e, 0, incoming("NOTIFY", "second", "1"))
	if out := e.Out(); len(out) != 1 || !strings.Contains(string(e.Data(&out[0])), "Call-ID: second\r\n") {
		t.Fatalf("%d messages", len(out))
	}
	give(t, e, 0, incoming("NOTIFY", "third", "1")) // the call has its second dialog
	if e.Counts.OutOfCall != 3 {
		t.Errorf("%d out of call", e.Counts.OutOfCall)
	}
	give(t, e, 0, incoming("BYE", "1-7@127.0.0.1", "2"))
	if c := &e.Counts; c.Successful != 1 || len(e.dialogs) != 0 {
		t.Errorf("calls %+v, %d dialogs are kept", c.Tally, len(e.dialogs))
	}
}

// TestDialogNeverComes has calls whose second dialog may be begun by the other
// side, and is not: nothing is kept of them.
func TestDialogNeverComes(t *testing.T) {
	n := newNetwork(t, inDialog("OPTIONS", "1")+`<recv request="NOTIFY" dialog="2" optional="true"/><recv response="200"/>`,
		`<recv request="OPTIONS"/><send><![CDATA[`+reply+`]]></send>`, nil)
	const calls = 1000
	for range calls {
		n.start(1)
		n.run(n.now + second)
	}
	if c := &n.client.Counts; c.Successful != calls {
		t.Fatalf("%+v", c.Tally)
	}
	if got := len(n.client.awaiting); got > 1 {
		t.Errorf("%d calls are listed, of which none is open", got)
	}
}

// TestAwaiting has calls that await a request of their own: each such request goes
// to one of them, and one with another method to none.
func TestAwaiting(t *testing.T) {
	e := newNetwork(t, inDialog("SUBSCRIBE", "1")+`<recv request="NOTIFY" dialog="2"/>`, "uas", nil).client
	for range 3 {
		e.Start(0, 0, 0)
	}
	give(t, e, 0, incoming("INFO", "x", "1"))
	for i, callID := range []string{"a", "b", "c", "d"} {
		give(t, e, 0, incoming("NOTIFY", callID, "1"))
		if c := &e.Counts; c.Successful != uint64(min(i+1, 3)) || len(e.awaiting) != max(2-i, 0) {
			t.Errorf("%d: calls %+v, %d await a request", i, c.Tally, len(e.awaiting))
		}
	}
	if c := &e.Counts; c.OutOfCall != 2 {
		t.Errorf("%d out of call", c.OutOfCall)
	}
}
