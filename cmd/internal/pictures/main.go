// Pictures makes the pictures of docs/load.md: what a run shows in the terminal,
// on its page and in its report. It needs Chromium and tmux, makes calls on
// loopback only, and takes half a minute.
//
//	go run ./internal/pictures ../docs
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sipwire/sipwire/cmd/internal/browser"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pictures FOLDER")
		os.Exit(2)
	}
	if err := pictures(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

const (
	token          = "token-of-the-pictures"
	columns, lines = "128", "36" // of the terminal
)

// pictures makes all pictures in a folder.
func pictures(folder string) error {
	chromium := browser.Find()
	if chromium == "" {
		return errors.New("chromium is not installed")
	}
	dir, err := os.MkdirTemp("", "pictures")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	tool := filepath.Join(dir, "sipwire")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", tool, "./sipwire").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	b, err := browser.Open(chromium, "about:blank", 900, 960)
	if err != nil {
		return err
	}
	defer b.Close()
	target, page := freePort(), freePort()
	serve := exec.CommandContext(ctx, tool, "serve", "-q", "-p", target, "--delay", "20ms", "--errors", "1:486")
	if err := serve.Start(); err != nil {
		return err
	}
	defer func() { serve.Process.Kill(); serve.Wait() }()
	time.Sleep(time.Second) // it listens by then

	report := filepath.Join(dir, "report.html")
	t := terminal{ctx: ctx, socket: filepath.Join(dir, "tmux")}
	defer t.do("kill-server")
	command := fmt.Sprintf("%s load -sn uac -r 50 --ramp-to 200 --ramp-over 10s -timeout 20 -m 2000 --goal-success 98 --metrics 127.0.0.1:%s --token %s --html %s 127.0.0.1:%s; sleep 60",
		tool, page, token, report, target)
	if _, err := t.do("new-session", "-d", "-x", columns, "-y", lines, command); err != nil {
		return err
	}
	time.Sleep(2 * time.Second)
	if err := shoot(b, "http://127.0.0.1:"+page+"/#"+token, filepath.Join(folder, "load-page.png"), 900, 960, "samples.length >= 9"); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		if _, err := os.Stat(report); err == nil {
			break
		} else if time.Now().After(end) {
			return err
		}
	}
	time.Sleep(2 * time.Second) // the table is printed by then
	if err := shoot(b, "file://"+report, filepath.Join(folder, "load-report.png"), 900, 700, "true"); err != nil {
		return err
	}
	screen, err := t.do("capture-pane", "-e", "-p")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "terminal.html")
	if err := os.WriteFile(file, []byte(screenHTML(screen)), 0o666); err != nil {
		return err
	}
	return shoot(b, "file://"+file, filepath.Join(folder, "load-terminal.png"), 1020, 300, "true")
}

// shoot writes a picture of a page, when an expression is true in it.
func shoot(p *browser.Page, address, file string, width, height int64, when string) error {
	if err := p.Do(chromedp.EmulateViewport(width, height), chromedp.Navigate(address)); err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	if err := p.Is(when); err != nil {
		return err
	}
	data, err := p.Picture()
	if err != nil {
		return err
	}
	if got := p.Problems(); len(got) > 0 {
		return fmt.Errorf("%s: %q", address, got)
	}
	// A page of a run that ends would complain that nobody answers it.
	if err := p.Do(chromedp.Navigate("about:blank")); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o666)
}

// A terminal is one of tmux, with a server of its own.
type terminal struct {
	ctx    context.Context
	socket string
}

func (t *terminal) do(args ...string) (string, error) {
	c := exec.CommandContext(t.ctx, "tmux", append([]string{"-S", t.socket, "-f", "/dev/null"}, args...)...)
	c.Env = append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w", args[0], err)
	}
	return string(out), nil
}

func freePort() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// screenHTML makes a page of what tmux says is on a screen.
func screenHTML(screen string) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; background: #1b1f24 }
pre { margin: 0; padding: 12px; color: #d7dce2; font: 13px/1.3 "DejaVu Sans Mono", monospace }
</style><pre>`)
	b.WriteString(colored(strings.TrimRight(screen, " \n")))
	b.WriteString("</pre>")
	return b.String()
}
