package header

import (
	"net/netip"
	"testing"
	"time"

	"github.com/sipwire/sipwire/internal/value"
	"github.com/sipwire/sipwire/uri"
)

// sinks keep the compiler from leaving calls out.
var (
	sinkBytes []byte
	sinkBool  bool
	sinkAddr  netip.Addr
	sinkErr   error
)

// TestAllocs lists every method of the addresses, Via, numbers and dates, with
// input that is good and input that is not.
func TestAllocs(t *testing.T) {
	dst := make([]byte, 0, 256)
	bytesOf := func(s ...string) (list [][]byte) {
		for _, s := range s {
			list = append(list, []byte(s))
		}
		return list
	}
	vias := bytesOf("SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK1;received=192.0.2.1;rport=5;ttl=1;maddr=a;hidden", "SIP / 2.0 / UDP\r\n a", "SIP/2.0", "SIP/2.0/UDP h;;", "")
	addrs := bytesOf(`"A \"B\"" <sip:a@b:5060;lr?c=d>;tag=1;q=0.5;expires=7;reg-id=1;+sip.instance="<urn:x>";pub-gruu="sip:c";temp-gruu="sip:d"`,
		"sip:a@b;tag=1", "A B\r\n C <tel:+1>;expires=x;q=7", "*", "<a>", `"a`, "sip:a?b", "foo bar", "")
	numbers := bytesOf("70", "1800;refresher=uac", "120 (a);duration=1", "54.3 0.5", "99999999999999999999", "x", "", "1 2 3")
	var v Via
	var a NameAddr
	var c Contact
	var u uri.URI
	cases := map[string]func(){
		"Via": func() {
			for _, b := range vias {
				_, sinkErr = v.Parse(b)
				_, sinkErr = v.ParseFrom(b, 0)
				sinkBytes, sinkBytes, sinkBytes = v.Bytes(), v.Protocol(), v.Version()
				sinkBytes, sinkBytes, sinkBytes = v.Host(), v.SentBy(), v.TransportBytes()
				sinkBytes, sinkBytes, sinkBytes = v.Branch(), v.Received(), v.Maddr()
				sinkAddr, sinkBool = v.HostAddr()
				sinkAddr, sinkBool = v.ReceivedAddr()
				_, sinkBool = v.Port()
				_, sinkBool = v.RPort()
				_, sinkBool = v.TTL()
				sinkBool = v.HasMagicCookie() || v.HasRPort() || v.Hidden() || v.IsValid() || v.HostKind() > 0
				sinkBytes = v.AppendTo(dst)
				_ = v.Transport().String()
			}
		},
		"ParamList": func() {
			for _, b := range vias {
				_, _ = v.Parse(b)
				p := v.Params()
				for name, v := range p.All() {
					sinkBytes, sinkBytes = name, v
				}
				sinkBytes, sinkBool = p.Get("Ttl")
				sinkBytes, sinkBool = p.Duplicate()
				sinkBool = p.Has("x")
				_, sinkErr = p.Parse(b)
			}
		},
		"NameAddr": func() {
			for _, b := range addrs {
				_, sinkErr = a.Parse(b)
				_, sinkErr = a.ParseFrom(b, 0)
				_, sinkErr = a.ParseURI(&u)
				_, sinkErr = a.URI()
				_, sinkErr = a.Check(IDRoute)
				sinkBytes, sinkBytes, sinkBytes = a.Display(), a.URIBytes(), a.Tag()
				sinkBytes, sinkBytes = a.AppendDisplay(dst), a.AppendTo(dst)
			}
		},
		"Contact": func() {
			for _, b := range addrs {
				_, sinkErr = c.Parse(b)
				_, sinkErr = c.ParseFrom(b, 0)
				_, sinkErr = c.Check()
				_, sinkBool = c.Q()
				_, sinkBool = c.Expires()
				_, sinkBool = c.RegID()
				sinkBytes, sinkBytes, sinkBytes = c.Instance(), c.PubGRUU(), c.TempGRUU()
			}
		},
		"numbers": func() {
			var r DeltaSeconds
			var ts Timestamp
			for _, b := range numbers {
				_, _, sinkErr = ParseUint(b, 255)
				_, _, sinkErr = value.ParseMaxForwards(b)
				_, _, sinkErr = value.ParseContentLength(b)
				_, _, sinkErr = value.ParseRSeq(b)
				_, _, sinkErr = ParseExpires(b)
				_, sinkErr = r.Parse(b)
				_, sinkErr = r.ParseComment(b)
				_, sinkBool = r.Duration()
				sinkBytes = r.Comment()
				_, sinkErr = ts.Parse(b)
				_, sinkBool = ts.Time()
				_, sinkBool = ts.Delay()
			}
		},
		"dates": func() {
			sinkBytes, _ = AppendDate(dst, time.Unix(1e9, 0))
			_, sinkErr = AppendDate(dst, time.Unix(1e15, 0))
		},
	}
	for name, f := range cases {
		if n := testing.AllocsPerRun(20, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
