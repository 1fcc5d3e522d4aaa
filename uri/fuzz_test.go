package uri

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"
)

// seeds are URIs of every kind and with every kind of error.
var seeds = []string{
	"sip:alice@atlanta.com", "sips:a%3b;x=y:p@[2001:db8::1]:5061;lr;transport=tls?Subject=a&b",
	"sip:h", "sip:1.2.3.4:5060", "sip:[::ffff:1.2.3.4]", "sip:[2001:db8:::192.0.2.1]", "sip:a@b@c", "sip:a:b;c@d",
	"tel:+1-201-555-0123;ext=1", "tel:7042;phone-context=example.com;isub=a?b", "tel:*#", "urn:service:sos?+x",
	"http://[::1]/%41", "", ":", "sip:", "sip:h:", "sip:h:65536", "sip:h;", "sip:h;a=", "sip:h?a=b;c=d", "sip:%zz@h",
	"SIP:a@H;method=X;METHOD=y;%6Cr", "sip:a_b-.c", "sip:h;a=\x00", "sip:h\r\n", "x:[", "sip:[1:2:3:4:5:6:7::]",
}

// inside fails unless v lies within b or is empty, and has no room behind it.
func inside(t *testing.T, b, v []byte) {
	t.Helper()
	if len(v) != cap(v) {
		t.Errorf("view %q of %q has room behind it", v, b)
	}
	if len(v) == 0 {
		return
	}
	lo, at := uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(unsafe.Pointer(unsafe.SliceData(v)))
	if at < lo || at+uintptr(len(v)) > lo+uintptr(len(b)) {
		t.Errorf("view %q is not of %q", v, b)
	}
}

// check holds everything against the reference and itself.
func check(t *testing.T, text string) {
	in := []byte(text)
	var u URI
	n, err := u.Parse(in)
	if string(in) != text {
		t.Fatalf("%q: the input was written to", text)
	}
	want, ok := refParse(text)
	if ok != (err == nil) {
		t.Fatalf("%q: %v at %d, the reference says %v", text, err, n, ok)
	}
	if n < 0 || n > len(in) || err == nil && n != len(in) {
		t.Fatalf("%q: offset %d, %v", text, n, err)
	}
	if err != nil {
		if u.IsValid() || u.Bytes() != nil {
			t.Fatalf("%q: left behind after %v", text, err)
		}
		return
	}
	password, hasPassword := u.Password()
	for _, v := range [][]byte{u.Bytes(), u.SchemeBytes(), u.Opaque(), u.User(), password, u.Host(), u.HostPort(), u.RawParams(), u.RawHeaders()} {
		inside(t, in, v)
	}
	same := func(what string, got []byte, ok bool, want *string) {
		if ok != (want != nil) || ok && string(got) != *want {
			t.Errorf("%q: %s is %q, %v, want %v", text, what, got, ok, want)
		}
	}
	if string(u.SchemeBytes()) != want.scheme {
		t.Errorf("%q: scheme %q, want %q", text, u.SchemeBytes(), want.scheme)
	}
	same("user", u.User(), u.HasUser(), want.user)
	same("password", password, hasPassword, want.password)
	same("host", u.Host(), u.HostKind() != 0, want.host)
	addr, isAddr := u.HostAddr()
	if isAddr != want.addr.IsValid() || addr != want.addr {
		t.Errorf("%q: address %v, want %v", text, addr, want.addr)
	}
	if port, ok := u.Port(); ok != (want.port != nil) || ok && !strings.HasSuffix("0000"+*want.port, digits(port)) {
		t.Errorf("%q: port %d, want %v", text, port, want.port)
	}
	list := func(what string, seq func(func(name, value []byte) bool), want []refPair) {
		i := 0
		for name, value := range seq {
			inside(t, in, name)
			inside(t, in, value)
			if i >= len(want) || string(name) != want[i].name {
				t.Fatalf("%q: %s %d is %q", text, what, i, name)
			}
			same(what, value, value != nil, want[i].value)
			i++
		}
		if i != len(want) {
			t.Errorf("%q: %d %ss, want %d", text, i, what, len(want))
		}
	}
	list("param", u.Params(), want.params)
	list("header", u.Headers(), want.headers)
	for _, p := range want.params {
		name := string(AppendUnescaped(nil, []byte(p.name)))
		if _, ok := u.Param(name); !ok && !strings.ContainsAny(name, ";/?:@&=+$,%") {
			t.Errorf("%q: %q is not found", text, name)
		}
	}
	if got := u.AppendTo([]byte("x")); string(got) != "x"+text {
		t.Errorf("%q: written as %q", text, got)
	}
	again, err := Parse(u.AppendTo(nil))
	if err != nil || !Equal(&u, &again) || u.Hash() != again.Hash() {
		t.Errorf("%q: not equal to itself: %v", text, err)
	}
	u.DuplicateParam()
	u.TTL()
	if p, ok := u.Phone(); ok {
		inside(t, in, p.Number())
		if d := p.AppendDigits(nil); len(d) == 0 || bytes.ContainsAny(d, "-.()%") {
			t.Errorf("%q: digits %q", text, d)
		}
	}
	// The case of the scheme and of the host never counts.
	if u.IsSIP() {
		b := bytes.Clone(in)
		copy(b, bytes.ToUpper(b[:u.at.Colon]))
		copy(b[u.at.HostLo:], bytes.ToUpper(b[u.at.HostLo:u.at.HostHi]))
		v, err := Parse(b)
		if err != nil || !Equal(&u, &v) || u.Hash() != v.Hash() {
			t.Errorf("%q: not equal to %q: %v", text, b, err)
		}
	}
}

func digits(port uint16) string {
	var b []byte
	for ; port > 0; port /= 10 {
		b = append([]byte{byte('0' + port%10)}, b...)
	}
	return string(b)
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(check)
}

func FuzzEqual(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, seeds[(i+1)%len(seeds)])
		f.Add(s, strings.ToUpper(s))
	}
	f.Fuzz(func(t *testing.T, x, y string) {
		a, errA := Parse([]byte(x))
		b, errB := Parse([]byte(y))
		if errA != nil || errB != nil {
			return
		}
		got := Equal(&a, &b)
		if got != Equal(&b, &a) || got && a.Hash() != b.Hash() {
			t.Errorf("%q, %q: not symmetric, or hashes %x and %x", x, y, a.Hash(), b.Hash())
		}
		if want := refEqual(x, y); got != want {
			t.Errorf("%q, %q: equal is %v, want %v", x, y, got, want)
		}
	})
}

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"+1-2", "12;ext=3", "*%23", "a;phone-context=x", "", "+", "1;isub=?", "0;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in := []byte(text)
		p, n, err := ParsePhone(in)
		if n < 0 || n > len(in) || (err == nil) != p.IsValid() {
			t.Fatalf("%q: %v at %d", text, err, n)
		}
		// The empty parameter at the end is what a URI tolerates, not a number.
		if _, ok := refParse("tel:" + text); ok && err != nil && !strings.HasSuffix(text, ";") {
			t.Fatalf("%q: %v at %d, but it is one of a tel URI", text, err, n)
		}
		inside(t, in, p.Number())
		for name, value := range p.Params() {
			inside(t, in, name)
			inside(t, in, value)
		}
	})
}

// TestNearMisses does by count what the fuzzer does by time: URIs with a few
// bytes changed.
func TestNearMisses(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 475))
	const alphabet = "sipteluranx019-._!~*'()&=+$,;?/:@%[]#<>\" \t\r\n\x00\x7f\x80ABF"
	valid := 0
	for range 60000 {
		b := []byte(seeds[r.IntN(len(seeds))])
		for range 1 + r.IntN(3) {
			c := alphabet[r.IntN(len(alphabet))]
			at := r.IntN(len(b) + 1)
			switch r.IntN(3) {
			case 0:
				b = append(b[:at], append([]byte{c}, b[at:]...)...)
			case 1:
				if at < len(b) {
					b[at] = c
				}
			case 2:
				b = append(b[:at], c)
			}
		}
		check(t, string(b))
		if _, err := Parse(b); err == nil {
			valid++
		}
		if t.Failed() {
			return
		}
	}
	if valid < 5000 {
		t.Errorf("only %d were valid", valid)
	}
}

// TestIPv6Random holds the address reader against net/netip.
func TestIPv6Random(t *testing.T) {
	r := rand.New(rand.NewPCG(59, 54))
	words := []string{":", ":", "::", "0", "1", "ffff", "abcd", "12345", "1.2.3.4", "0.0.0.0", "256.1.1.1", "01.2.3.4", "f", "1:2:3:4", "g"}
	for range 60000 {
		s := "sip:["
		for range r.IntN(10) {
			s += words[r.IntN(len(words))]
		}
		check(t, s+"]")
		if t.Failed() {
			return
		}
	}
}
