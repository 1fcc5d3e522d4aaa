package codec

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// TestReceivedUsual notes sources in usual Vias and in others. The result must be what
// the code for every Via makes, whatever else is changed in the Via.
func TestReceivedUsual(t *testing.T) {
	pieces := []string{";rport", ";rport", ";RPORT=1", ";rport=55555", ";received=192.0.2.1", ";branch=z9hG4bK1", ";branch=z9hG4bK",
		";alias", ";rx=\"a;rport\"", " ;x", ", SIP/2.0/UDP b;rport", ";"}
	hosts := []string{"a", "192.0.2.3", "192.0.2.30:5060", "[2001:db8::9]", "[::ffff:192.0.2.3]"}
	sources := []netip.AddrPort{
		netip.MustParseAddrPort("192.0.2.3:5062"), netip.MustParseAddrPort("[::ffff:192.0.2.3]:1"), netip.MustParseAddrPort("10.0.0.1:65535"),
		netip.MustParseAddrPort("[2001:db8::9]:5062"), netip.MustParseAddrPort("[fe80::9%eth0]:80"),
	}
	r := rand.New(rand.NewPCG(5, 7))
	for range 5000 {
		via := "SIP/2.0/UDP " + hosts[r.IntN(len(hosts))]
		for range r.IntN(6) {
			via += pieces[r.IntN(len(pieces))]
		}
		m := new(Message)
		if m.Parse([]byte("A b:c SIP/2.0\r\nVia: "+via+"\r\nTo: d\r\n\r\n")) != nil {
			continue
		}
		top, err := m.TopVia()
		if err != nil {
			continue
		}
		src, others := sources[r.IntN(len(sources))], r.IntN(8)
		write := func(usual bool) string {
			var e Edit
			if err := e.Begin(m); err != nil {
				t.Fatal(err)
			}
			if others&1 != 0 {
				_ = e.SetBranch([]byte("z9hG4bKnew"))
			}
			if usual {
				_ = e.SetReceived(src)
			} else {
				e.receivedOther(top, src, false)
			}
			if others&2 != 0 {
				_ = e.PushVia(bobVia)
			}
			if others&4 != 0 {
				_ = e.SetBranch([]byte("z9hG4bKnewer"))
			}
			out, err := e.AppendTo(nil)
			if err != nil {
				return err.Error()
			}
			return string(out)
		}
		if got, want := write(true), write(false); got != want {
			t.Fatalf("%q from %s, others %b:\ngot  %q\nwant %q", via, src, others, got, want)
		}
	}
}
