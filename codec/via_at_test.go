package codec

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// TestSecondVia holds Via(1) against the walk over all values, and against the top Via of
// the message when the first value is taken off.
func TestSecondVia(t *testing.T) {
	vias := []string{"SIP/2.0/UDP a;branch=z9hG4bK1", "SIP/2.0/TCP b:5061;rport=1;received=192.0.2.1", "SIP/2.0/UDP c;x=\",\"", "", " ", ",", "bad", "SIP/2.0/UDP", "SIP/2.0/UDP e;x=1;x=2", "SIP/2.0/UDP d \r\n ;branch=2"}
	r := rand.New(rand.NewPCG(11, 28))
	var popped Message
	read := 0
	for range 20000 {
		text := "SIP/2.0 200 OK\r\n"
		for range 1 + r.IntN(3) {
			text += "Via: " + vias[r.IntN(len(vias))]
			for range r.IntN(2) * r.IntN(3) {
				text += []string{",", ", ", ",  ", " ,", "\t,\r\n "}[r.IntN(5)] + vias[r.IntN(len(vias))]
			}
			text += "\r\n"
		}
		for _, strict := range []Strictness{Lenient, Strict} {
			var m Message
			p := Parser{Strictness: strict}
			if p.Parse(&m, []byte(text+"\r\n")) != nil {
				continue
			}
			var want header.Via
			wantErr, n := error(sipwire.ErrMissing), 0
			for v, err := range m.Vias() {
				if n == 1 {
					want, wantErr = v, err
				}
				n++
			}
			got, err := m.Via(1)
			if string(got.Bytes()) != string(want.Bytes()) || !errors.Is(err, wantErr) {
				t.Fatalf("%q: %q %v, want %q %v", text, got.Bytes(), err, want.Bytes(), wantErr)
			}
			if _, topErr := m.TopVia(); topErr != nil {
				continue
			}
			var e Edit
			out, popErr := []byte(nil), e.Begin(&m)
			if popErr == nil {
				popErr = e.PopVia()
			}
			if popErr == nil {
				out, popErr = e.AppendTo(nil)
			}
			if popErr == nil {
				popErr = p.Parse(&popped, out)
			}
			if popErr != nil {
				t.Fatalf("%q: %v", text, popErr)
			}
			top, topErr := popped.TopVia()
			if (topErr == nil) != (err == nil) || err == nil && string(top.Bytes()) != string(got.Bytes()) {
				t.Fatalf("%q: Via(1) is %q %v, when the first is gone the top one is %q %v", text, got.Bytes(), err, top.Bytes(), topErr)
			}
			if err == nil {
				read++
				if d, want := ViaDestination(&got), responseTo(t, &popped); fmt.Sprint(d) != fmt.Sprint(want) {
					t.Fatalf("%q: to %v, want %v", text, d, want)
				}
			}
		}
	}
	if read < 2000 {
		t.Errorf("only %d were read", read)
	}
}

// responseTo is where a forwarded response goes, by its top Via.
func responseTo(t *testing.T, m *Message) Destination {
	d, err := m.ResponseDestination(netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestViaAt reads Via values by their number.
func TestViaAt(t *testing.T) {
	m := whole(t, "A b:c SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=1, SIP/2.0/TCP b\r\nX: y\r\nv: SIP/2.0/UDP c;x=\",\", bad, SIP/2.0/TLS d\r\n\r\n")
	for i, want := range []string{"a", "b", "c", "", "d"} {
		v, err := m.Via(i)
		if string(v.Host()) != want || (err == nil) != (want != "") {
			t.Errorf("Via %d: %v, %v", i, v, err)
		}
	}
	if f := m.Fault(); f.Header != header.IDVia || f.Offset == 0 {
		t.Errorf("fault %+v", f)
	}
	for _, i := range []int{5, math.MaxInt, -1, math.MinInt} {
		if v, err := m.Via(i); !errors.Is(err, sipwire.ErrMissing) || v.IsValid() {
			t.Errorf("Via %d: %v, %v", i, v, err)
		}
	}
	if _, err := new(Message).Via(0); !errors.Is(err, sipwire.ErrNotParsed) {
		t.Errorf("of nothing: %v", err)
	}
	if n := testing.AllocsPerRun(10, func() { m.Via(4); m.Via(3); m.Via(9) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestIsSentByAddr(t *testing.T) {
	for _, test := range []struct {
		sentBy, addr string
		want         bool
	}{
		{"192.0.2.1", "192.0.2.1:5060", true},
		{"192.0.2.1", "192.0.2.1:0", true},
		{"192.0.2.1", "192.0.2.1:5061", false},
		{"192.0.2.1:5061", "192.0.2.1:5061", true},
		{"192.0.2.1", "192.0.2.2:5060", false},
		{"192.0.2.1", "[::ffff:192.0.2.1]:5060", true},
		{"[2001:DB8:0::1]", "[2001:db8::1]:5060", true},
		{"a.example", "192.0.2.1:5060", false},
	} {
		m := whole(t, "A b:c SIP/2.0\r\nVia: SIP/2.0/UDP "+test.sentBy+"\r\n\r\n")
		if got := m.IsSentByAddr(netip.MustParseAddrPort(test.addr)); got != test.want {
			t.Errorf("%s is %s: %v", test.sentBy, test.addr, got)
		}
	}
	if whole(t, "A b:c SIP/2.0\r\nVia: x\r\n\r\n").IsSentByAddr(netip.AddrPort{}) {
		t.Error("a bad Via")
	}
}

// TestPushRecordRouteLR pushes URIs with and without lr (RFC 3261, 16.6, step 4).
func TestPushRecordRouteLR(t *testing.T) {
	for in, want := range map[string]string{
		"sip:p":                     "sip:p;lr",
		"sips:a@p:5061":             "sips:a@p:5061;lr",
		"sip:p;lr":                  "sip:p;lr",
		"sip:p;LR=on":               "sip:p;LR=on",
		"sip:p;transport=tcp":       "sip:p;transport=tcp;lr",
		"sip:p;transport=tcp;lr;x":  "sip:p;transport=tcp;lr;x",
		"sip:p?a=b":                 "sip:p;lr?a=b",
		"sip:a?b;lr@p;x=y?Route=lr": "sip:a?b;lr@p;x=y;lr?Route=lr",
		"sip:p;alr":                 "sip:p;alr;lr",
		"tel:+1":                    "tel:+1",
	} {
		var e Edit
		if err := e.Begin(whole(t, "A b:c SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		if err := e.PushRecordRoute([]byte(in)); err != nil {
			t.Errorf("%s: %v", in, err)
		}
		_ = e.PushRoute([]byte(in))
		out, err := e.AppendTo(nil)
		m := whole(t, string(out))
		if got := string(m.Value(header.IDRecordRoute)); err != nil || got != "<"+want+">" {
			t.Errorf("%s becomes %s, want <%s>", in, got, want)
		}
		if got := string(m.Value(header.IDRoute)); got != "<"+in+">" {
			t.Errorf("as a Route %s becomes %s", in, got)
		}
	}
}

// TestViaSpecParams writes Via values with parameters and addresses.
func TestViaSpecParams(t *testing.T) {
	p := func(name, value string) Param { return Param{Name: []byte(name), Value: []byte(value)} }
	base := ViaSpec{Transport: header.TransportUDP, Host: []byte("a"), Branch: []byte("z9hG4bKx")}
	at := func(addr string) *ViaSpec {
		v := base
		v.Host, v.Addr = nil, netip.MustParseAddr(addr)
		return &v
	}
	with := func(params ...Param) *ViaSpec { v := base; v.Params = params; return &v }
	both := at("192.0.2.1")
	both.Host = []byte("a")
	for i, test := range []struct {
		v    *ViaSpec
		want string
		code sipwire.Code
	}{
		{with(Param{Name: []byte("alias")}, p("keep", "30")), "SIP/2.0/UDP a;branch=z9hG4bKx;alias;keep=30", 0},
		{with(p("x", "a b")), `SIP/2.0/UDP a;branch=z9hG4bKx;x="a b"`, 0},
		{with(p("maddr", "239.255.255.1"), p("ttl", "16")), "SIP/2.0/UDP a;branch=z9hG4bKx;maddr=239.255.255.1;ttl=16", 0},
		{at("192.0.2.1"), "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx", 0},
		{at("::ffff:192.0.2.1"), "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx", 0},
		{at("2001:db8::1"), "SIP/2.0/UDP [2001:db8::1];branch=z9hG4bKx", 0},
		{at("fe80::1%eth0"), "", sipwire.ErrHost},
		{both, "", sipwire.ErrHost},
		{with(p("branch", "z9hG4bKy")), "", sipwire.ErrParam},
		{with(p("RPORT", "1")), "", sipwire.ErrParam},
		{with(p("received", "192.0.2.1")), "", sipwire.ErrParam},
		{with(p("maddr", "a b")), "", sipwire.ErrParam},
		{with(p("maddr", "")), "", sipwire.ErrParam},
		{with(p("ttl", "256")), "", sipwire.ErrParam},
		{with(p("ttl", "")), "", sipwire.ErrParam},
		{with(p("ttl", "4294967297")), "", sipwire.ErrParam},
		{with(p("a", "b"), p("A", "c")), "", sipwire.ErrParamTwice},
		{with(p("a b", "")), "", sipwire.ErrToken},
		{with(p("a", "b\r\nX: y")), "", sipwire.ErrInjection},
	} {
		got, err := test.v.AppendTo([]byte("x"))
		if string(got) != "x"+test.want || !errors.Is(err, test.code.Err()) {
			t.Errorf("%d: %q, %v, want %q, %v", i, got, err, test.want, test.code.Err())
		}
		if test.code == 0 {
			var via header.Via
			if _, err := via.Parse(got[1:]); err != nil || string(via.Branch()) != "z9hG4bKx" {
				t.Errorf("%q: %v", got, err)
			}
		}
	}
	dst, full := make([]byte, 0, 200), with(p("x", "a b"), p("ttl", "1"))
	full.Host, full.Addr = nil, netip.MustParseAddr("2001:db8::1")
	if n := testing.AllocsPerRun(10, func() { _, _ = full.AppendTo(dst) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
