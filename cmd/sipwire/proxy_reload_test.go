package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	dnsresolve "github.com/sipwire/sipwire/stack/resolve"
)

// slowDNS answers each question once it is let.
type slowDNS struct{ asked, let chan struct{} }

func (d slowDNS) Targets(context.Context, codec.Destination) ([]dnsresolve.Target, error) {
	d.asked <- struct{}{}
	<-d.let
	return []dnsresolve.Target{{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("127.0.0.1:9")}}, nil
}

// TestProxyReloadSlow: signals are taken while DNS is asked for the names of a
// changed file. What changes meanwhile is read behind it.
func TestProxyReloadSlow(t *testing.T) {
	var errs lockedBuffer
	const listen = "listen = [\"udp:127.0.0.1:0\"]\n"
	file := write(t, listen+"[[route]]\ntargets = [{to = \"127.0.0.1:9\"}]\n")[0]
	c := &proxyCmd{Config: file, Drain: 50 * time.Millisecond}
	p, err := c.start(t.Context(), &env{stderr: &errs})
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	dns := slowDNS{make(chan struct{}, 10), make(chan struct{})}
	p.dns = dns
	signals, done := make(chan os.Signal), make(chan error, 1)
	go func() { done <- p.run(t.Context(), signals) }()
	within := func(what string, do func(<-chan time.Time) bool) {
		t.Helper()
		if !do(time.After(20 * time.Second)) {
			t.Fatalf("%s: not in 20 s: %s", what, errs.String())
		}
	}
	signal := func(s syscall.Signal) {
		t.Helper()
		within(s.String(), func(late <-chan time.Time) bool {
			select {
			case signals <- s:
				return true
			case <-late:
				return false
			}
		})
	}
	asked := func() {
		t.Helper()
		within("a question", func(late <-chan time.Time) bool {
			select {
			case <-dns.asked:
				return true
			case <-late:
				return false
			}
		})
	}
	said := func(what string, n int) {
		t.Helper()
		within(fmt.Sprint(n, " times ", what), func(<-chan time.Time) bool {
			for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
				if strings.Count(errs.String(), what) == n {
					return true
				}
			}
			return false
		})
	}
	// The system cannot tell of all changes.
	p.watcher.Errors <- errors.New("overflow")
	said("a change may have been missed: overflow", 1)
	said("read again: 1 rules", 1)
	// Put in place as one, so that no half of it is read.
	next := file + ".new"
	if err := os.WriteFile(next, []byte(listen+"[[route]]\ntargets = [{to = \"name.example:5060\"}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, file); err != nil {
		t.Fatal(err)
	}
	signal(syscall.SIGHUP)
	asked()
	signal(syscall.SIGHUP)
	dns.let <- struct{}{}
	said("read again: 1 rules", 2)
	asked()
	signal(syscall.SIGTERM)
	within("the end", func(late <-chan time.Time) bool {
		select {
		case err := <-done:
			return err == nil
		case <-late:
			return false
		}
	})
	close(dns.let)
}

// TestProxyStartReload: a signal and a change of the file that come while DNS
// keeps the proxy from its start are not forgotten.
func TestProxyStartReload(t *testing.T) {
	for name, change := range map[string]func(p *testProxy, file string){
		"signal": func(p *testProxy, _ string) { p.signals <- syscall.SIGHUP },
		"change": func(_ *testProxy, file string) {
			configure(t, file, "listen = [\"udp:127.0.0.1:0\"]\n[[route]]\ntargets = [{to = \"127.0.0.1:9\"}]\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			asked, let := make(chan struct{}, 100), make(chan struct{})
			server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
				asked <- struct{}{}
				<-let
				m := new(dns.Msg).SetReply(q)
				m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.IPv4(127, 0, 0, 1)}}
				_ = w.WriteMsg(m)
			})}
			ready := make(chan struct{})
			server.NotifyStartedFunc = func() { close(ready) }
			go func() { _ = server.ActivateAndServe() }()
			<-ready
			defer func() { _ = server.Shutdown() }()
			file := write(t, fmt.Sprintf("listen = [\"udp:127.0.0.1:0\"]\n[dns]\nservers = [%q]\n[[route]]\ntargets = [{to = \"name.example:5060\"}]\n", conn.LocalAddr()))[0]
			p := startProxy(t, "-c", file)
			select {
			case <-asked:
			case <-time.After(20 * time.Second):
				t.Fatalf("no question: %s", p.errs.String())
			}
			change(p, file)
			for end := time.Now().Add(20 * time.Second); len(p.signals) > 0 && time.Now().Before(end); {
				time.Sleep(time.Millisecond)
			}
			close(let)
			p.match(t, `(listening on)`)
			p.match(t, `(read again: 1 rules)`)
			p.stop(t)
		})
	}
}

// TestProxyStartSlow: a proxy that waits for DNS while it starts ends at once
// when it is told to.
func TestProxyStartSlow(t *testing.T) {
	dns, err := net.ListenPacket("udp", "127.0.0.1:0") // it never answers
	if err != nil {
		t.Fatal(err)
	}
	defer dns.Close()
	p := startProxy(t, "-c", write(t, fmt.Sprintf("listen = [\"udp:127.0.0.1:0\"]\n[dns]\nservers = [%q]\n[[route]]\ntargets = [{to = \"name.example:5060\"}]\n", dns.LocalAddr()))[0])
	_ = dns.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, _, err := dns.ReadFrom(make([]byte, 512)); err != nil {
		t.Fatalf("no question: %v: %s", err, p.errs.String())
	}
	if p.stop(t); strings.Contains(p.errs.String(), "listening") {
		t.Errorf("it has started: %s", p.errs.String())
	}
}
