package codec

import (
	"net/netip"
	"strings"
	"testing"
)

// TestRepeatedViaParams asks that what a sender has forged a second time does
// not outlive the change of the first: some reader believes the last one.
func TestRepeatedViaParams(t *testing.T) {
	src := netip.MustParseAddrPort("192.0.2.9:1234")
	received := func(e *Edit) error { return e.SetReceived(src) }
	force := func(e *Edit) error { return e.ForceRPort(src) }
	branch := func(e *Edit) error { return e.SetBranch([]byte("z9hG4bKnew")) }
	both := func(e *Edit) error {
		if err := e.SetReceived(src); err != nil {
			return err
		}
		return e.SetBranch([]byte("z9hG4bKnew"))
	}
	for _, c := range []struct {
		via, want string
		edit      func(e *Edit) error
	}{
		{"a;received=1.1.1.1;received=2.2.2.2", "a;received=192.0.2.9", received},
		{"a;received=1.1.1.1;rport;x=1;RPORT=7;Received=2.2.2.2;rport=8;y", "a;received=192.0.2.9;rport=1234;x=1;y", received},
		{"a ;rport ; rport=5 ;z", "a ;rport=1234 ;z;received=192.0.2.9", received},
		{`a;x=";rport;rport";rport;rport;received=1`, `a;x=";rport;rport";rport=1234;received=192.0.2.9`, received},
		{`a;x="\";rport";rport;rport`, `a;x="\";rport";rport=1234;received=192.0.2.9`, received},
		{"a;rport\r\n ;rport=9", "a;rport=1234;received=192.0.2.9", received},
		{"a;received=1;received=2;received=3;received=4", "a;received=192.0.2.9;rport=1234", force},
		{"a;branch=x;branch=z9hG4bKold;b", "a;branch=z9hG4bKnew;b", branch},
		{"a;b;branch=x;Branch=y", "a;b;branch=z9hG4bKnew", branch},
		{"a;b", "a;b;branch=z9hG4bKnew", branch},
		{"a;branch=x;rport;branch=y;rport=1", "a;branch=z9hG4bKnew;rport=1234;received=192.0.2.9", both},
		{"a;rport;rport, SIP/2.0/UDP b;rport;rport", "a;rport=1234;received=192.0.2.9, SIP/2.0/UDP b;rport;rport", received},
		{"a;received=1" + strings.Repeat(";received=2", 1000), "a;received=192.0.2.9", received},
	} {
		m := new(Message)
		if err := m.Parse([]byte(msg(reqLine, "Via: SIP/2.0/UDP "+c.via, "X: y"))); err != nil {
			t.Fatal(err)
		}
		var e Edit
		_ = e.Begin(m)
		if err := c.edit(&e); err != nil {
			t.Errorf("%q: %v", c.via, err)
			continue
		}
		out, err := e.AppendTo(nil)
		want := msg(reqLine, "Via: SIP/2.0/UDP "+c.want, "X: y")
		if err != nil || string(out) != want || e.Size() != len(out) {
			t.Errorf("%q: %v, size %d\ngot  %q\nwant %q", c.via, err, e.Size(), out, want)
		}
	}
}

// TestViaClaims asks for a conflict where two calls change one parameter, or a
// value that is gone.
func TestViaClaims(t *testing.T) {
	src := netip.MustParseAddrPort("192.0.2.9:1234")
	calls := map[string]func(e *Edit) error{
		"received": func(e *Edit) error { return e.SetReceived(src) },
		"force":    func(e *Edit) error { return e.ForceRPort(src) },
		"branch":   func(e *Edit) error { return e.SetBranch([]byte("z9hG4bKnew")) },
		"pop":      func(e *Edit) error { return e.PopVia() },
		"set":      func(e *Edit) error { return e.SetAt(0, []byte("x")) },
	}
	fine := map[string]bool{"received branch": true, "branch received": true, "force branch": true, "branch force": true}
	for _, via := range []string{"a;rport;branch=x", "a", "a;rport, SIP/2.0/UDP b"} {
		m := new(Message)
		if err := m.Parse([]byte(msg(reqLine, "Via: SIP/2.0/UDP "+via, "X: y"))); err != nil {
			t.Fatal(err)
		}
		for first, f := range calls {
			for second, g := range calls {
				if first == "pop" && second == "pop" {
					continue
				}
				var e Edit
				_ = e.Begin(m)
				if err := f(&e); err != nil {
					t.Fatal(first, err)
				}
				if err := g(&e); (err == nil) != fine[first+" "+second] {
					t.Errorf("%s: %s, then %s: %v", via, first, second, err)
				}
			}
		}
	}
}
