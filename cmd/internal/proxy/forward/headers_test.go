package forward

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
)

func TestHeaderRules(t *testing.T) {
	h := new(Headers)
	err := h.Set([]HeaderRule{
		{Requests: true, Remove: []string{"Subject", "X-Secret"}, Set: []string{"User-Agent: p", "x-kind: b"}, Add: []string{"X-Seen: 1", "Warning: 399 p \"x\""}},
		{Responses: true, Set: []string{"Server: p"}},
		{Requests: true, Responses: true, Remove: []string{"X-Both"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := testForwarder(t, func(c *Config) { c.Headers = h })
	in := request("MESSAGE sip:b@b.example", "s: hi", "X-Secret: 1", "x-SECRET: 2", "X-Kind: a", "X-KIND: c", "X-Seen: 0", "X-Both: 1", "Server: q")
	r := f.Datagram(nil, []byte(in), udpSide)
	out := strings.Replace(string(r.Data), branchOf(t, r.Data), "B", 1)
	want := []string{"+Via: SIP/2.0/UDP 10.0.0.1:5060;branch=B", "-Max-Forwards: 70", "+Max-Forwards: 69", "-s: hi", "-X-Secret: 1", "-x-SECRET: 2",
		"-X-Kind: a", "+X-Kind: b", "-X-KIND: c", "+X-Seen: 1", "-X-Both: 1", "+User-Agent: p", `+Warning: 399 p "x"`}
	if got := diff(in, out); !sameLines(got, strings.Join(want, "\n")) {
		t.Errorf("request:\n%s", got)
	}
	in = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nX-Both: 1\r\nX-Secret: 1\r\nContent-Length: 0\r\n\r\n"
	r = f.Datagram(nil, []byte(in), udpSide)
	if got := diff(in, string(r.Data)); !sameLines(got, "-Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\n-X-Both: 1\n+Server: p") {
		t.Errorf("response:\n%s", got)
	}
	// A message that is sent again leaves as it left the first time.
	b := []byte(request(inviteLine, "X-Kind: a"))
	if one, two := string(f.Datagram(nil, b, udpSide).Data), string(f.Datagram(nil, b, udpSide).Data); one != two {
		t.Errorf("%s\n%s", one, two)
	}
	buf := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { f.Datagram(buf, b, udpSide) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestHeaderRuleErrors(t *testing.T) {
	h := new(Headers)
	if err := h.Set([]HeaderRule{{Requests: true, Remove: []string{"X-A"}}}); err != nil {
		t.Fatal(err)
	}
	before := h.changes.Load()
	for want, r := range map[string]HeaderRule{
		"is removed, and a field": {Requests: true, Remove: []string{"X-A: 1"}},
		"removed, and a field":    {Requests: true, Set: []string{"X-A"}},
		"needs Via as it is":      {Requests: true, Remove: []string{"v"}},
		"needs Call-ID as it is":  {Responses: true, Set: []string{"call-id: 1"}},
		"removed or set twice":    {Requests: true, Remove: []string{"x-a"}, Set: []string{"X-A: 1"}},
		"is not the name":         {Requests: true, Remove: []string{"X A"}},
		`"X-B"`:                   {Requests: true, Add: []string{"X-B: 1\r\nVia: x"}},
	} {
		if err := h.Set([]HeaderRule{r}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
	if h.changes.Load() != before {
		t.Error("a rule that is wrong is in force")
	}
}

// TestMaddr is the rule of RFC 3261, 16.4, and 16.5 for what it leaves.
func TestMaddr(t *testing.T) {
	for _, c := range []struct{ uri, src, to, out string }{
		{"sip:b@b.example;maddr=10.0.0.1", "udp", "192.0.2.9:5070", "sip:b@b.example"},
		{"sip:b@b.example:5060;x=1;maddr=10.0.0.1;transport=udp;y?h=1", "udp", "192.0.2.9:5070", "sip:b@b.example;x=1;y"},
		{"sip:b.example:5060@b.example:5060;maddr=10.0.0.1", "udp", "192.0.2.9:5070", "sip:b.example:5060@b.example"},
		{"sip:b@b.example;maddr=10.0.0.1;transport=tcp", "tcp", "192.0.2.9:5070", "sip:b@b.example"},
		// Received otherwise than the URI says: it is not for this address.
		{"sip:b@b.example;maddr=192.0.2.77", "udp", "192.0.2.77:5060", "sip:b@b.example;maddr=192.0.2.77"},
		{"sip:b@b.example:5099;maddr=192.0.2.77", "udp", "192.0.2.77:5099", "sip:b@b.example:5099;maddr=192.0.2.77"},
		{"sip:b@10.0.0.1;maddr=192.0.2.77", "udp", "192.0.2.77:5060", "sip:b@10.0.0.1;maddr=192.0.2.77"},
		{"sip:b@b.example:5099;maddr=10.0.0.1", "udp", "10.0.0.1:5099", "sip:b@b.example:5099;maddr=10.0.0.1"},
	} {
		src := udpSide
		if c.src == "tcp" {
			src = tcpSide
		}
		r := testForwarder(t, nil).Datagram(nil, []byte(request("MESSAGE "+c.uri)), src)
		m := new(codec.Message)
		if err := m.Parse(r.Data); err != nil {
			t.Fatal(err)
		}
		if r.Kind != Forwarded || r.To.Addr.String() != c.to || string(m.RequestURIBytes()) != c.out {
			t.Errorf("%s: kind %d to %v, %s; want %s, %s", c.uri, r.Kind, r.To.Addr, m.RequestURIBytes(), c.to, c.out)
		}
	}
}
