// Package browser opens pages in a headless Chromium, for tests and for pictures
// of the documentation.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Find returns the path of a Chromium, empty when there is none.
func Find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// A Page is one in a browser of its own.
type Page struct {
	ctx    context.Context
	cancel func()

	mu        sync.Mutex // guards what is below
	problems  []string
	addresses []string
}

// bound is how long an action may take: a machine may be busy.
const bound = time.Minute

// Open opens an address in the Chromium at path, in a window of that size.
func Open(path, address string, width, height int) (*Page, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WindowSize(width, height))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it does not run as root with one
	}
	p := &Page{}
	ctx, cancelBrowser := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancelPage := chromedp.NewContext(ctx, chromedp.WithListener(p.asked))
	p.ctx, p.cancel = ctx, func() { cancelPage(); cancelBrowser() }
	// The browser lives as long as the context of the first action, so there is
	// no bound on that.
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
		return err
	}))
	if err == nil {
		go p.hear(chromedp.Console(ctx))
		err = p.Do(chromedp.Navigate(address))
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// asked keeps what the page asks for.
func (p *Page) asked(event any) {
	if e, ok := event.(*network.EventRequestWillBeSent); ok {
		p.mu.Lock()
		p.addresses = append(p.addresses, e.Request.URL)
		p.mu.Unlock()
	}
}

// hear keeps what the page complains about, until the browser ends.
func (p *Page) hear(messages func(func(chromedp.ConsoleMessage, error) bool)) {
	for m, err := range messages {
		if err != nil {
			return
		}
		if m.IsException() || m.Type == "error" || m.Type == "warning" || m.Type == "assert" {
			p.mu.Lock()
			p.problems = append(p.problems, fmt.Sprintf("%s: %s %s", m.Type, m.Text, m.URL))
			p.mu.Unlock()
		}
	}
}

// Problems returns the exceptions, errors and warnings of the page so far.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.problems)
}

// Addresses returns what the page has asked for so far.
func (p *Page) Addresses() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.addresses)
}

// Do does actions in the page.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, bound)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

// Run runs a script in the page.
func (p *Page) Run(script string) error {
	_, err := evaluate[chromedp.Void](p, script)
	return err
}

// Is waits until an expression of JavaScript is true.
func (p *Page) Is(expression string) error {
	for end := time.Now().Add(bound); ; time.Sleep(50 * time.Millisecond) {
		ok, err := evaluate[bool](p, "!!("+expression+")")
		switch {
		case ok || err != nil:
			return err
		case time.Now().After(end):
			return fmt.Errorf("not true within %v: %s", bound, expression)
		}
	}
}

func evaluate[T any](p *Page, script string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, bound)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script))
}

// Picture returns the whole page as a PNG.
func (p *Page) Picture() ([]byte, error) {
	ctx, cancel := context.WithTimeout(p.ctx, bound)
	defer cancel()
	return chromedp.Run(ctx, chromedp.FullScreenshot(100)) // 100 is for PNG
}

// Close ends the browser.
func (p *Page) Close() { p.cancel() }
