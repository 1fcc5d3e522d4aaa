package forward

import (
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/header"
)

// TestRecordRouteOrder looks at where the proxy's two Record-Routes go: on top
// of those there are, or behind the Vias, and the one on top is that of the
// side that the request is sent to.
func TestRecordRouteOrder(t *testing.T) {
	const (
		udp   = "Record-Route: <sip:10.0.0.1:5060;lr;rr>"
		tcp   = "Record-Route: <sip:10.0.0.1:5060;transport=tcp;lr;rr>"
		other = "Record-Route: <sip:192.0.2.3;lr>"
		via   = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa"
	)
	for _, between := range [][]string{nil, {other}, {"Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb"}} {
		f := testForwarder(t, func(c *Config) { c.Router = oneHop{Transport: header.TransportTCP, Addr: nextHop} })
		text, want := request(inviteLine), []string{via, tcp, udp}
		for _, line := range between {
			text = strings.Replace(text, "Max-Forwards:", line+"\r\nMax-Forwards:", 1)
			at := len(want) // of a Record-Route
			if strings.HasPrefix(line, "Via") {
				at = 1
			}
			want = slices.Insert(want, at, line)
		}
		r := f.Datagram(nil, []byte(text), udpSide)
		lines := strings.Split(string(r.Data), "\r\n")
		if end := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Max-Forwards") }); end < 2 || !slices.Equal(lines[2:end], want) {
			t.Errorf("%q, want %q behind the proxy's Via", lines, want)
		}
	}
}
