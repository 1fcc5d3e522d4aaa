package udp

import (
	"bytes"
	"net/netip"
	"testing"
)

// Nothing is allocated in the steady state, whatever was asked for.
func TestAllocs(t *testing.T) {
	for name, tt := range map[string]struct {
		network, listen, call string
		cfg                   Config
	}{
		"IPv4":                {"udp4", "127.0.0.1:0", "127.0.0.1", Config{}},
		"IPv4 wildcard, time": {"udp4", "0.0.0.0:0", "127.0.0.1", Config{Timestamps: true}},
		"IPv6":                {"udp6", "[::1]:0", "::1", Config{}},
		"dual stack":          {"udp", ":0", "127.0.0.1", Config{}},
		"GRO":                 {"udp4", "127.0.0.1:0", "127.0.0.1", Config{GRO: true}},
	} {
		t.Run(name, func(t *testing.T) {
			eachImpl(t, func(t *testing.T, impl Impl) {
				if tt.network != "udp4" && !hasIPv6(t) {
					return
				}
				tt.cfg.Impl = impl
				s := open(t, tt.network, tt.listen, tt.cfg)
				to := netip.AddrPortFrom(netip.MustParseAddr(tt.call), s.LocalAddr().Port())
				ds := make([]Datagram, 20)
				for i := range ds {
					b := bytes.Repeat([]byte{'x'}, 600-i%3)
					ds[i] = Datagram{Data: b, Dst: to}
					if i%4 == 1 {
						ds[i] = Datagram{Data: b[:10], Segments: [][]byte{b[10:100], b[100:]}, Dst: to}
					}
				}
				q := NewQueue(4)
				var got [4]Packet
				f := func() {
					if n, err := s.W.Write(ds); n != len(ds) {
						t.Fatal(err)
					}
					for n := 0; n < len(ds); {
						ps, err := s.R.Read()
						if err != nil {
							t.Fatal(err)
						}
						if ps[0].Hold() {
							ps[0].Release()
							ps[0].Release()
						}
						if q.Put(&ps[len(ps)-1]) {
							q.Take(got[:])
							got[0].Release()
						}
						n += len(ps)
					}
				}
				f()
				if n := testing.AllocsPerRun(100, f); n != 0 {
					t.Errorf("%v allocations for %d packets", n, len(ds))
				}
			})
		})
	}
}

// Failing packets cost no garbage either, where package net is not in between.
func TestAllocsErrors(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		if impl == Portable {
			t.Skip("NOT RUN for portable: package net makes a new error for each packet that fails, which is not ours to save")
		}
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, Held: -1})
		ds := []Datagram{
			{Data: []byte("x")},
			{Data: make([]byte, 65508), Dst: s.LocalAddr()},
			{Data: []byte("x"), Dst: netip.MustParseAddrPort("[::1]:9")},
			{Data: []byte("x"), Dst: s.LocalAddr()},
			{Data: []byte("x"), Dst: netip.MustParseAddrPort("127.0.0.1:0")},
		}
		f := func() {
			if n, err := s.W.Write(ds); n != 1 || err == nil {
				t.Fatal(n, err)
			}
			ps, err := s.R.Read()
			if err != nil || ps[0].Hold() {
				t.Fatal(err)
			}
		}
		f()
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
