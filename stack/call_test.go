package stack

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/dialog"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// phone answers calls with 180 and 200.
func phone(got chan *Dialog) Handler {
	return HandlerFunc(func(r *Request) {
		switch {
		case r.Method() != header.MethodINVITE:
			_ = r.Respond(status(200))
			return
		case r.Dialog == nil:
			_ = r.Respond(status(180))
		}
		_ = r.Respond(&compose.Reply{Status: 200, ContentType: []byte(isSDP), Body: []byte(sdp)})
		if r.InDialog() {
			return
		}
		if _, err := r.Dialog.Acked(r.Stack().ctx); err == nil && got != nil {
			got <- r.Dialog
		}
	})
}

func invite(to string) *Outgoing {
	return &Outgoing{Method: "INVITE", URI: to, ContentType: isSDP, Body: []byte(sdp)}
}

// TestCall makes a call over each transport: INVITE with a 180, a re-INVITE from
// both sides, REFER, BYE.
func TestCall(t *testing.T) {
	config := certificates(t)
	listen := []Listener{{"udp", "127.0.0.1:0"}, {"tcp", "127.0.0.1:0"}, {"tls", "127.0.0.1:0"}, {"ws", "127.0.0.1:0"}, {"wss", "127.0.0.1:0"}}
	for _, transport := range []header.Transport{header.TransportUDP, header.TransportTCP, header.TransportTLS, header.TransportWS, header.TransportWSS} {
		t.Run(transport.String(), func(t *testing.T) {
			t.Parallel()
			ctx := soon(t)
			called := make(chan *Dialog, 1)
			bob := open(t, Config{Listen: listen, TLS: config, Handler: phone(called)})
			alice := open(t, Config{Listen: listen, TLS: config, Handler: phone(nil)})
			call := invite(bob.URI("bob", transport))
			ringing := 0
			call.Provisional = func(r *Response) {
				if r.Status() == 180 && r.Dialog != nil {
					ringing++
				}
			}
			res, err := alice.Do(ctx, call)
			if err != nil || res.Status() != 200 || string(res.Body()) != sdp {
				t.Fatalf("%v %v", res, err)
			}
			if ringing != 1 {
				t.Errorf("%d provisional responses with a dialog, not 1", ringing)
			}
			there := <-called
			for _, d := range []*Dialog{res.Dialog, there} {
				if r, err := d.ReInvite(ctx, isSDP, []byte(sdp)); err != nil || r.Status() != 200 {
					t.Fatalf("re-INVITE: %v %v", r, err)
				}
			}
			if r, err := there.Refer(ctx, "sip:carol@example.com"); err != nil || r.Status() != 200 {
				t.Fatalf("REFER: %v %v", r, err)
			}
			// Bob's subscription ends with this NOTIFY of Alice.
			r, err := res.Dialog.Do(ctx, &compose.Request{Method: []byte("NOTIFY"), Fields: []compose.HeaderField{
				{ID: header.IDEvent, Value: []byte("refer")},
				{ID: header.IDSubscriptionState, Value: []byte("terminated;reason=noresource")},
			}, ContentType: []byte("message/sipfrag"), Body: []byte("SIP/2.0 200 OK")})
			if err != nil || r.Status() != 200 {
				t.Fatalf("NOTIFY: %v %v", r, err)
			}
			if err := res.Dialog.Bye(ctx); err != nil {
				t.Fatal(err)
			}
			<-there.Done()
			<-res.Dialog.Done()
			if err := there.Bye(ctx); err != nil {
				t.Errorf("BYE after the end: %v", err)
			}
			if s := res.Dialog.State(); s != dialog.Terminated {
				t.Errorf("state %v after BYE", s)
			}
		})
	}
}

// TestOfferInAnswer is a call whose INVITE has no offer: the answer goes in the
// ACK.
func TestOfferInAnswer(t *testing.T) {
	ctx := soon(t)
	acked := make(chan *codec.Message, 1)
	bob := open(t, Config{Handler: HandlerFunc(func(r *Request) {
		_ = r.Respond(&compose.Reply{Status: 200, ContentType: []byte(isSDP), Body: []byte("offer")})
		if m, err := r.Dialog.Acked(ctx); err == nil {
			acked <- m
		}
	})})
	alice := open(t, Config{})
	res, err := alice.Do(ctx, &Outgoing{Method: "INVITE", URI: bob.URI("", header.TransportUDP)})
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Dialog.Ack(ctx, isSDP, []byte("answer")); err != nil {
		t.Fatal(err)
	}
	if m := <-acked; string(m.Body()) != "answer" {
		t.Errorf("body of the ACK: %q", m.Body())
	}
}

// TestCancel ends the context of an INVITE that rings: CANCEL goes out, the
// handler's context ends, and nothing is left on either side.
func TestCancel(t *testing.T) {
	ended := make(chan error, 1)
	bob := open(t, Config{Handler: HandlerFunc(func(r *Request) {
		_ = r.Respond(status(180))
		<-r.Context().Done()
		ended <- context.Cause(r.Context())
		if err := r.Respond(status(200)); err != sipwire.ErrState && err != sipwire.ErrStale {
			t.Errorf("a response after CANCEL: %v", err)
		}
	}), Dialog: quick})
	alice := open(t, Config{Dialog: quick})
	ctx, cancel := context.WithCancel(soon(t))
	call := invite(bob.URI("", header.TransportUDP))
	call.Provisional = func(*Response) { cancel() }
	if _, err := alice.Do(ctx, call); !errors.Is(err, context.Canceled) {
		t.Fatalf("Do: %v", err)
	}
	if err := <-ended; err != ErrCancelled {
		t.Errorf("cause %v", err)
	}
	for _, s := range []*Stack{alice, bob} {
		until(t, "nothing is left", func() bool { st := s.Stats(); return st.Transactions == 0 && st.Dialogs == 0 })
		for _, c := range s.cores {
			c.lock()
			if len(c.clients)+len(c.servers)+len(c.dialogs) != 0 {
				t.Errorf("%d clients, %d servers, %d dialogs are left", len(c.clients), len(c.servers), len(c.dialogs))
			}
			c.unlock()
		}
	}
}

// quick has times that are a tenth of those of RFC 3261: a transaction may still
// take three seconds, which a busy machine needs.
var quick = dialog.Config{Transaction: transaction.Config{
	T1: 50 * time.Millisecond, T2: 200 * time.Millisecond, T4: 200 * time.Millisecond, TimerD: 300 * time.Millisecond,
}}

// TestCancelTooLate answers an INVITE that is being cancelled: the call that
// nobody waits for is acknowledged and ended.
func TestCancelTooLate(t *testing.T) {
	answered := make(chan *Dialog, 1)
	bob := open(t, Config{Handler: HandlerFunc(func(r *Request) {
		_ = r.Respond(status(200))
		if _, err := r.Dialog.Acked(r.Stack().ctx); err != nil {
			t.Errorf("no ACK: %v", err)
		}
		answered <- r.Dialog
	}), Dialog: quick})
	alice := open(t, Config{Dialog: quick})
	// Bob gets the INVITE when Alice has given up already.
	ctx, cancel := context.WithCancel(t.Context())
	call := invite(bob.URI("", header.TransportUDP))
	b, err := alice.prepare(call)
	if err != nil {
		t.Fatal(err)
	}
	to := transaction.Addr{IP: addrOf(bob, header.TransportUDP), Transport: header.TransportUDP}
	raw, err := b.appendTo(nil, to)
	if err != nil {
		t.Fatal(err)
	}
	c := alice.coreOf(b.callID)
	x := newExchange(c, true)
	c.lock()
	x.tx, err = c.layer.Send(raw, to, 0, alice.now())
	c.clients[x.tx] = x
	x.abandoned = true
	c.unlock()
	cancel()
	if _, err2 := x.wait(ctx, nil); err != nil || err2 == nil {
		t.Fatal(err, err2)
	}
	d := <-answered
	<-d.Done()
}

// TestAnswers are requests that never come to the handler.
func TestAnswers(t *testing.T) {
	bob := open(t, Config{Handler: HandlerFunc(func(r *Request) { t.Errorf("the handler got %v", r.Message) })})
	for _, c := range []struct{ name, request, want string }{
		{"no dialog", "BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n\r\n", "SIP/2.0 481 "},
		{"a CANCEL of nothing", "CANCEL sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bK2\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: 2\r\nCSeq: 1 CANCEL\r\n\r\n", "SIP/2.0 481 "},
		{"malformed", "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bK3\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: 3\r\nCSeq: 1 OPTIONS\r\nContent-Length: 9\r\n\r\n", "SIP/2.0 400 "},
		{"another version", "OPTIONS sip:a@b SIP/3.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bK4\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: 4\r\nCSeq: 1 OPTIONS\r\n\r\n", "SIP/2.0 505 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ask(t, bob, c.request); !strings.HasPrefix(got, c.want) {
				t.Errorf("got %.60q, want %s", got, c.want)
			}
		})
	}
	for _, b := range []string{"\r\n\r\n", "\x00", "nonsense", "ACK sip:a@b SIP/2.0\r\n\r\n"} {
		if got := ask(t, bob, b+"\x00"+"\r\n"); got != "" {
			t.Errorf("%q was answered with %q", b, got)
		}
	}
}

// TestNoAnswer is a handler that forgets to answer, and one that is not there.
func TestNoAnswer(t *testing.T) {
	ctx := soon(t)
	alice := open(t, Config{})
	for want, h := range map[int]Handler{500: HandlerFunc(func(*Request) {}), 501: nil} {
		bob := open(t, Config{Handler: h})
		res, err := alice.Do(ctx, &Outgoing{Method: "OPTIONS", URI: bob.URI("", header.TransportUDP)})
		if err != nil || res.Status() != want {
			t.Errorf("%v %v, want %d", res, err, want)
		}
	}
}

// TestMaxHandlers fills the handlers up; one more request is a 503.
func TestMaxHandlers(t *testing.T) {
	ctx := soon(t)
	in, out := make(chan bool, 9), make(chan bool)
	bob := open(t, Config{MaxHandlers: 2, Handler: HandlerFunc(func(r *Request) {
		in <- true
		<-out
		_ = r.Respond(status(200))
	})})
	alice := open(t, Config{})
	results := make(chan int, 2)
	for range 2 {
		go func() {
			res, err := alice.Do(ctx, &Outgoing{Method: "OPTIONS", URI: bob.URI("", header.TransportUDP)})
			if err != nil {
				t.Error(err)
				results <- 0
				return
			}
			results <- res.Status()
		}()
		<-in
	}
	res, err := alice.Do(ctx, &Outgoing{Method: "OPTIONS", URI: bob.URI("", header.TransportUDP)})
	if err != nil || res.Status() != 503 {
		t.Errorf("%v %v, want 503", res, err)
	}
	close(out)
	if a, b := <-results, <-results; a != 200 || b != 200 {
		t.Errorf("%d and %d, want 200", a, b)
	}
	if n := bob.Stats().Refused; n != 1 {
		t.Errorf("%d refused, not 1", n)
	}
}

// A handler that never answers is told at the end of Config.Answer, and its
// caller gets a 480.
func TestAnswerTime(t *testing.T) {
	ctx := soon(t)
	c := quick
	c.Transaction.Answer = 300 * time.Millisecond
	cause := make(chan error, 1)
	bob := open(t, Config{Dialog: c, Handler: HandlerFunc(func(r *Request) {
		_ = r.Respond(status(180))
		<-r.Context().Done()
		cause <- context.Cause(r.Context())
	})})
	alice := open(t, Config{})
	res, err := alice.Do(ctx, invite(bob.URI("", header.TransportUDP)))
	if err != nil || res.Status() != 480 {
		t.Errorf("%v %v", res, err)
	}
	if err := <-cause; err != sipwire.ErrTimeout {
		t.Errorf("the handler: %v", err)
	}
	until(t, "the end of the dialog", func() bool { return bob.Stats().Dialogs == 0 && alice.Stats().Dialogs == 0 })
}
