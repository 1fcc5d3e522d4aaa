package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestLiveScreen runs load on a pseudo terminal: keys pause it and end it, and
// the table stands on the terminal behind it.
func TestLiveScreen(t *testing.T) {
	dir := t.TempDir()
	port := serveFor(t, dir)
	cmd := exec.Command(self(t), "load", "-sn", "uac", "-d", "100", "-r", "20", "-timeout", "60", "127.0.0.1:"+port)
	cmd.Env = append(os.Environ(), asMain+"=1", "TERM=xterm-256color")
	forks.Lock()
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 140})
	forks.Unlock()
	if err != nil {
		t.Logf("NOT RUN: no pseudo terminal: %v", err)
		return
	}
	defer terminal.Close()
	defer cmd.Process.Kill()
	var out syncBuffer
	ended := make(chan error, 1)
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := terminal.Read(b)
			out.Write(b[:n])
			if err != nil {
				ended <- cmd.Wait()
				return
			}
		}
	}()
	wait := func(what string) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); !strings.Contains(out.String(), what); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%q does not come:\n%q", what, out.String())
			}
		}
	}
	wait("calls/s asked")
	wait("INVITE")
	for _, c := range [][2]string{{"p", "PAUSED"}, {"q", "ENDING"}} {
		terminal.WriteString(c[0])
		wait(c[1])
	}
	wait("this generator  ")
	wait("p99.9")
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Error("it does not end")
	}
	if s := out.String(); !strings.Contains(s, "\x1b[?1049l") || !strings.Contains(s[strings.LastIndex(s, "\x1b[?1049l"):], "calls") {
		t.Errorf("ends with\n%q", tail(s))
	}
}
