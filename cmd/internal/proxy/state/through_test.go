package state

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// Any message, sent through the proxy without state and through the one with
// transactions.

// An outcome is what became of a message.
type outcome struct {
	kind forward.Kind
	text string // "forwarded", "absorbed", "dropped: " and the cause, or the status and reason of an answer
}

func outcomeOf(r *forward.Result, sent []byte) outcome {
	o := outcome{r.Kind, "forwarded"}
	switch r.Kind {
	case forward.Dropped:
		o.text = "dropped: " + r.Cause.String()
	case forward.Absorbed:
		o.text = "absorbed"
	case forward.Answered:
		line, _, _ := strings.Cut(string(sent), "\r\n")
		o.text = strings.TrimPrefix(line, "SIP/2.0 ")
	}
	return o
}

// stateless sends a message through the proxy without state. A response gets
// the proxy's Via on top.
func stateless(t *testing.T, name string, m *codec.Message, err error, from string) outcome {
	t.Helper()
	if m.IsResponse() && err == nil {
		m = withVia(t, m, fmt.Sprintf("SIP/2.0/%v %v;branch=z9hG4bKx", transportOf(from), ownAddrs[elements[from].Local]))
	}
	before := slices.Clone(m.Bytes())
	r := newForwarder(t, nextHops{"b1"}).Message(nil, m, err, elements[from])
	if !bytes.Equal(m.Bytes(), before) {
		t.Fatalf("%s: the input was written to", name)
	}
	if r.Kind >= forward.Kinds || (r.Data != nil) != (r.Kind == forward.Forwarded || r.Kind == forward.Answered) {
		t.Fatalf("%s: kind %d with %d bytes", name, r.Kind, len(r.Data))
	}
	if r.Data != nil {
		if err := checkSent(m, r.Data); err != nil {
			t.Errorf("%s: %v\n%s\n%s", name, err, m.Bytes(), r.Data)
		}
	}
	return outcomeOf(&r, r.Data)
}

// stateful sends a message through the proxy with transactions, and lets all
// timers run out. A response is made one to a request that alice has sent.
func stateful(t *testing.T, w *world, name string, m *codec.Message, err error, from string) outcome {
	t.Helper()
	w.raw = nil
	if m.IsResponse() && err == nil {
		method := "INVITE"
		if cseq, err := m.CSeq(); err == nil {
			method = string(cseq.MethodBytes())
		}
		w.receive("alice", w.request("alice", method+" sip:bob@b.example"))
		if len(w.raw) != 1 || method == "ACK" {
			w.end()
			return outcome{kind: forward.Dropped} // no method that can be sent
		}
		m = withVia(t, m, viaOf(t, w.raw[0]))
	}
	w.raw = nil
	var r forward.Result
	w.p.Receive(&r, nil, m, err, elements[from], w.now)
	w.got++
	w.kinds[r.Kind]++
	if r.Data != nil {
		w.note(from, r.Data)
	}
	if r.Kind >= forward.Kinds || m.IsRequest() && (len(w.raw) > 0) != (r.Kind == forward.Forwarded || r.Kind == forward.Answered) {
		t.Fatalf("%s: kind %d with %d messages", name, r.Kind, len(w.raw))
	}
	var first []byte
	if len(w.raw) > 0 {
		first = w.raw[0]
	}
	if m.IsRequest() {
		w.pass(time.Minute)
	}
	for _, b := range w.raw {
		if m.IsResponse() && !bytes.HasPrefix(b, []byte("SIP/")) {
			continue // an ACK for it
		}
		if err := checkSent(m, b); err != nil {
			t.Errorf("%s: %v\n%s\n%s", name, err, m.Bytes(), b)
		}
	}
	w.end()
	return outcomeOf(&r, first)
}

// withVia returns a response with one more Via value on top.
func withVia(t *testing.T, m *codec.Message, via string) *codec.Message {
	t.Helper()
	var e codec.Edit
	_ = e.Begin(m)
	_ = e.Add(codec.Top(), header.IDVia, []byte(via))
	b, err := e.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	out := new(codec.Message)
	if err := out.Parse(b); err != nil {
		t.Fatalf("%v in %q", err, b)
	}
	return out
}

// viaOf returns the top Via value of a message.
func viaOf(t *testing.T, b []byte) string {
	t.Helper()
	m := new(codec.Message)
	if err := m.Parse(b); err != nil {
		t.Fatal(err)
	}
	for v := range m.Values(header.IDVia) {
		return strings.Clone(string(v))
	}
	return ""
}
