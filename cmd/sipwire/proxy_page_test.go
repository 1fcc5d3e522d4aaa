package main

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/browser"
)

// TestInteropProxyPage looks at the status page in Chromium, as wide as a
// telephone, and traces a call by the form on it.
func TestInteropProxyPage(t *testing.T) {
	path := browser.Find()
	if path == "" {
		t.Log("NOT RUN: chromium is not installed")
		return
	}
	to := callee(t)
	p := startProxy(t, "-l", "udp:127.0.0.1:0", "--status", "127.0.0.1:0", to)
	page := p.match(t, `status at (\S+)`)
	c, err := net.Dial("udp", p.match(t, `listening on udp:(\S+)`))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if !places(c, "INVITE", 1) {
		t.Fatal("no answer")
	}
	b, err := browser.Open(path, page, 400, 800)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	shows := func(text string) {
		t.Helper()
		if err := b.Is(fmt.Sprintf("document.body.innerText.includes(%q)", text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"forwarded\t2", "received\t2", "not-ours\t0", to + "\tup", "No request is refused"} {
		shows(want)
	}
	// A window may be wider than what was asked for.
	if err := b.Is(`document.title === "sipwire proxy" && document.documentElement.scrollWidth <= innerWidth &&
		document.querySelectorAll("h2, table").length >= 8`); err != nil {
		t.Error(err)
	}
	// The trace ends by itself; what came meanwhile is in it.
	sent, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(sent)
		for {
			fmt.Fprint(c, sip("MESSAGE sip:b@b.example SIP/2.0", "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKt", "From: <sip:a@a>;tag=1", "To: <sip:b@b>", "Call-ID: traced", "CSeq: 1 MESSAGE"))
			select {
			case <-stop:
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	if err := b.Run(`document.querySelector("input[name=call-id]").value = "traced"
		document.querySelector("input[name=seconds]").value = "2"
		document.querySelector("form").submit()`); err != nil {
		t.Fatal(err)
	}
	shows("> Via")
	shows("forwarded to udp:" + to)
	shows("< Call-ID: traced")
	close(stop)
	<-sent
	if got := b.Problems(); len(got) > 0 {
		t.Errorf("it complains: %q", got)
	}
	p.stop(t)
}
