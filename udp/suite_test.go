package udp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"
)

// eachImpl runs f over every implementation that this machine has, each as a
// test of its own, and names those that it lacks. SIPWIRE_UDP_WANT lists
// implementations that must not be lacking.
func eachImpl(t *testing.T, f func(t *testing.T, impl Impl)) {
	t.Helper()
	for _, impl := range []Impl{Portable, Mmsg, IOUring} {
		t.Run(impl.String(), func(t *testing.T) {
			s, err := Listen(context.Background(), "udp4", "127.0.0.1:0", Config{Impl: impl})
			if err != nil {
				t.Fatal(err)
			}
			got := s.Impl()
			refusals := s.Refusals()
			s.Close()
			if got != impl {
				if strings.Contains(os.Getenv("SIPWIRE_UDP_WANT"), impl.String()) {
					t.Fatalf("%s is wanted: %v", impl, refusals)
				}
				t.Skipf("NOT RUN: this machine lacks %s: %v", impl, refusals)
			}
			f(t, impl)
		})
	}
}

// open opens a socket that is closed with the test.
func open(t *testing.T, network, addr string, cfg Config) *Socket {
	t.Helper()
	s, err := Listen(context.Background(), network, addr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if cfg.Impl != Auto && s.Impl() != cfg.Impl {
		t.Fatalf("%s is used, not %s: %v", s.Impl(), cfg.Impl, s.Refusals())
	}
	s.R.SetReadDeadline(time.Now().Add(20 * time.Second))
	s.W.SetWriteDeadline(time.Now().Add(20 * time.Second))
	return s
}

// dial opens a plain connected socket to s.
func dial(t *testing.T, to netip.AddrPort) *net.UDPConn {
	t.Helper()
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func addrOf(c *net.UDPConn) netip.AddrPort {
	return unmapped(c.LocalAddr().(*net.UDPAddr).AddrPort())
}

func send(t *testing.T, c *net.UDPConn, b []byte) {
	t.Helper()
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
}

// collect reads until n packets came and calls f with each.
func collect(t *testing.T, r *Reader, n int, f func(p *Packet)) {
	t.Helper()
	for n > 0 {
		ps, err := r.Read()
		if err != nil {
			t.Fatalf("%v with %d packets to come", err, n)
		}
		if len(ps) == 0 || len(ps) > n {
			t.Fatalf("Read gave %d packets, %d to come", len(ps), n)
		}
		for i := range ps {
			f(&ps[i])
		}
		n -= len(ps)
	}
}

// hasIPv6 reports whether loopback has IPv6.
func hasIPv6(t *testing.T) bool {
	c, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback})
	if err != nil {
		t.Logf("this machine lacks IPv6: %v", err)
		return false
	}
	c.Close()
	return true
}

func TestReceive(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		for _, tt := range []struct{ network, listen, call, want string }{
			{"udp4", "127.0.0.1:0", "127.0.0.1", "127.0.0.1"},
			{"udp4", "0.0.0.0:0", "127.0.0.5", "127.0.0.5"},
			{"udp6", "[::1]:0", "::1", "::1"},
			{"udp6", "[::]:0", "::1", "::1"},
			{"udp", ":0", "127.0.0.7", "127.0.0.7"},
			{"udp", ":0", "::1", "::1"},
			{"udp", "[::ffff:127.0.0.1]:0", "127.0.0.1", "127.0.0.1"},
		} {
			if strings.Contains(tt.listen+tt.call, "::") && !hasIPv6(t) {
				continue
			}
			name := tt.network + " " + tt.listen + " from " + tt.call
			s := open(t, tt.network, tt.listen, Config{Impl: impl, Timestamps: true})
			port := s.LocalAddr().Port()
			c := dial(t, netip.AddrPortFrom(netip.MustParseAddr(tt.call), port))
			sizes := []int{1, 0, 2, 600, 1400, 9000, 65507, 3, 0}
			before := time.Now()
			for i, n := range sizes {
				b := make([]byte, n)
				for j := range b {
					b[j] = byte(i + j)
				}
				send(t, c, b)
			}
			at := 0
			collect(t, s.R, len(sizes), func(p *Packet) {
				n := sizes[at]
				if len(p.Data) != n || p.Len != n || p.Truncated() {
					t.Errorf("%s: packet %d has %d bytes (%d) of %d", name, at, len(p.Data), p.Len, n)
				}
				if cap(p.Data) != len(p.Data) {
					t.Errorf("%s: packet %d has capacity beyond its bytes", name, at)
				}
				for j, c := range p.Data {
					if c != byte(at+j) {
						t.Fatalf("%s: packet %d is wrong at byte %d", name, at, j)
					}
				}
				if p.Src != addrOf(c) {
					t.Errorf("%s: source %v, want %v", name, p.Src, addrOf(c))
				}
				want := netip.AddrPortFrom(netip.MustParseAddr(tt.want), port)
				if onLinux && p.Dst != want {
					t.Errorf("%s: sent to %v, want %v", name, p.Dst, want)
				}
				if onLinux && (p.Time < before.Add(-time.Second).UnixNano() || p.Time > time.Now().Add(time.Second).UnixNano()) {
					t.Errorf("%s: received at %v", name, time.Unix(0, p.Time))
				}
				at++
			})
			st := s.R.Stats()
			if st.Packets != uint64(len(sizes)) || st.Truncated != 0 || st.Drops != 0 || st.Batches == 0 {
				t.Errorf("%s: %+v", name, st)
			}
			s.Close()
		}
	})
}

func TestTruncated(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, MaxSize: 1000})
		c := dial(t, s.LocalAddr())
		sizes := []int{999, 1000, 1001, 1500, 65507, 10}
		for i, n := range sizes {
			send(t, c, fmt.Appendf(nil, "%-*d", n, i))
		}
		at := 0
		collect(t, s.R, len(sizes), func(p *Packet) {
			n := sizes[at]
			if p.Len != n || len(p.Data) != min(n, 1000) || p.Truncated() != (n > 1000) {
				t.Errorf("datagram of %d: %d bytes, Len %d, truncated %v", n, len(p.Data), p.Len, p.Truncated())
			}
			if string(p.Data[:2]) != fmt.Sprintf("%d ", at) {
				t.Errorf("datagram %d begins with %q", at, p.Data[:2])
			}
			at++
		})
		if st := s.R.Stats(); st.Truncated != 3 || st.Packets != 6 {
			t.Errorf("%+v", st)
		}
	})
}

// A packet that is held stays as it is while others come and go.
func TestHold(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		const held = 5
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, Batch: 4, Held: held})
		c := dial(t, s.LocalAddr())
		var kept []Packet
		n := 0
		round := func(count int) {
			for i := range count {
				send(t, c, fmt.Appendf(nil, "packet %d", n+i))
			}
			collect(t, s.R, count, func(p *Packet) {
				if want := fmt.Sprintf("packet %d", n); string(p.Data) != want {
					t.Fatalf("got %q, want %q", p.Data, want)
				}
				n++
				if n%3 != 0 {
					return
				}
				ok := p.Hold()
				if ok != (len(kept) < held) {
					t.Fatalf("Hold gave %v with %d held", ok, len(kept))
				}
				if ok {
					if !p.Hold() {
						t.Fatal("a held packet cannot be held")
					}
					kept = append(kept, *p)
				}
			})
		}
		for range 10 {
			round(10)
		}
		if got := s.R.Stats().Refused; got != 33-held {
			t.Errorf("%d holds refused, want %d", got, 33-held)
		}
		if s.R.Held() != held {
			t.Errorf("%d held, want %d", s.R.Held(), held)
		}
		for i := range kept {
			if want := fmt.Sprintf("packet %d", 3*i+2); string(kept[i].Data) != want {
				t.Errorf("held packet is %q, want %q", kept[i].Data, want)
			}
			twin := kept[i]
			if !kept[i].Release() {
				t.Error("Release of a held packet refused")
			}
			if kept[i].Release() || twin.Release() {
				t.Error("released twice")
			}
		}
		if s.R.Held() != 0 || s.R.slab.Doubles() != 0 {
			t.Errorf("%d held, %d doubles", s.R.Held(), s.R.slab.Doubles())
		}
		kept = kept[:0]
		n = 0
		for range 10 {
			round(10) // all slots are back in use
		}
		s.Close()
		for i := range kept { // after Close a held packet is still there
			if want := fmt.Sprintf("packet %d", 3*i+2); string(kept[i].Data) != want {
				t.Errorf("held packet is %q after Close, want %q", kept[i].Data, want)
			}
			kept[i].Release()
		}
	})
}

// A Packet that was released does not release another that came after it into
// the same hold and slot.
func TestHoldStale(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, Held: 1})
		c := dial(t, s.LocalAddr())
		var stale, kept Packet
		for i := range 2 {
			send(t, c, fmt.Append(nil, "packet ", i))
			collect(t, s.R, 1, func(p *Packet) {
				if !p.Hold() {
					t.Fatal("not held")
				}
				kept = *p
				if i == 0 {
					stale = *p
					kept.Release()
				}
			})
		}
		if stale.Release() {
			t.Error("a packet was released by a copy of an earlier one")
		}
		if s.R.Held() != 1 || string(kept.Data) != "packet 1" || !kept.Release() {
			t.Errorf("%d held, %q", s.R.Held(), kept.Data)
		}
	})
}

// With no holds allowed, reading goes on and Hold says no.
func TestHoldNone(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, Batch: 1, Held: -1})
		c := dial(t, s.LocalAddr())
		for range 50 {
			send(t, c, []byte("x"))
			collect(t, s.R, 1, func(p *Packet) {
				if p.Hold() || p.Release() {
					t.Fatal("held without a hold")
				}
			})
		}
		var zero Packet
		if zero.Hold() || zero.Release() {
			t.Fatal("the zero Packet was held")
		}
	})
}

// Packets are held by one goroutine and released by others.
func TestHoldAcross(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, Batch: 8, Held: 16, RecvBuffer: 1 << 20})
		c := dial(t, s.LocalAddr())
		const total = 4000
		ch := make(chan Packet, 8)
		credit := make(chan struct{}, 200) // no more under way than the socket holds
		done := make(chan int)
		for range 2 {
			go func() {
				bad := 0
				for p := range ch {
					if len(p.Data) != 100 || string(p.Data[:10]) != string(p.Data[90:]) {
						bad++
					}
					if !p.Release() {
						bad++
					}
				}
				done <- bad
			}()
		}
		go func() {
			for i := range total {
				credit <- struct{}{}
				b := fmt.Appendf(nil, "%010d%80s%010d", i, "", i)
				if _, err := c.Write(b); err != nil {
					t.Error(err)
					return
				}
			}
		}()
		next := 0
		collect(t, s.R, total, func(p *Packet) {
			if want := fmt.Sprintf("%010d", next); string(p.Data[:10]) != want {
				t.Fatalf("got %q, want %q", p.Data[:10], want)
			}
			next++
			<-credit
			if p.Hold() {
				ch <- *p
			}
		})
		close(ch)
		if bad := <-done + <-done; bad != 0 {
			t.Errorf("%d bad packets", bad)
		}
		if s.R.Held() != 0 || s.R.slab.Doubles() != 0 {
			t.Errorf("%d held, %d doubles", s.R.Held(), s.R.slab.Doubles())
		}
	})
}
