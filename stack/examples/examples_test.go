package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack"
	"github.com/sipwire/sipwire/stack/examples/b2bua"
	"github.com/sipwire/sipwire/stack/examples/redirect"
	"github.com/sipwire/sipwire/stack/examples/registrar"
)

const (
	isSDP = "application/sdp"
	sdp   = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
)

func open(t *testing.T, user string, h stack.Handler) *stack.Stack {
	t.Helper()
	s, err := stack.New(stack.Config{User: user, Handler: h, Listen: []stack.Listener{{Network: "udp", Address: "127.0.0.1:0"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func uriOf(s *stack.Stack, user string) string { return s.URI(user, header.TransportUDP) }

// world is a registrar, a redirect server that asks it, and a B2BUA that asks
// the redirect server.
type world struct {
	registrar, redirect, b2bua *stack.Stack
	location                   *registrar.Registrar
	calls                      chan *b2bua.Call
}

func newWorld(t *testing.T, password func(string) (string, bool)) *world {
	w := &world{location: registrar.New("example.com", password), calls: make(chan *b2bua.Call, 1)}
	w.registrar = open(t, "", w.location)
	w.redirect = open(t, "", redirect.New(w.location.Lookup))
	w.b2bua = open(t, "", b2bua.New(
		func(user string) string { return uriOf(w.redirect, user) },
		func(c *b2bua.Call) { w.calls <- c },
	))
	return w
}

func secret(user string) (string, bool) { return user + "'s secret", user == "bob" }

// TestExamples: Bob registers. Alice calls him through the B2BUA, which the
// redirect server sends to where Bob is. The B2BUA puts Bob on hold and resumes
// the call, Alice changes it and hangs up.
func TestExamples(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	w := newWorld(t, secret)
	sessions := make(chan string, 9)
	bob := open(t, "bob", stack.HandlerFunc(func(r *stack.Request) {
		if r.Method() == header.MethodINVITE {
			sessions <- string(r.Body())
			_ = r.Respond(&compose.Reply{Status: 200, ContentType: []byte(isSDP), Body: []byte(sdp)})
		}
	}))
	register := &stack.Outgoing{Method: "REGISTER", URI: uriOf(w.registrar, ""), From: "sip:bob@example.com", To: "sip:bob@example.com", User: "bob", Password: "guess"}
	if res, err := bob.Do(ctx, register); err != nil || res.Status() != 401 {
		t.Fatal("the wrong password:", res, err)
	}
	register.Password, _ = secret("bob")
	if res, err := bob.Do(ctx, register); err != nil || res.Status() != 200 || res.CountValues(header.IDContact) != 1 {
		t.Fatal(res, err)
	}
	alice := open(t, "alice", nil)
	call := &stack.Outgoing{Method: "INVITE", URI: uriOf(w.b2bua, "bob"), ContentType: isSDP, Body: []byte(sdp)}
	res, err := alice.Do(ctx, call)
	if err != nil || res.Status() != 200 || string(res.Body()) != sdp {
		t.Fatal(res, err)
	}
	<-sessions
	joined := <-w.calls
	if err := joined.Hold(ctx); err != nil {
		t.Fatal(err)
	}
	if got := <-sessions; !strings.HasSuffix(got, "a=sendonly\r\n") || !strings.Contains(got, "o=- 1 2 ") {
		t.Errorf("hold: %q", got)
	}
	if err := joined.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	if got := <-sessions; !strings.HasSuffix(got, "a=sendrecv\r\n") || strings.Contains(got, "sendonly") || !strings.Contains(got, "o=- 1 3 ") {
		t.Errorf("resume: %q", got)
	}
	if r, err := res.Dialog.ReInvite(ctx, isSDP, []byte(strings.Replace(sdp, "1 1", "1 4", 1))); err != nil || r.Status() != 200 {
		t.Fatal(r, err)
	}
	if got := <-sessions; !strings.Contains(got, "o=- 1 4 ") {
		t.Errorf("change: %q", got)
	}
	if err := res.Dialog.Bye(ctx); err != nil {
		t.Fatal(err)
	}
	<-joined.Callee.Done()
	for user, want := range map[string]int{"nobody": 480} {
		call.URI = uriOf(w.b2bua, user)
		if res, err := alice.Do(ctx, call); err != nil || res.Status() != want {
			t.Errorf("%s: %v %v, want %d", user, res, err, want)
		}
	}
}

// TestRegister goes through the rules of RFC 3261, 10.3.
func TestRegister(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	w := newWorld(t, nil)
	phone := open(t, "", nil)
	contact := func(v string) compose.HeaderField { return compose.HeaderField{ID: header.IDContact, Value: []byte(v)} }
	expires := func(v string) compose.HeaderField { return compose.HeaderField{ID: header.IDExpires, Value: []byte(v)} }
	for i, c := range []struct {
		fields []compose.HeaderField
		cseq   uint32
		status int
		places string
	}{
		{[]compose.HeaderField{contact("<sip:a@192.0.2.1>")}, 1, 200, "sip:a@192.0.2.1"},
		{[]compose.HeaderField{contact("<sip:a@192.0.2.2>;expires=60")}, 2, 200, "sip:a@192.0.2.2 sip:a@192.0.2.1"},
		{[]compose.HeaderField{contact("<sip:a@192.0.2.2>;expires=60")}, 2, 500, "sip:a@192.0.2.2 sip:a@192.0.2.1"},
		{[]compose.HeaderField{contact("<sip:a@192.0.2.3>;expires=1")}, 3, 423, "sip:a@192.0.2.2 sip:a@192.0.2.1"},
		{[]compose.HeaderField{contact("<sip:a@192.0.2.1>;expires=0")}, 4, 200, "sip:a@192.0.2.2"},
		{[]compose.HeaderField{contact("*")}, 5, 400, "sip:a@192.0.2.2"},
		{[]compose.HeaderField{contact("*"), expires("0")}, 6, 200, ""},
	} {
		res, err := phone.Do(ctx, &stack.Outgoing{Method: "REGISTER", URI: uriOf(w.registrar, ""), From: "sip:a@example.com", To: "sip:a@example.com",
			CallID: "the-same", CSeq: c.cseq, Fields: c.fields})
		if err != nil || res.Status() != c.status {
			t.Errorf("%d: %v %v, want %d", i, res, err, c.status)
		}
		if got := strings.Join(w.location.Lookup("a"), " "); got != c.places {
			t.Errorf("%d: at %q, want %q", i, got, c.places)
		}
	}
}

// TestGivenUp: the caller hangs up while Bob's phone rings. The B2BUA cancels its
// own call.
func TestGivenUp(t *testing.T) {
	w := newWorld(t, nil)
	cancelled := make(chan error, 1)
	bob := open(t, "bob", stack.HandlerFunc(func(r *stack.Request) {
		_ = r.Respond(&compose.Reply{Status: 180})
		<-r.Context().Done()
		cancelled <- context.Cause(r.Context())
	}))
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if res, err := bob.Do(ctx, &stack.Outgoing{Method: "REGISTER", URI: uriOf(w.registrar, ""), From: "sip:bob@example.com", To: "sip:bob@example.com"}); err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	alice := open(t, "alice", nil)
	call := &stack.Outgoing{Method: "INVITE", URI: uriOf(w.b2bua, "bob"), ContentType: isSDP, Body: []byte(sdp)}
	call.Provisional = func(r *stack.Response) {
		if r.Status() == 180 {
			cancel()
		}
	}
	if _, err := alice.Do(ctx, call); err == nil {
		t.Fatal("the call was answered")
	}
	if err := <-cancelled; err != stack.ErrCancelled {
		t.Errorf("Bob's phone: %v", err)
	}
}
