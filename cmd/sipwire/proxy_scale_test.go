package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
)

// The tests of docs/scale.md: calls go on while one of several proxies is
// stopped and another one is added.

const scaleKey = "--branch-key=00112233445566778899aabbccddeeff"

// callees answer every request with 200 until the test ends.
func callee(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		var m codec.Message
		for b := make([]byte, 65536); ; {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			if m.Parse(b[:n]) != nil || !m.IsRequest() || string(m.MethodBytes()) == "ACK" {
				continue
			}
			out, err := compose.AppendReply(nil, &m, &compose.Reply{Status: 200, Tag: []byte("callee")})
			if err == nil {
				_, _ = c.WriteTo(out, from)
			}
		}
	}()
	return c.LocalAddr().String()
}

// converse places calls, an INVITE and a BYE each, through the proxies at an
// address, at most so many at one time. A request that is not answered is sent
// again (RFC 3261, 17.1.2.2). It returns how many calls have ended well.
func converse(t *testing.T, to string, calls int, done func(int)) (good int) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	slots := make(chan struct{}, 20)
	var failed atomic.Bool // the first call that fails is enough
	for i := range calls {
		slots <- struct{}{}
		if failed.Load() {
			break
		}
		all.Go(func() {
			defer func() { <-slots }()
			c, err := net.Dial("udp", to)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			ok := places(c, "INVITE", i) && places(c, "BYE", i)
			mu.Lock()
			defer mu.Unlock()
			if ok {
				good++
			} else {
				failed.Store(true)
			}
			done(good)
		})
	}
	all.Wait()
	return good
}

// places sends a request until it is answered with 200.
func places(c net.Conn, method string, call int) bool {
	from := c.LocalAddr().String()
	text := sip(method+" sip:b@b.example SIP/2.0", "Via: SIP/2.0/UDP "+from+fmt.Sprintf(";branch=z9hG4bK%s%d", method, call), "Max-Forwards: 70", "From: <sip:a@a.example>;tag=1",
		"To: <sip:b@b.example>", fmt.Sprintf("Call-ID: call-%d", call), "CSeq: 1 "+method, "Contact: <sip:a@"+from+">", "Content-Length: 0")
	b := make([]byte, 4096)
	for end, wait := time.Now().Add(32*time.Second), 200*time.Millisecond; time.Now().Before(end); wait *= 2 {
		_, _ = fmt.Fprint(c, text)
		_ = c.SetReadDeadline(time.Now().Add(wait))
		for {
			n, err := c.Read(b)
			if err != nil {
				break // also of an ICMP error, which comes at once
			}
			if strings.HasPrefix(string(b[:n]), "SIP/2.0 200 ") && strings.Contains(string(b[:n]), "CSeq: 1 "+method) {
				return true
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// TestScaleShare: processes on one machine share an address (SO_REUSEPORT).
func TestScaleShare(t *testing.T) {
	to := callee(t)
	addr := "127.0.0.1:" + freePort(t)
	args := []string{"-l", "udp:" + addr, "--share", "--workers=1", scaleKey, to}
	one, two := startProxy(t, args...), startProxy(t, args...)
	one.match(t, `listening on (\S+)`)
	two.match(t, `listening on (\S+)`)
	var three *testProxy
	var step sync.Once
	const calls = 400
	good := converse(t, addr, calls, func(n int) {
		if n >= calls/4 {
			step.Do(func() {
				three = startProxy(t, args...)
				three.match(t, `listening on (\S+)`)
				t.Log("stopped:", one.stop(t))
			})
		}
	})
	t.Log("went on:", two.stop(t))
	if three == nil {
		t.Fatalf("%d calls ended well", good)
	}
	t.Log("added:  ", three.stop(t))
	if good != calls {
		t.Errorf("%d of %d calls ended well", good, calls)
	}
}

// TestScaleSRV: a proxy in front finds those behind it by SRV records; one that
// is stopped gets no more, and one that DNS adds gets its share.
func TestScaleSRV(t *testing.T) {
	to := callee(t)
	back := func() (*testProxy, string) {
		p := startProxy(t, "-l", "udp:127.0.0.1:0", "--no-record-route", scaleKey, to)
		return p, p.match(t, `listening on udp:127.0.0.1:(\d+)`)
	}
	one, portOne := back()
	two, portTwo := back()
	zone := new(zone)
	zone.set(portOne, portTwo)
	file := filepath.Join(t.TempDir(), "proxy.toml")
	text := fmt.Sprintf("listen = [\"udp:127.0.0.1:0\"]\nstatus = \"127.0.0.1:0\"\n[dns]\nservers = [%q]\n[health]\ninterval = \"100ms\"\ntimeout = \"1s\"\nfails = 1\n[[route]]\ntargets = [{to = \"udp:pool.example\"}]\n", zone.serve(t))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	front := startProxy(t, "-c", file)
	addr := front.match(t, `listening on udp:(\S+)`)
	var three *testProxy
	var step sync.Once
	const calls = 400
	good := converse(t, addr, calls, func(n int) {
		if n >= calls/4 {
			step.Do(func() {
				t.Log("stopped:", one.stop(t))
				var portThree string
				three, portThree = back()
				zone.set(portTwo, portThree)
				// A change of the file makes the proxy ask again; it does so by
				// itself every ten seconds.
				if err := os.WriteFile(file, []byte(text+"# again\n"), 0o600); err != nil {
					t.Error(err)
				}
				front.match(t, "read again")
			})
		}
	})
	front.stop(t)
	t.Log("went on:", two.stop(t))
	if three == nil {
		t.Fatalf("%d calls ended well", good)
	}
	added := three.stop(t)
	t.Log("added:  ", added)
	if good != calls {
		t.Errorf("%d of %d calls ended well", good, calls)
	}
	if strings.Contains(added, "forwarded 0 ") {
		t.Error("the one that was added has got nothing")
	}
}

// A zone is a DNS server with the SRV records of one name.
type zone struct {
	mu    sync.Mutex
	ports []string
}

func (z *zone) set(ports ...string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.ports = ports
}

// serve answers until the test ends.
func (z *zone) serve(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &dns.Server{PacketConn: c, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		z.mu.Lock()
		defer z.mu.Unlock()
		switch q.Question[0].Qtype {
		case dns.TypeSRV:
			for i, port := range z.ports {
				rr, _ := dns.NewRR(fmt.Sprintf("%s 0 IN SRV 0 %d %s host.pool.example.", q.Question[0].Name, i+1, port))
				m.Answer = append(m.Answer, rr)
			}
		case dns.TypeA:
			rr, _ := dns.NewRR(q.Question[0].Name + " 0 IN A 127.0.0.1")
			m.Answer = append(m.Answer, rr)
		}
		_ = w.WriteMsg(m)
	})}
	go func() { _ = s.ActivateAndServe() }()
	t.Cleanup(func() { _ = s.Shutdown() })
	return c.LocalAddr().String()
}

// TestInteropScaleDispatcher: Kamailio's dispatcher in front chooses by Call-ID.
func TestInteropScaleDispatcher(t *testing.T) {
	kamailio := needKamailio(t)
	if kamailio == "" {
		return
	}
	to, dir := callee(t), t.TempDir()
	var ports []string
	back := func(port string) *testProxy {
		p := startProxy(t, "-l", "udp:127.0.0.1:"+port, "--drain=2s", "--no-record-route", scaleKey, to)
		p.match(t, `listening on (\S+)`)
		return p
	}
	for range 3 {
		ports = append(ports, freePort(t))
	}
	one, two := back(ports[0]), back(ports[1])
	list, front := filepath.Join(dir, "dispatcher.list"), freePort(t)
	var lines string
	for _, port := range ports { // the third one is not there yet
		lines += "1 sip:127.0.0.1:" + port + "\n"
	}
	cfg, err := os.ReadFile("testdata/dispatcher.cfg")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "kamailio.cfg")
	text := strings.NewReplacer("FRONT", front, "LIST", list).Replace(string(cfg))
	for name, b := range map[string]string{list: lines, file: text} {
		if err := os.WriteFile(name, []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k := start(t, dir, kamailio, "-DD", "-E", "-f", file, "-P", filepath.Join(dir, "pid"), "-Y", dir, "-m", "64", "-M", "8")
	waitPort(t, front)
	time.Sleep(3 * time.Second) // the dispatcher has asked all
	var three *testProxy
	var step sync.Once
	const calls = 400
	good := converse(t, "127.0.0.1:"+front, calls, func(n int) {
		if n >= calls/4 {
			step.Do(func() {
				three = back(ports[2])
				t.Log("stopped:", one.stop(t))
				time.Sleep(3 * time.Second)
			})
		}
	})
	t.Log("went on:", two.stop(t))
	if three == nil {
		t.Fatalf("%d calls ended well", good)
	}
	added := three.stop(t)
	t.Log("added:  ", added)
	if good != calls || strings.Contains(added, "forwarded 0 ") {
		t.Errorf("%d of %d calls ended well\n%s", good, calls, tail(k.out.String()))
	}
}
