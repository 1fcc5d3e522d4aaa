package wire

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire/header"
)

// TestReceivedUsual holds what is found in usual Vias against what serves all.
func TestReceivedUsual(t *testing.T) {
	pieces := []string{";rport", ";rport", ";RPORT=1", ";received=192.0.2.1", ";branch=z9hG4bK1", ";branch=z9hG4bK", ";alias", ";r", ";rx=\"a;rport\"", " ;x", ";a;b;c;d", ", SIP/2.0/UDP b;rport", ";"}
	hosts := []string{"a", "192.0.2.3", "192.0.2.30", "192.0.2.3:5060", "[2001:db8::9]", "[2001:db8::9]:5060", "[::ffff:192.0.2.3]", "a.example"}
	sources := []netip.AddrPort{
		netip.MustParseAddrPort("192.0.2.3:5062"), netip.MustParseAddrPort("[::ffff:192.0.2.3]:1"), netip.MustParseAddrPort("10.0.0.1:65535"),
		netip.MustParseAddrPort("[2001:db8::9]:5062"), netip.MustParseAddrPort("[fe80::9%eth0]:80"), netip.MustParseAddrPort("[2001:db8:1111:2222:3333:4444:5555:6666]:65535"),
	}
	r := rand.New(rand.NewPCG(5, 6))
	usual := 0
	for range 20000 {
		in := "SIP/2.0/UDP " + hosts[r.IntN(len(hosts))]
		for range r.IntN(6) {
			in += pieces[r.IntN(len(pieces))]
		}
		var via header.Via
		if _, err := via.ParseFrom([]byte(in), 0); err != nil {
			continue
		}
		src := sources[r.IntN(len(sources))]
		var p ViaPatches
		var seen Received
		text := p.SetReceived(nil, &via, src, false)
		want, at, n := "", 0, 0
		for patch, ok := p.Next(); ok; patch, ok = p.Next() {
			want += in[at:patch.Lo] + string(text[patch.From:patch.To])
			at = patch.Hi
			n++
		}
		want += in[at:]
		if !seen.Find(&via, src) {
			continue
		}
		usual++
		var rport [RPortRoom]byte
		var addr [AddrRoom]byte
		got := in[:seen.Lo] + string(rport[:seen.PutRPort(rport[:])]) + in[seen.Hi:seen.End] + string(addr[:seen.PutAddr(addr[:])]) + in[seen.End:]
		if got != want || (seen.Addr == 0) != (n == 0) {
			t.Fatalf("%q from %s: %q, want %q", in, src, got, want)
		}
	}
	if usual < 5000 {
		t.Errorf("%d Vias are usual", usual)
	}
}
