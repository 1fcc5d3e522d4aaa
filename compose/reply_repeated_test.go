package compose

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
)

// TestReplyRepeatedParams asks that a reply whose top Via is stamped has one
// received and one rport, whatever the sender has forged.
func TestReplyRepeatedParams(t *testing.T) {
	m := new(codec.Message)
	err := m.Parse([]byte("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;received=1;RPort=2" + strings.Repeat(";received=3", 100) +
		";branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := Reply{Status: 200, Tag: []byte("t"), Source: netip.MustParseAddrPort("192.0.2.9:1234")}
	out, err := AppendReply(nil, m, &r)
	want := "Via: SIP/2.0/UDP h;rport=1234;received=192.0.2.9;branch=z9hG4bK1\r\n"
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v, %q, want %q", err, out, want)
	}
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(20, func() { _, _ = AppendReply(dst, m, &r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
