package stack

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// open makes a Stack on loopback that ends with the test.
func open(t testing.TB, c Config) *Stack {
	t.Helper()
	if c.Listen == nil {
		c.Listen = []Listener{{"udp", "127.0.0.1:0"}}
	}
	if c.Cores == 0 {
		c.Cores = 2
	}
	if c.Resolve.Servers == nil {
		c.Resolve.Servers = []string{"127.0.0.1:1"} // nobody is there
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// soon is a context for what takes milliseconds.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func status(code int) *compose.Reply { return &compose.Reply{Status: code} }

func always(code int) Handler {
	return HandlerFunc(func(r *Request) { _ = r.Respond(status(code)) })
}

// until waits for a condition.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	untilWithin(t, 60*time.Second, what, ok)
}

func untilWithin(t testing.TB, d time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("did not happen: " + what)
		}
	}
}

func addrOf(s *Stack, t header.Transport) netip.AddrPort {
	for _, a := range s.Addrs() {
		if a.Transport == t {
			return a.IP
		}
	}
	return netip.AddrPort{}
}

const (
	sdp   = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
	isSDP = "application/sdp"
)
