// Package interop starts other SIP software for tests: what the library says
// of a message is worth as much as what others make of the same bytes.
package interop

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// A Kamailio is a running Kamailio, and what it has written to its log.
type Kamailio struct {
	cmd  *exec.Cmd
	done chan struct{}

	mu  sync.Mutex
	log []string
}

// KamailioPath returns where the program is. Debian puts it where only root
// looks for programs.
func KamailioPath() (string, error) {
	path, err := exec.LookPath("kamailio")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/kamailio")
	}
	return path, err
}

// StartKamailio starts a Kamailio with one process for each socket, in dir,
// with the configuration, which names its sockets itself. ready is one of them,
// on UDP: Kamailio is up when it answers there. It must have a route that
// answers OPTIONS.
func StartKamailio(ctx context.Context, dir, config, ready string) (*Kamailio, error) {
	path, err := KamailioPath()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	k := &Kamailio{done: make(chan struct{})}
	k.cmd = exec.CommandContext(ctx, path, "-DD", "-E", "-f", file, "-m", "64", "-M", "8", "-P", filepath.Join(dir, "pid"), "-Y", dir)
	k.cmd.WaitDelay = 5 * time.Second
	out, err := k.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := k.cmd.Start(); err != nil {
		return nil, err
	}
	go k.read(out)
	if err := k.await(ctx, ready); err != nil {
		k.Stop()
		return nil, fmt.Errorf("%w; its log: %q", err, k.Log())
	}
	return k, nil
}

func (k *Kamailio) read(out io.Reader) {
	defer close(k.done)
	for s := bufio.NewScanner(out); s.Scan(); {
		k.mu.Lock()
		k.log = append(k.log, s.Text())
		k.mu.Unlock()
	}
}

// await sends an OPTIONS until there is an answer.
func (k *Kamailio) await(ctx context.Context, addr string) error {
	c, err := net.Dial("udp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	ping := fmt.Appendf(nil, "OPTIONS sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKready;rport\r\nFrom: <sip:t@t>;tag=1\r\nTo: <sip:t@t>\r\n"+
		"Call-ID: ready\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 9\r\nContent-Length: 0\r\n\r\n", addr, c.LocalAddr())
	var b [2048]byte
	for range 100 {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, _ = c.Write(ping)
		_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if n, err := c.Read(b[:]); err == nil && n > 0 {
			return nil
		}
		select {
		case <-k.done:
			return fmt.Errorf("kamailio has ended")
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("kamailio does not answer on %s", addr)
}

// Log returns the lines of the log so far.
func (k *Kamailio) Log() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.log...)
}

// Stop ends Kamailio with all its processes.
func (k *Kamailio) Stop() {
	_ = k.cmd.Process.Signal(os.Interrupt)
	select {
	case <-k.done:
	case <-time.After(3 * time.Second):
		_ = k.cmd.Process.Kill()
	}
	_ = k.cmd.Wait()
}
