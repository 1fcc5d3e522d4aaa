package uri

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/sipwire/sipwire"
)

// parts renders what a URI is made of; "-" stands for what is not there.
func parts(u *URI) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%s|", u.SchemeBytes(), optional(u.User(), u.HasUser()))
	p, ok := u.Password()
	fmt.Fprintf(&b, "%s|%s|", optional(p, ok), optional(u.Host(), u.HostKind() != 0))
	if port, ok := u.Port(); ok {
		fmt.Fprint(&b, port)
	} else {
		b.WriteString("-")
	}
	for name, value := range u.Params() {
		fmt.Fprintf(&b, "|;%s", name)
		if value != nil {
			fmt.Fprintf(&b, "=%s", value)
		}
	}
	for name, value := range u.Headers() {
		fmt.Fprintf(&b, "|?%s", name)
		if value != nil {
			fmt.Fprintf(&b, "=%s", value)
		}
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		// RFC 3261, 19.1.3.
		{"sip:alice@atlanta.com", "sip|alice|-|atlanta.com|-"},
		{"sip:alice:secretword@atlanta.com;transport=tcp", "sip|alice|secretword|atlanta.com|-|;transport=tcp"},
		{"sips:alice@atlanta.com?subject=project%20x&priority=urgent", "sips|alice|-|atlanta.com|-|?subject=project%20x|?priority=urgent"},
		{"sip:+1-212-555-1212:1234@gateway.com;user=phone", "sip|+1-212-555-1212|1234|gateway.com|-|;user=phone"},
		{"sips:1212@gateway.com", "sips|1212|-|gateway.com|-"},
		{"sip:alice@192.0.2.4", "sip|alice|-|192.0.2.4|-"},
		{"sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", "sip|-|-|atlanta.com|-|;method=REGISTER|?to=alice%40atlanta.com"},
		{"sip:alice;day=tuesday@atlanta.com", "sip|alice;day=tuesday|-|atlanta.com|-"},
		// RFC 3966, 6.
		{"tel:+1-201-555-0123", "tel|+1-201-555-0123|-|-|-"},
		{"tel:7042;phone-context=example.com", "tel|7042|-|-|-|;phone-context=example.com"},
		{"tel:863-1234;phone-context=+1-914-555", "tel|863-1234|-|-|-|;phone-context=+1-914-555"},
		// The first "@" decides, whatever stands before it.
		{"sip:host;a=b@other", "sip|host;a=b|-|other|-"},
		{"sip:a?b=c&d@h", "sip|a?b=c&d|-|h|-"},
		{"sip:a/b:@h:1", "sip|a/b||h|1"},
		{"sip:a:&=+$,@h", "sip|a|&=+$,|h|-"},
		{"sip://a@h", "sip|//a|-|h|-"},
		// Hosts.
		{"sip:h.", "sip|-|-|h.|-"},
		{"sip:a--b.c-d.e", "sip|-|-|a--b.c-d.e|-"},
		{"sip:my_container_1:5060", "sip|-|-|my_container_1|5060"},
		{"sip:_sip._udp.example.com", "sip|-|-|_sip._udp.example.com|-"},
		{"sip:1001", "sip|-|-|1001|-"},
		{"sip:u@1.2.3.4.5", "sip|u|-|1.2.3.4.5|-"},
		{"sip:u@[::]:0", "sip|u|-|[::]|0"},
		{"sip:u@[2001:db8:::192.0.2.1]", "sip|u|-|[2001:db8:::192.0.2.1]|-"},
		{"sip:h:00005060;lr", "sip|-|-|h|5060|;lr"},
		// Parameters and headers.
		{"sip:h;a=;b;a=[1]/:&+$", "sip|-|-|h|-|;a=|;b|;a=[1]/:&+$"},
		{"sip:h?a=&b", "sip|-|-|h|-|?a=|?b"},
		{"sip:h;lr?Replaces=x;to-tag=a;from-tag=b", "sip|-|-|h|-|;lr|?Replaces=x;to-tag=a;from-tag=b"},
		// Everything else.
		{"urn:service:sos", "urn|-|-|-|-"},
		{"http://[::1]:80/a?b=c@d;e", "http|-|-|-|-"},
		{"a:%20", "a|-|-|-|-"},
		{"sipp:x", "sipp|-|-|-|-"},
		{"tel:112", "tel|112|-|-|-"},
		{"tel:*21#;phone-context=x", "tel|*21#|-|-|-|;phone-context=x"},
		{"tel:aF;isub=a?b=/@:;x", "tel|aF|-|-|-|;isub=a?b=/@:|;x"},
		{"TEL:+(1);ext=", "TEL|+(1)|-|-|-|;ext="},
	} {
		u, err := Parse([]byte(tt.in))
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		if got := parts(&u); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestParseError(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		code sipwire.Code
	}{
		{"", 0, sipwire.ErrEmpty},
		{":", 0, sipwire.ErrScheme},
		{"1a:b", 0, sipwire.ErrScheme},
		{"sip", 3, sipwire.ErrScheme},
		{"<sip:a@b>", 0, sipwire.ErrScheme},
		{"si p:a@b", 2, sipwire.ErrScheme},
		{"sip\x1aa@b", 3, sipwire.ErrScheme}, // 0x1a|0x20 is ":"
		{"sips\x1aa@b", 4, sipwire.ErrScheme},
		{"alice@atlanta.com", 5, sipwire.ErrScheme},
		{"urn:", 4, sipwire.ErrEmpty},
		{"sip:", 4, sipwire.ErrHost},
		{"sips:", 5, sipwire.ErrHost},
		{"sip:@", 4, sipwire.ErrUser},
		{"sip:@h", 4, sipwire.ErrUser},
		{"sip::p@h", 4, sipwire.ErrUser},
		{"sip:a[b@h", 5, sipwire.ErrUser},
		{"sip:a b@h", 5, sipwire.ErrUser},
		{"sip:a\x00@h", 5, sipwire.ErrUser},
		{"sip:\xc3\xa9@h", 4, sipwire.ErrUser},
		{"sip:a:b;c@h", 7, sipwire.ErrUser},
		{"sip:a:b:c@h", 7, sipwire.ErrUser},
		{"sip:a%4@h", 5, sipwire.ErrEscape},
		{"sip:a%@40h", 5, sipwire.ErrEscape},
		{"sip:a:%4g@h", 6, sipwire.ErrEscape},
		{"sip:a@", 6, sipwire.ErrHost},
		{"sip:a@@h", 6, sipwire.ErrHost},
		{"sip:a@h@", 7, sipwire.ErrHost},
		{"sip:a@b%2Ec", 7, sipwire.ErrHost},
		{"sip:.h", 4, sipwire.ErrHost},
		{"sip:a..b", 6, sipwire.ErrHost},
		{"sip:-a", 4, sipwire.ErrHost},
		{"sip:a-", 5, sipwire.ErrHost},
		{"sip:a-.b", 6, sipwire.ErrHost},
		{"sip:a.-b", 6, sipwire.ErrHost},
		{"sip:1.2.3.4-", 11, sipwire.ErrHost},
		{"sip:;lr", 4, sipwire.ErrHost},
		{"sip:h>", 5, sipwire.ErrHost},
		{"sip:h ", 5, sipwire.ErrHost},
		{"sip:h/x", 5, sipwire.ErrHost},
		{"sip:[", 5, sipwire.ErrHost},
		{"sip:[]", 5, sipwire.ErrHost},
		{"sip:[::1", 8, sipwire.ErrHost},
		{"sip:[::1]x", 9, sipwire.ErrHost},
		{"sip:[fe80::1%]", 13, sipwire.ErrHost},
		{"sip:[fe80::1%a/b]", 14, sipwire.ErrHost},
		{"sip:[fe80::1%eth0", 17, sipwire.ErrHost},
		{"sip:[fe80:1%eth0]", 11, sipwire.ErrHost},
		{"sip:h%eth0", 5, sipwire.ErrHost},
		{"sip:[1::2::3]", 10, sipwire.ErrHost},
		{"sip:[1:2:3:4:5:6:7:8:9]", 21, sipwire.ErrHost},
		{"sip:[1:2:3:4:5:6:7]", 18, sipwire.ErrHost},
		{"sip:[12345::]", 9, sipwire.ErrHost},
		{"sip:[1:::2]", 8, sipwire.ErrHost},
		{"sip:[192.0.2.1]", 14, sipwire.ErrHost},
		{"sip:h:", 6, sipwire.ErrPort},
		{"sip:h:;lr", 6, sipwire.ErrPort},
		{"sip:h:x", 6, sipwire.ErrPort},
		{"sip:h:-1", 6, sipwire.ErrPort},
		{"sip:h:65536", 10, sipwire.ErrPort},
		{"sip:h:18446744073709551617", 11, sipwire.ErrPort},
		{"sip:h:50x", 8, sipwire.ErrPort},
		{"sip:h;;", 6, sipwire.ErrParam},
		{"sip:h;a;;", 8, sipwire.ErrParam},
		{"sip:h;?a=b", 6, sipwire.ErrParam},
		{"sip:h;;lr", 6, sipwire.ErrParam},
		{"sip:h;=x", 6, sipwire.ErrParam},
		{"sip:h; lr", 6, sipwire.ErrParam},
		{"sip:h;lr ", 8, sipwire.ErrParam},
		{"sip:h;a=b=c", 9, sipwire.ErrParam},
		{"sip:h;a=b,c", 9, sipwire.ErrParam},
		{"sip:h;a=\"b\"", 8, sipwire.ErrParam},
		{"sip:h;%zz", 6, sipwire.ErrEscape},
		{"sip:h;a=%4", 8, sipwire.ErrEscape},
		{"sip:h?", 6, sipwire.ErrURI},
		{"sip:h?=a", 6, sipwire.ErrURI},
		{"sip:h?a=b&", 10, sipwire.ErrURI},
		{"sip:h?a&&b", 8, sipwire.ErrURI},
		{"sip:h?a;b", 7, sipwire.ErrURI},
		{"sip:h?a=b,c", 9, sipwire.ErrURI},
		{"sip:h?a=%0", 8, sipwire.ErrEscape},
		{"sip:h?a=\r\n", 8, sipwire.ErrURI},
		{"tel:", 4, sipwire.ErrTel},
		{"tel:+", 5, sipwire.ErrTel},
		{"tel:+-", 6, sipwire.ErrTel},
		{"tel:()", 6, sipwire.ErrTel},
		{"tel:+1a", 6, sipwire.ErrTel},
		{"tel:+1*", 6, sipwire.ErrTel},
		{"tel:12g", 6, sipwire.ErrTel},
		{"tel:+1 2", 6, sipwire.ErrTel},
		{"tel:%2B1", 4, sipwire.ErrTel},
		{"tel:;ext=1", 4, sipwire.ErrTel},
		{"tel:1;;", 6, sipwire.ErrParam},
		{"tel:1;a_b", 7, sipwire.ErrParam},
		{"tel:1;a=b?c", 9, sipwire.ErrParam},
		{"tel:1;a=%1", 8, sipwire.ErrEscape},
		{"http://a b", 8, sipwire.ErrURI},
		{"http://a#b", 8, sipwire.ErrURI},
		{"http://%1", 7, sipwire.ErrEscape},
	} {
		u := MustParse("sip:before@h:1;x?y")
		n, err := u.Parse([]byte(tt.in))
		if n != tt.n || err != tt.code {
			t.Errorf("%q: %v at %d, want %v at %d", tt.in, err, n, tt.code, tt.n)
		}
		if u.IsValid() || u.Bytes() != nil || u.HasUser() || len(u.Host()) > 0 {
			t.Errorf("%q: something is left after the error: %s", tt.in, parts(u))
		}
		var code sipwire.Code
		if !errors.As(err, &code) || !errors.Is(err, tt.code) {
			t.Errorf("%q: the error is a %T", tt.in, err)
		}
	}
}

// TestZero calls everything on the zero values.
func TestZero(t *testing.T) {
	var u, v URI
	var p Phone
	if u.IsValid() || u.IsSIP() || u.IsPhone() || u.LR() || u.OB() || u.Scheme() != 0 || u.HostKind() != 0 {
		t.Error("the zero URI says something")
	}
	for range u.Params() {
		t.Error("a parameter")
	}
	for range u.Headers() {
		t.Error("a header")
	}
	for _, b := range [][]byte{
		u.Bytes(), u.SchemeBytes(), u.Opaque(), u.User(), u.Host(), u.HostPort(), u.RawParams(), u.RawHeaders(),
		u.AppendTo(nil), u.AppendUser(nil), u.AppendPassword(nil), []byte(u.String()),
		p.Number(), p.AppendDigits(nil),
	} {
		if len(b) > 0 {
			t.Errorf("a view of nothing: %q", b)
		}
	}
	if _, ok := u.HostAddr(); ok {
		t.Error("an address")
	}
	if _, err := u.AppendText(nil); err == nil {
		t.Error("AppendText without an error")
	}
	if Equal(&u, &v) || u.Hash() != v.Hash() {
		t.Error("the zero URI equals something")
	}
	if _, ok := u.DuplicateParam(); ok || p.IsValid() || p.IsGlobal() {
		t.Error("the zero value says something")
	}
	if _, ok := u.Phone(); ok {
		t.Error("a phone")
	}
}

func TestSize(t *testing.T) {
	if s := unsafe.Sizeof(URI{}); s > 56 {
		t.Errorf("a URI has %d bytes", s)
	}
}

// TestViews appends to every view and looks at the bytes behind it.
func TestViews(t *testing.T) {
	in := []byte("sip:user:pass@host:5060;a=b;c?d=e&f=gREST")
	text := bytes.Clone(in)
	var u URI
	if _, err := u.Parse(in[:len(in)-4]); err != nil {
		t.Fatal(err)
	}
	password, _ := u.Password()
	views := [][]byte{u.Bytes(), u.SchemeBytes(), u.Opaque(), u.User(), password, u.Host(), u.HostPort(), u.RawParams(), u.RawHeaders()}
	for name, value := range u.Params() {
		views = append(views, name, value)
	}
	for name, value := range u.Headers() {
		views = append(views, name, value)
	}
	for _, v := range views {
		_ = append(v, "XXXX"...)
		if !bytes.Equal(in, text) {
			t.Fatalf("append to %q made %q", v, in)
		}
	}
}

func TestAccessors(t *testing.T) {
	u := MustParse("sip:%61%3bl:p%40w@h:5060;Transport=TCP;USER=phone;%6Cr;t%74l=15;maddr=[::1];gr;ob;comp=sigcomp;method=BYE;gr=2?To=a&to=b&%53ubject=x")
	for _, tt := range []struct {
		what string
		got  func() ([]byte, bool)
		want string
	}{
		{"transport", u.Transport, "TCP"},
		{"user", u.UserParam, "phone"},
		{"maddr", u.Maddr, "[::1]"},
		{"gr", u.GR, ""},
		{"comp", u.Comp, "sigcomp"},
		{"method", u.Method, "BYE"},
		{"TRANSPORT", func() ([]byte, bool) { return u.Param("TRANSPORT") }, "TCP"},
		{"header to", func() ([]byte, bool) { return u.Header("to") }, "a"},
		{"header subject", func() ([]byte, bool) { return u.Header("Subject") }, "x"},
	} {
		if got, ok := tt.got(); !ok || string(got) != tt.want {
			t.Errorf("%s: %q, %v", tt.what, got, ok)
		}
	}
	if v, ok := u.GR(); !ok || v != nil {
		t.Errorf("gr without a value is %v, %v", v, ok)
	}
	if ttl, ok := u.TTL(); !ok || ttl != 15 {
		t.Errorf("ttl %d, %v", ttl, ok)
	}
	if !u.LR() || !u.OB() || !u.IsPhone() || !u.IsSIP() || u.Scheme() != SIP {
		t.Error("lr, ob, user=phone, sip")
	}
	if name, ok := u.DuplicateParam(); !ok || string(name) != "gr" {
		t.Errorf("twice: %q, %v", name, ok)
	}
	if got := string(u.AppendUser(nil)); got != "a;l" {
		t.Errorf("user %q", got)
	}
	if got := string(u.AppendPassword([]byte("="))); got != "=p@w" {
		t.Errorf("password %q", got)
	}
	if got := string(u.HostPort()); got != "h:5060" {
		t.Errorf("host and port %q", got)
	}
	if got, _ := u.AppendText(nil); string(got) != u.String() {
		t.Errorf("text %q", got)
	}
	if tel := MustParse("tel:1"); !tel.IsPhone() || tel.IsSIP() {
		t.Error("tel is no phone")
	}
	if _, ok := u.Param("t"); ok {
		t.Error("a name found by its beginning")
	}
	for _, in := range []string{"ttl", "ttl=", "ttl=a", "ttl=256", "ttl=-1", "ttl=0001", "ttl=1%30"} {
		u := MustParse("sip:h;" + in)
		if v, ok := u.TTL(); ok {
			t.Errorf("%s: %d", in, v)
		}
	}
	for in, want := range map[string]bool{
		"sip:h;a;b;%61":             true,
		"sip:h;a=1;A=1":             true,
		"sip:h;a;b;ab":              false,
		"sip:a;x;x@h":               false, // the user's own
		"tel:+1;ext=1;x;EXT=2":      true,
		"sip:h;z" + many(80) + ";z": true,
		"sip:h" + many(80):          false,
	} {
		u := MustParse(in)
		if _, ok := u.DuplicateParam(); ok != want {
			t.Errorf("%.40q: twice is %v", in, ok)
		}
	}
}

// many returns n parameters no two of which have one name.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ";p%d=%d", i, i)
	}
	return b.String()
}

func TestRangeStops(t *testing.T) {
	u := MustParse("sip:h;a;b;c?d&e&f")
	n := 0
	for range u.Params() {
		n++
		break
	}
	for name := range u.Headers() {
		if n++; string(name) == "e" {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d steps, want 3", n)
	}
}

func TestMustParse(t *testing.T) {
	defer func() {
		if r := fmt.Sprint(recover()); !strings.Contains(r, "sip:@") {
			t.Errorf("panic %q", r)
		}
	}()
	MustParse("sip:@")
}
