package udp

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"
)

// receiver of a test: a plain socket with room for everything.
func plain(t *testing.T, network string) *net.UDPConn {
	t.Helper()
	addr := "127.0.0.1:0"
	if network == "udp6" {
		addr = "[::1]:0"
	}
	a, err := net.ResolveUDPAddr(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.ListenUDP(network, a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := growRecv(c, 4<<20); err != nil {
		t.Log(err)
	}
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	return c
}

func next(t *testing.T, c *net.UDPConn) ([]byte, netip.AddrPort) {
	t.Helper()
	b := make([]byte, 65536)
	n, from, err := c.ReadFromUDPAddrPort(b)
	if err != nil {
		t.Fatal(err)
	}
	return b[:n], unmapped(from)
}

func TestSend(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		for _, tt := range []struct{ listen, peer string }{
			{"udp4", "udp4"}, {"udp6", "udp6"}, {"udp", "udp4"}, {"udp", "udp6"},
		} {
			if tt.listen != "udp4" && !hasIPv6(t) {
				continue
			}
			s := open(t, tt.listen, ":0", Config{Impl: impl, Batch: 8})
			var peers []*net.UDPConn
			for range 3 {
				peers = append(peers, plain(t, tt.peer))
			}
			var ds []Datagram
			var want [][]byte
			for i := range 100 {
				size := 1 + i*37%2000
				b := bytes.Repeat([]byte{byte(i)}, size)
				d := Datagram{Data: b, Dst: addrOf(peers[i%3])}
				switch i % 5 {
				case 1: // all in segments
					d.Data, d.Segments = nil, [][]byte{b[:size/3], nil, b[size/3 : size/2], b[size/2:]}
				case 2: // both
					d.Data, d.Segments = b[:size/2], [][]byte{b[size/2:]}
				case 3: // nothing
					if i%2 == 0 {
						d.Data, b = nil, nil
					}
				}
				ds, want = append(ds, d), append(want, b)
			}
			if n, err := s.W.Write(ds); n != len(ds) || err != nil {
				t.Fatalf("%v: sent %d of %d: %v", tt, n, len(ds), err)
			}
			for i := range want {
				got, from := next(t, peers[i%3])
				if !bytes.Equal(got, want[i]) {
					t.Fatalf("%v: packet %d is %d bytes, want %d", tt, i, len(got), len(want[i]))
				}
				if from.Port() != s.LocalAddr().Port() {
					t.Fatalf("%v: from %v", tt, from)
				}
			}
			if st := s.W.Stats(); st.Packets != 100 || st.Failed != 0 {
				t.Errorf("%v: %+v", tt, st)
			}
			if n, err := s.W.Write(nil); n != 0 || err != nil {
				t.Errorf("nothing to send: %d %v", n, err)
			}
			s.Close()
		}
	})
}

// Runs to one destination, of equal sizes with a shorter end, leave as one
// message where the system can; what arrives is the same everywhere, also when the
// bytes of one datagram lie behind those of another in one buffer.
func TestSendRuns(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		for _, c := range []struct{ noGSO, oneBuffer bool }{{false, false}, {false, true}, {true, false}, {true, true}} {
			noGSO, buffer := c.noGSO, make([]byte, 0, 1<<18)
			s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, NoGSO: noGSO})
			a, b := plain(t, "udp4"), plain(t, "udp4")
			var ds []Datagram
			var toA, toB [][]byte
			add := func(to *net.UDPConn, size int, split bool) {
				p := fmt.Appendf(nil, "%-*d", size, len(ds))
				if c.oneBuffer {
					buffer = append(buffer, p...)
					p = buffer[len(buffer)-size:]
				}
				d := Datagram{Data: p, Dst: addrOf(to)}
				if split {
					d.Data, d.Segments = p[:size/2], [][]byte{p[size/2:]}
				}
				ds = append(ds, d)
				if to == a {
					toA = append(toA, p)
				} else {
					toB = append(toB, p)
				}
			}
			for range 200 {
				add(a, 500, false)
			}
			add(a, 300, false) // a shorter end
			add(a, 300, true)
			add(a, 301, false) // longer: not of the run before
			for i := range 10 {
				add(b, 1200, i%2 == 0)
				add(b, 1200, true)
				add(a, 1200, false)
			}
			for range 70 {
				add(b, 1400, false) // more bytes than one message carries
			}
			if n, err := s.W.Write(ds); n != len(ds) || err != nil {
				t.Fatalf("sent %d of %d: %v", n, len(ds), err)
			}
			for i, w := range toA {
				if got, _ := next(t, a); !bytes.Equal(got, w) {
					t.Fatalf("packet %d for a is %.20q, want %.20q", i, got, w)
				}
			}
			for i, w := range toB {
				if got, _ := next(t, b); !bytes.Equal(got, w) {
					t.Fatalf("packet %d for b is %.20q, want %.20q", i, got, w)
				}
			}
			st := s.W.Stats()
			if st.Packets != uint64(len(ds)) || st.GSORefused != 0 || st.Failed != 0 {
				t.Errorf("%+v", st)
			}
			if (noGSO || impl == Portable) != (st.GSORuns == 0) || st.GSOPackets > 0 && st.GSOPackets < 200 {
				t.Errorf("NoGSO %v: %+v", noGSO, st)
			}
			s.Close()
		}
	})
}

// What cannot be sent does not keep the rest from going, and each says why.
func TestSendErrors(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, Batch: 4})
		c := plain(t, "udp4")
		good := Datagram{Data: []byte("good"), Dst: addrOf(c)}
		ds := []Datagram{
			{Data: []byte("no destination")},
			good,
			{Data: make([]byte, 65508), Dst: addrOf(c)}, // longer than UDP carries
			good, good,
			{Data: []byte("IPv6"), Dst: netip.MustParseAddrPort("[::1]:9")},
			good,
			{Data: []byte("not our address"), Dst: addrOf(c), Src: netip.MustParseAddr("192.0.2.1")},
			good,
			{Data: []byte("port 0"), Dst: netip.MustParseAddrPort("127.0.0.1:0")},
		}
		for round := range 3 {
			n, err := s.W.Write(ds)
			if n != 5 || err == nil || err != ds[0].Err {
				for i := range ds {
					t.Logf("%.20q: %v", ds[i].Data, ds[i].Err)
				}
				t.Fatalf("round %d: sent %d: %v", round, n, err)
			}
			for i := range ds {
				if ok := string(ds[i].Data) == "good"; ok != (ds[i].Err == nil) {
					t.Errorf("round %d: datagram %d: %v", round, i, ds[i].Err)
				}
			}
			for range 5 {
				if got, _ := next(t, c); string(got) != "good" {
					t.Fatalf("received %q", got)
				}
			}
		}
		if st := s.W.Stats(); st.Packets != 15 || st.Failed != 15 {
			t.Errorf("%+v", st)
		}
	})
}

// A run that the kernel refuses as one message goes out singly.
func TestSendRunRefused(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl})
		c := plain(t, "udp4")
		// Nothing can be sent to port 0: the run fails, and then each.
		var ds []Datagram
		for range 5 {
			ds = append(ds, Datagram{Data: []byte("same size"), Dst: netip.MustParseAddrPort("127.0.0.1:0")})
		}
		if n, err := s.W.Write(ds); n != 0 || err == nil {
			t.Fatalf("sent %d: %v", n, err)
		}
		for i := range ds {
			if ds[i].Err == nil {
				t.Errorf("datagram %d has no error", i)
			}
			ds[i].Dst = addrOf(c)
		}
		// The packets were to blame, not their size: runs are still made.
		for range 2 {
			if n, err := s.W.Write(ds); n != 5 || err != nil {
				t.Fatalf("sent %d: %v", n, err)
			}
			for range ds {
				next(t, c)
			}
		}
		if st := s.W.Stats(); impl != Portable && (st.GSORuns == 0 || st.GSORefused == 0) {
			t.Errorf("%+v", st)
		}
	})
}

// Nobody listens: on a connected socket the kernel reports it with a later
// packet, which must be sent all the same.
func TestSendUnreachable(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		gone := plain(t, "udp4")
		to := addrOf(gone)
		gone.Close()

		u, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(to))
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(u, Config{Impl: impl})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.R.SetReadDeadline(time.Now().Add(20 * time.Second))
		ds := make([]Datagram, 10)
		for i := range ds {
			ds[i].Data = bytes.Repeat([]byte("x"), 10+i) // no run
		}
		ds[3].Dst = to // the peer itself may be named
		n, err := s.W.Write(ds)
		st := s.W.Stats()
		if n+int(st.Failed) != len(ds) || int(st.Packets) != n || (err == nil) != (n == len(ds)) {
			t.Fatalf("%d sent, %v, %+v", n, err, st)
		}
		if onLinux && (n != len(ds) || st.PeerClosed == 0) {
			t.Errorf("%d sent, %+v", n, st)
		}
		if _, err := s.R.Read(); onLinux && !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("read: %v", err)
		}
		other := []Datagram{{Data: []byte("x"), Dst: netip.MustParseAddrPort("127.0.0.1:9")}}
		if n, err := s.W.Write(other); n != 0 || !errors.Is(err, net.ErrWriteToConnected) {
			t.Errorf("another destination: %d %v", n, err)
		}

		// Not connected, nothing is reported, and nothing is in the way of others.
		free := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl})
		c := plain(t, "udp4")
		mixed := []Datagram{{Data: []byte("a"), Dst: to}, {Data: []byte("b"), Dst: addrOf(c)}, {Data: []byte("c"), Dst: to}}
		for range 3 {
			if n, err := free.W.Write(mixed); n != 3 || err != nil {
				t.Fatalf("%d %v", n, err)
			}
			if got, _ := next(t, c); string(got) != "b" {
				t.Fatalf("got %q", got)
			}
		}
	})
}

// The answer goes out from the address that was called.
func TestReplyFromWhereCalled(t *testing.T) {
	if !onLinux {
		t.Skip("NOT RUN: a wildcard socket knows the address that was called on Linux only")
	}
	eachImpl(t, func(t *testing.T, impl Impl) {
		for _, tt := range []struct{ network, listen, call string }{
			{"udp4", "0.0.0.0:0", "127.0.0.9"},
			{"udp", ":0", "127.0.0.9"},
			{"udp", ":0", "::1"},
		} {
			if tt.network == "udp" && !hasIPv6(t) {
				continue
			}
			s := open(t, tt.network, tt.listen, Config{Impl: impl})
			to := netip.AddrPortFrom(netip.MustParseAddr(tt.call), s.LocalAddr().Port())
			c := dial(t, to) // connected: accepts an answer from there only
			c.SetReadDeadline(time.Now().Add(10 * time.Second))
			send(t, c, []byte("OPTIONS"))
			collect(t, s.R, 1, func(p *Packet) {
				if n, err := s.W.Write([]Datagram{p.Reply([]byte("200"))}); n != 1 {
					t.Fatal(err)
				}
			})
			b := make([]byte, 10)
			if n, err := c.Read(b); err != nil || string(b[:n]) != "200" {
				t.Fatalf("%v: %q %v", tt, b[:n], err)
			}
			s.Close()
		}
	})
	for _, dst := range []string{"224.0.0.1:5060", "255.255.255.255:5060", "[ff02::1]:5060"} {
		p := Packet{Src: netip.MustParseAddrPort("192.0.2.7:5060"), Dst: netip.MustParseAddrPort(dst)}
		if d := p.Reply(nil); d.Src.IsValid() || d.Dst != p.Src {
			t.Errorf("a reply to a packet for %s comes from %v", dst, d.Src)
		}
	}
}

// A full send buffer makes Write wait, not lose.
func TestSendBackpressure(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, SendBuffer: 4096, NoGSO: true})
		c := plain(t, "udp4")
		ds := make([]Datagram, 64)
		for i := range ds {
			ds[i] = Datagram{Data: bytes.Repeat([]byte{byte(i)}, 1400), Dst: addrOf(c)}
		}
		for range 10 {
			if n, err := s.W.Write(ds); n != len(ds) || err != nil {
				t.Fatalf("%d %v", n, err)
			}
			for i := range ds {
				if got, _ := next(t, c); len(got) != 1400 || got[0] != byte(i) {
					t.Fatalf("packet %d: %d bytes", i, len(got))
				}
			}
		}
		s.W.SetWriteDeadline(time.Now().Add(-time.Second))
		n, err := s.W.Write(ds)
		if n == 0 && !errors.Is(err, os.ErrDeadlineExceeded) || n == len(ds) && err != nil {
			t.Errorf("after the deadline: %d %v", n, err)
		}
		st := s.W.Stats()
		if st.Packets+st.Failed != 11*64 {
			t.Errorf("%+v", st)
		}
	})
}
