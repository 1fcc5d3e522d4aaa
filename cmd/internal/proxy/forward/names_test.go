package forward

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// fakeNames knows one name, and one that has to be asked for.
type fakeNames struct{}

func (fakeNames) Find(d *codec.Destination, key []byte) (Target, Finding) {
	switch fmt.Sprintf("%s %d %s", d.Host, d.Port, key) {
	case "known.example 5070 c1":
		return Target{Transport: header.TransportTCP, Addr: nextHop, Name: "known.example"}, Found
	case "self.example 0 c1":
		return Target{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("10.0.0.1:5060")}, Found
	case "new.example 0 c1":
		return Target{}, Pending
	}
	return Target{}, Unknown
}

func TestNames(t *testing.T) {
	const answer = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\nVia: SIP/2.0/UDP %s\r\nCall-ID: c1\r\nContent-Length: 0\r\n\r\n"
	line := "BYE sip:b@b.example"
	for name, c := range map[string]struct {
		in   string
		kind Kind
		text string
	}{
		"route":            {request(line, "Route: <sip:known.example:5070;lr>"), Forwarded, ""},
		"Request-URI":      {request("BYE sip:b@known.example:5070", "Route: <sip:10.0.0.1;lr>"), Forwarded, ""},
		"maddr":            {request("BYE sip:b@10.0.0.1:5070;maddr=known.example"), Forwarded, ""},
		"asked first":      {request(line, "Route: <sip:new.example;lr>"), NeedsName, ""},
		"no such name":     {request(line, "Route: <sip:none.example;lr>"), Answered, "SIP/2.0 500 No Address"},
		"the proxy itself": {request(line, "Route: <sip:self.example;lr>"), Answered, "SIP/2.0 500 No Address"},
		"Via":              {fmt.Sprintf(answer, "known.example:5070"), Forwarded, ""},
		"Via asked first":  {fmt.Sprintf(answer, "new.example"), NeedsName, ""},
		"Via, no name":     {fmt.Sprintf(answer, "none.example"), Dropped, ""},
	} {
		f := testForwarder(t, func(c *Config) { c.Names = fakeNames{} })
		r := f.Datagram(nil, []byte(c.in), udpSide)
		if r.Kind != c.kind && !(c.kind == Forwarded && strings.HasPrefix(name, "Via")) || !strings.HasPrefix(string(r.Data), c.text) {
			t.Errorf("%s: kind %d, want %d, %s", name, r.Kind, c.kind, r.Data)
		}
		if r.Kind == Forwarded && (r.To.Addr != nextHop || r.To.Name != "known.example" || r.To.Transport != header.TransportTCP) {
			t.Errorf("%s: to %+v", name, r.To)
		}
	}
}

// TestOutside: with it, what no rule matches goes to its Request-URI.
func TestOutside(t *testing.T) {
	for _, outside := range []bool{false, true} {
		f := testForwarder(t, func(c *Config) { c.Names, c.Router, c.Outside = fakeNames{}, oneHop{}, outside })
		for in, want := range map[string]Kind{
			request("BYE sip:b@known.example:5070"): Forwarded,
			request("BYE sip:b@192.0.2.7"):          Forwarded,
			request("BYE sip:b@new.example"):        NeedsName,
			request("BYE sip:b@10.0.0.1"):           Answered,
			request("BYE tel:+12"):                  Answered,
		} {
			if !outside {
				want = Answered
			}
			if r := f.Datagram(nil, []byte(in), udpSide); r.Kind != want {
				t.Errorf("%v, %.30s: kind %d, want %d", outside, in, r.Kind, want)
			}
		}
	}
}

// TestMaxDatagram: a request that is too long for a datagram goes over TCP,
// with what to send should nobody take the connection (RFC 3261, 18.1.1).
func TestMaxDatagram(t *testing.T) {
	long := request(inviteLine, "Subject: "+strings.Repeat("x", 1300))
	f := testForwarder(t, nil)
	short := f.Datagram(nil, []byte(request(inviteLine)), udpSide)
	if short.To.Transport != header.TransportUDP || short.Datagram != nil {
		t.Errorf("a short one: %+v", short.To)
	}
	r := f.Datagram([]byte("before"), []byte(long), udpSide)
	if r.Kind != Forwarded || r.To.Transport != header.TransportTCP || r.Local != 1 || r.DatagramLocal != 0 {
		t.Fatalf("kind %d over %v from %d", r.Kind, r.To.Transport, r.Local)
	}
	data, ok := strings.CutPrefix(string(r.Data), "before")
	if !ok || !strings.Contains(data, "Via: SIP/2.0/TCP 10.0.0.1:5060;") || strings.Count(data, "\r\nRecord-Route:") != 2 {
		t.Errorf("%s", r.Data)
	}
	if s := string(r.Datagram); !strings.Contains(s, "Via: SIP/2.0/UDP 10.0.0.1:5060;") || strings.Count(s, "\r\nRecord-Route:") != 1 || branchOf(t, r.Datagram) != branchOf(t, []byte(data)) {
		t.Errorf("%s", s)
	}
	for name, change := range map[string]func(*Config){
		"the limit is off":        func(c *Config) { c.MaxDatagram = 65535 },
		"no TCP to send from":     func(c *Config) { c.Locals = c.Locals[:1] },
		"asked for over TLS only": func(c *Config) { c.Router = oneHop{Transport: header.TransportTLS, Addr: nextHop} },
	} {
		if r := testForwarder(t, change).Datagram(nil, []byte(long), udpSide); r.Kind != Forwarded || r.To.Transport == header.TransportTCP || r.Datagram != nil {
			t.Errorf("%s: kind %d over %v", name, r.Kind, r.To.Transport)
		}
	}
	// Responses stay with the transport of their request.
	answer := "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nSubject: " + strings.Repeat("x", 1300) + "\r\nContent-Length: 0\r\n\r\n"
	if r := f.Datagram(nil, []byte(answer), udpSide); r.To.Transport != header.TransportUDP {
		t.Errorf("a response: over %v", r.To.Transport)
	}
}

// A fixedGate has one verdict.
type fixedGate Verdict

func (g fixedGate) Admit(*codec.Message, Source) (Verdict, int) { return Verdict(g), 7 }

func TestGate(t *testing.T) {
	for v, want := range map[Verdict]Result{
		Admit: {Kind: Forwarded}, Refuse: {Kind: Answered, Status: 503}, Limit: {Kind: Dropped, Cause: SourceLimit},
	} {
		f := testForwarder(t, func(c *Config) { c.Gate = fixedGate(v) })
		r := f.Datagram(nil, []byte(request(inviteLine)), udpSide)
		if r.Kind != want.Kind || r.Cause != want.Cause || r.Status != want.Status {
			t.Errorf("%d: %+v", v, r)
		}
		if v == Refuse && !strings.Contains(string(r.Data), "\r\nRetry-After: 7\r\n") {
			t.Errorf("%s", r.Data)
		}
	}
}

// TestRefusedFirst: what is refused need not pass the checks, OPTIONS for the
// proxy is answered all the same, and the ACK of a refusal is absorbed without a
// look at the rest of it.
func TestRefusedFirst(t *testing.T) {
	f := testForwarder(t, func(c *Config) { c.Gate = fixedGate(Refuse) })
	answer := func(text string) Result { return f.Datagram(nil, []byte(text), udpSide) }
	if r := answer(request(inviteLine, "From: <")); r.Status != 503 {
		t.Errorf("a malformed From: %+v", r)
	}
	if r := answer(request("OPTIONS sip:10.0.0.1")); r.Status != 200 {
		t.Errorf("OPTIONS for the proxy: %+v", r)
	}
	if r := answer(request("OPTIONS sip:b@b.example")); r.Status != 503 {
		t.Errorf("OPTIONS for another: %+v", r)
	}
	_, to, _ := strings.Cut(string(answer(request(inviteLine)).Data), "\r\nTo: ")
	to, _, _ = strings.Cut(to, "\r\n")
	if r := answer(request("ACK sip:b@b.example", "To: "+to, "Max-Forwards: x")); r.Kind != Absorbed {
		t.Errorf("the ACK of a refusal: %+v", r)
	}
	if r := answer(request("ACK sip:b@b.example", "To: "+to[:len(to)-1])); r.Kind == Absorbed {
		t.Errorf("the ACK of another answer: %+v", r)
	}
}

// TestService: an emergency call names a service and no host (RFC 5031).
func TestService(t *testing.T) {
	for in, want := range map[string]Kind{
		request("INVITE urn:service:sos.fire"):                          Forwarded,
		request("INVITE URN:service:sos", "Route: <sip:192.0.2.77;lr>"): Forwarded,
		request("INVITE urn:uuid:1"):                                    Answered,
	} {
		if r := testForwarder(t, nil).Datagram(nil, []byte(in), udpSide); r.Kind != want {
			t.Errorf("%.40s: kind %d, %s", in, r.Kind, r.Data)
		}
	}
}
