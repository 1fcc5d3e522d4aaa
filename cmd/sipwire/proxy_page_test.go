package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestPageInBrowser looks at the status page as people do, and traces a call by
// the form on it.
func TestPageInBrowser(t *testing.T) {
	if os.Getenv("SIPWIRE_BROWSER") == "" {
		t.Skip("NOT RUN: a browser takes long to start; set SIPWIRE_BROWSER=1")
	}
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("NOT RUN: chromium is not installed")
	}
	to := callee(t)
	p := startProxy(t, "-l", "udp:127.0.0.1:0", "--status", "127.0.0.1:0", to)
	page := p.match(t, `status at (\S+)`)
	c, err := net.Dial("udp", p.match(t, `listening on udp:(\S+)`))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if !ask(c, "INVITE", 1) {
		t.Fatal("no answer")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(2*time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancelTime := context.WithTimeout(ctx, 4*time.Minute)
	defer cancelTime()
	browse(t, ctx, chromedp.EmulateViewport(400, 800)) // a telephone
	browse(t, ctx, chromedp.Navigate(page))
	title := browse(t, ctx, chromedp.Title())
	text := browse(t, ctx, chromedp.Text("body"))
	width := browse(t, ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth"))
	shown := browse(t, ctx, chromedp.Evaluate[int]("document.querySelectorAll('h2, table').length"))
	for _, want := range []string{"forwarded\t2", "received\t2", "not-ours\t0", to + "\tup", "No request is refused"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if title != "sipwire proxy" || width > 400 || shown < 8 {
		t.Errorf("title %q, %d wide, %d headings and tables", title, width, shown)
	}
	// The trace ends by itself after a second; what came meanwhile is in it.
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for range 20 {
			fmt.Fprint(c, sip("MESSAGE sip:b@b.example SIP/2.0", "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKt", "From: <sip:a@a>;tag=1", "To: <sip:b@b>", "Call-ID: traced", "CSeq: 1 MESSAGE"))
			time.Sleep(200 * time.Millisecond)
		}
	}()
	browse(t, ctx, chromedp.SetValue("input[name=call-id]", "traced"))
	browse(t, ctx, chromedp.SetValue("input[name=seconds]", "2"))
	browse(t, ctx, chromedp.Submit("form"))
	browse(t, ctx, chromedp.WaitReady("pre"))
	browse(t, ctx, chromedp.Poll[bool]("document.body.innerText.includes('> Via')"))
	text = browse(t, ctx, chromedp.Text("body"))
	<-sent
	if !strings.Contains(text, "forwarded to udp:"+to) || !strings.Contains(text, "< Call-ID: traced") {
		t.Errorf("%s", text)
	}
	p.stop(t)
}

// browse does one thing in the browser.
func browse[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
