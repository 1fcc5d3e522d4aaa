package main

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A relay stands between a client and a server and loses a tenth of the
// packets of both. So that a run can end without a failed call for certain, of
// the same bytes at most so many are lost.
type relay struct {
	conn   *net.UDPConn
	server netip.AddrPort
	most   int
	keep   []string // messages that begin so are not lost

	mu     sync.Mutex
	client netip.AddrPort
	times  map[string]int
	lost   int
	passed int
}

func newRelay(t *testing.T, serverPort string, most int, keep ...string) *relay {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadBuffer(8 << 20)
	t.Cleanup(func() { conn.Close() })
	r := &relay{conn: conn, server: netip.MustParseAddrPort("127.0.0.1:" + serverPort), most: most, keep: keep, times: map[string]int{}}
	go r.run(rand.New(rand.NewPCG(3, 4)))
	return r
}

func (r *relay) port() string {
	_, port, _ := net.SplitHostPort(r.conn.LocalAddr().String())
	return port
}

func (r *relay) run(random *rand.Rand) {
	b := make([]byte, 65536)
	for {
		n, from, err := r.conn.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		r.mu.Lock()
		to := r.server
		if from == r.server {
			to = r.client
		} else {
			r.client = from
		}
		lose := random.IntN(10) == 0 && r.times[string(b[:n])] < r.most && !r.keeps(string(b[:n]))
		if lose {
			r.times[string(b[:n])]++
			r.lost++
		} else {
			r.passed++
		}
		r.mu.Unlock()
		if !lose && to.IsValid() {
			r.conn.WriteToUDPAddrPort(b[:n], to)
		}
	}
}

func (r *relay) keeps(message string) bool {
	return slices.ContainsFunc(r.keep, func(begin string) bool { return strings.HasPrefix(message, begin) })
}

// check has the relay have lost about a tenth.
func (r *relay) check(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lost*30 < r.passed || r.lost*5 > r.passed {
		t.Errorf("%d packets lost, %d passed", r.lost, r.passed)
	}
}

// TestLossServe makes calls to serve through the relay: repeats make up for
// what is lost.
func TestLossServe(t *testing.T) {
	for _, name := range []string{"uac", "options", "message"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			server := serveFor(t, dir, "--linger", "32s")
			relay := newRelay(t, server, 3)
			r := runLoad(t, dir, "-sn", name, "-r", "250", "-m", "500", "-timeout", "80", "127.0.0.1:"+relay.port())
			if r.Successful != 500 || r.Failed != 0 || r.Retransmissions == 0 {
				t.Errorf("%d successful, %d repeated, failures %v, unexpected %v, steps %+v", r.Successful, r.Retransmissions, r.Causes, r.Codes, r.Steps)
			}
			relay.check(t)
		})
	}
}

// TestInteropLossSIPp is the same with sipp on either side. Its server forgets
// a call after 4 s, so that a packet is lost once only. It also gives a call up
// when its 180 and its 200 were both lost and the INVITE comes again, and when
// an ACK comes behind the BYE: sipp's own client then fails as well, and so
// neither 180 nor ACK are lost there.
func TestInteropLossSIPp(t *testing.T) {
	sipp := needSIPp(t)
	if sipp == "" {
		return
	}
	t.Run("load", func(t *testing.T) {
		dir := t.TempDir()
		port := freePort(t)
		start(t, dir, sipp, "-sn", "uas", "-i", "127.0.0.1", "-p", port, "-nostdin")
		waitPort(t, port)
		relay := newRelay(t, port, 1, "SIP/2.0 180", "ACK")
		r := runLoad(t, dir, "-sn", "uac", "-r", "250", "-m", "500", "-timeout", "80", "127.0.0.1:"+relay.port())
		if r.Successful != 500 || r.Failed != 0 || r.Retransmissions == 0 {
			t.Errorf("%d successful, %d repeated, failures %v, unexpected %v, steps %+v", r.Successful, r.Retransmissions, r.Causes, r.Codes, r.Steps)
		}
		relay.check(t)
	})
	t.Run("serve", func(t *testing.T) {
		dir := t.TempDir()
		server := serveFor(t, dir, "--linger", "32s")
		relay := newRelay(t, server, 3)
		begin := time.Now()
		out, err := command(t, dir, sipp, "-sn", "uac", "-i", "127.0.0.1", "-p", freePort(t), "-r", "250", "-m", "500", "-nostdin", "-timeout", "80", "127.0.0.1:"+relay.port())
		if err != nil {
			t.Errorf("sipp after %v: %v\n%s", time.Since(begin), err, tail(out))
		}
		relay.check(t)
	})
}
