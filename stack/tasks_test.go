package stack_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack"
	"github.com/sipwire/sipwire/transaction"
)

// What from-sipgo.md shows, as functions that are compiled and run.

const sdpType = "application/sdp"

func listen(answer stack.Handler) (*stack.Stack, error) {
	return stack.New(stack.Config{
		Listen: []stack.Listener{
			{Network: "udp", Address: "127.0.0.1:0"},
			{Network: "tcp", Address: "127.0.0.1:0"},
			{Network: "ws", Address: "127.0.0.1:0"},
		},
		Handler: answer,
	})
}

func route(r *stack.Request) {
	switch r.Method() {
	case header.MethodOPTIONS:
		r.Respond(&compose.Reply{Status: 200})
	case header.MethodINVITE:
		answer(r)
	default:
		r.Respond(&compose.Reply{Status: 405})
	}
}

func ping(ctx context.Context, s *stack.Stack, uri string) (int, error) {
	res, err := s.Do(ctx, &stack.Outgoing{Method: "OPTIONS", URI: uri})
	if err != nil {
		return 0, err
	}
	return res.Status(), nil
}

func register(ctx context.Context, s *stack.Stack, registrar string) (*stack.Response, error) {
	return s.Do(ctx, &stack.Outgoing{
		Method: "REGISTER", URI: registrar,
		From: "sip:alice@example.com", To: "sip:alice@example.com",
		User: "alice", Password: "secret",
		Fields: []compose.HeaderField{{ID: header.IDExpires, Value: []byte("300")}},
	})
}

func call(ctx context.Context, s *stack.Stack, uri string, offer []byte) (*stack.Dialog, error) {
	res, err := s.Do(ctx, &stack.Outgoing{
		Method: "INVITE", URI: uri, ContentType: sdpType, Body: offer,
		Provisional: func(r *stack.Response) { fmt.Println(r.Status()) },
	})
	if err != nil {
		return nil, err
	}
	if res.Status() != 200 {
		return nil, fmt.Errorf("%s", res.StartLine())
	}
	return res.Dialog, nil // res.Body() has the answer; the ACK is sent
}

func answer(r *stack.Request) {
	r.Respond(&compose.Reply{Status: 180})
	err := r.Respond(&compose.Reply{Status: 200, ContentType: []byte(sdpType), Body: r.Body()})
	if err != nil {
		return // the caller has given up
	}
	<-r.Dialog.Done() // a BYE of either side
}

func ringFor(ctx context.Context, s *stack.Stack, uri string, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	_, err := s.Do(ctx, &stack.Outgoing{Method: "INVITE", URI: uri})
	return err
}

func hold(ctx context.Context, d *stack.Dialog, sdp []byte) error {
	res, err := d.ReInvite(ctx, sdpType, append(sdp, "a=sendonly\r\n"...))
	if err == nil && res.Status() != 200 {
		err = fmt.Errorf("%s", res.StartLine())
	}
	return err
}

func transfer(ctx context.Context, d *stack.Dialog, to string) (done string, err error) {
	result := make(chan string, 1)
	d.Handle(stack.HandlerFunc(func(r *stack.Request) { // the NOTIFYs
		r.Respond(&compose.Reply{Status: 200})
		if strings.HasPrefix(string(r.Value(header.IDSubscriptionState)), "terminated") {
			result <- string(r.Body())
		}
	}))
	if res, err := d.Refer(ctx, to); err != nil || res.Status()/100 != 2 {
		return "", err
	}
	select {
	case done = <-result:
		return done, d.Bye(ctx)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func secure(cert tls.Certificate) (*stack.Stack, error) {
	return stack.New(stack.Config{
		Listen: []stack.Listener{{Network: "tls", Address: "127.0.0.1:0"}, {Network: "wss", Address: "127.0.0.1:0"}},
		TLS:    &tls.Config{Certificates: []tls.Certificate{cert}},
	})
}

func traced() (*stack.Stack, error) {
	return stack.New(stack.Config{
		Trace: func(in bool, peer transaction.Addr, b []byte) {
			fmt.Fprintf(os.Stderr, "in=%v %v %v\n%s\n", in, peer.Transport, peer.IP, b)
		},
	})
}

// TestTasks runs them.
func TestTasks(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	bob, err := listen(stack.HandlerFunc(func(r *stack.Request) {
		switch {
		case r.Method() == header.MethodREGISTER:
			r.Respond(&compose.Reply{Status: 200})
		case r.Method() == header.MethodREFER:
			r.Respond(&compose.Reply{Status: 202})
			go r.Dialog.Do(ctx, &compose.Request{Method: []byte("NOTIFY"), Fields: []compose.HeaderField{
				{ID: header.IDEvent, Value: []byte("refer")}, {ID: header.IDSubscriptionState, Value: []byte("terminated;reason=noresource")},
			}, ContentType: []byte("message/sipfrag"), Body: []byte("SIP/2.0 200 OK")})
		case r.InDialog():
			r.Respond(&compose.Reply{Status: 200, ContentType: []byte(sdpType), Body: r.Body()})
		case user(r) == "slow":
			r.Respond(&compose.Reply{Status: 180})
			<-r.Context().Done()
		default:
			route(r)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer bob.Close()
	alice, err := listen(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer alice.Close()
	uri := bob.URI("bob", header.TransportUDP)
	if n, err := ping(ctx, alice, uri); n != 200 {
		t.Error("OPTIONS:", n, err)
	}
	if res, err := register(ctx, alice, uri); err != nil || res.Status() != 200 {
		t.Error("REGISTER:", res, err)
	}
	if err := ringFor(ctx, alice, bob.URI("slow", header.TransportUDP), 50*time.Millisecond); err != context.DeadlineExceeded {
		t.Error("cancel:", err)
	}
	sdp := []byte("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n")
	d, err := call(ctx, alice, uri, sdp)
	if err != nil {
		t.Fatal(err)
	}
	if err := hold(ctx, d, sdp); err != nil {
		t.Error("hold:", err)
	}
	if done, err := transfer(ctx, d, "sip:carol@example.com"); err != nil || done != "SIP/2.0 200 OK" {
		t.Errorf("transfer: %q %v", done, err)
	}
	<-d.Done()
	if s, err := secure(tls.Certificate{}); err != nil {
		t.Error("TLS:", err)
	} else {
		s.Close()
	}
	if s, err := traced(); err != nil {
		t.Error("trace:", err)
	} else {
		s.Close()
	}
}

func user(r *stack.Request) string {
	u, err := r.RequestURI()
	if err != nil {
		return ""
	}
	return string(u.User())
}

// TestFromSipgo holds the code of the page against the functions here: each of
// its blocks of this library has to be among them.
func TestFromSipgo(t *testing.T) {
	page, err := os.ReadFile("from-sipgo.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("tasks_test.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := func(b string) string { // without what indents them
		var all []string
		for l := range strings.Lines(b) {
			all = append(all, strings.TrimSpace(l))
		}
		return strings.Join(all, "\n")
	}
	all, n := lines(string(source)), 0
	for _, part := range strings.Split(string(page), "sipwire:\n\n```go\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		n++
		if !strings.Contains(all, strings.TrimSpace(lines(block))) {
			t.Errorf("not in tasks_test.go:\n%s", block)
		}
	}
	if n < 10 {
		t.Errorf("%d tasks on the page", n)
	}
}

func ExampleStack() {
	server, err := stack.New(stack.Config{
		Listen: []stack.Listener{{Network: "tcp", Address: "127.0.0.1:0"}},
		Handler: stack.HandlerFunc(func(r *stack.Request) {
			r.Respond(&compose.Reply{Status: 200, ContentType: []byte("text/plain"), Body: []byte("hello")})
		}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client, err := stack.New(stack.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	res, err := client.Do(context.Background(), &stack.Outgoing{Method: "OPTIONS", URI: server.URI("", header.TransportTCP)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d %s, %s\n", res.Status(), res.Reason(), res.Body())

	// Output:
	// 200 OK, hello
}
