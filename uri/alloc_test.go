package uri

import (
	"os/exec"
	"regexp"
	"runtime"
	"testing"
)

func TestAllocs(t *testing.T) {
	sip := MustParse("sip:%61lice;ext=1:pw@[2001:db8::1]:5060;transport=tcp;lr;user=phone;ttl=1?Subject=a&body=b")
	sip2 := MustParse("sip:alice;ext=1:pw@[2001:DB8:0::1]:5060;lr;transport=TCP;user=phone;ttl=1?Body=b&Subject=A")
	phone := MustParse("sip:+1-2;ext=3@h;user=phone")
	tel := MustParse("tel:+1-201;ext=1;phone-context=x")
	tel2 := MustParse("tel:+1201;phone-context=X;ext=(1)")
	urn, urn2 := MustParse("urn:service:sos"), MustParse("urn:SERVICE:sos")
	other, other2 := MustParse("http://a/%7e"), MustParse("HTTP://a/~")
	many1, many2 := MustParse("sip:h"+many(100)), MustParse("SIP:h"+many(100))
	text, phoneText := []byte(sip.String()), []byte("+1-201;ext=1")
	bad := [][]byte{
		nil, []byte("x"), []byte("sip:a b@h"), []byte("sip:a%@h"), []byte("sip:h:x"), []byte("sip:h;;"), []byte("sip:h?"),
		[]byte("sip:[::1"), []byte("sip:-h"), []byte("tel:+"), []byte("urn:"), []byte("a:\""),
	}
	buf := make([]byte, 0, 1024)
	sink := 0
	for _, tt := range []struct {
		name string
		f    func()
	}{
		{"URI.Parse", func() { var u URI; u.Parse(text) }},
		{"Parse", func() { Parse(text) }},
		{"Parse with an error", func() {
			for _, b := range bad {
				if _, err := Parse(b); err == nil {
					t.Fatalf("%q is accepted", b)
				}
			}
		}},
		{"ParsePhone", func() { ParsePhone(phoneText) }},
		{"ParsePhone with an error", func() { ParsePhone(text) }},
		{"ParseAddr", func() { ParseAddr(sip.Host()) }},
		{"parts", func() {
			p, _ := sip.Password()
			sink += len(sip.Bytes()) + len(sip.SchemeBytes()) + len(sip.Opaque()) + len(sip.User()) + len(p) +
				len(sip.Host()) + len(sip.HostPort()) + len(sip.RawParams()) + len(sip.RawHeaders())
			sip.Port()
			sip.HostAddr()
		}},
		{"Params, Headers", func() {
			for name, value := range sip.Params() {
				sink += len(name) + len(value)
			}
			for name, value := range sip.Headers() {
				sink += len(name) + len(value)
			}
		}},
		{"Param and friends", func() {
			sip.Param("%")
			sip.Header("body")
			sip.Transport()
			sip.UserParam()
			sip.Method()
			sip.Maddr()
			sip.GR()
			sip.Comp()
			sip.TTL()
			sip.LR()
			sip.OB()
			sip.IsPhone()
			sip.DuplicateParam()
			many1.DuplicateParam()
		}},
		{"Phone", func() {
			for _, u := range []*URI{phone, tel} {
				p, ok := u.Phone()
				if !ok {
					t.Fatal("no phone")
				}
				for name := range p.Params() {
					sink += len(name)
				}
				p.Context()
				p.Ext()
				p.Subaddress()
				p.AppendDigits(buf)
			}
		}},
		{"Append", func() {
			sip.AppendTo(buf)
			sip.AppendText(buf)
			sip.AppendUser(buf)
			sip.AppendPassword(buf)
			AppendEscaped(buf, text, PartUser)
			AppendEscaped(buf, "a b", PartHeader)
			AppendUnescaped(buf, text)
			new(URI).AppendText(buf)
		}},
		{"Equal", func() {
			for _, pair := range [][2]*URI{{sip, sip2}, {tel, tel2}, {urn, urn2}, {other, other2}, {many1, many2}} {
				if !Equal(pair[0], pair[1]) {
					t.Fatalf("%s and %s differ", pair[0].Bytes(), pair[1].Bytes())
				}
			}
			Equal(sip, many1)
		}},
		{"Hash", func() {
			for _, u := range []*URI{sip, tel, urn, other, many1} {
				u.Hash()
			}
		}},
	} {
		if n := testing.AllocsPerRun(100, tt.f); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

// TestInlining looks at what costs an allocation or a call on every message
// when it stops being inlined.
func TestInlining(t *testing.T) {
	if testing.Short() || runtime.GOARCH != "amd64" {
		t.Skip("NOT RUN: with -short, or not on amd64")
	}
	out, err := exec.Command("go", "build", "-gcflags=-m", ".").CombinedOutput()
	if err != nil {
		t.Skipf("NOT RUN: no compiler: %v", err)
	}
	got := map[string]bool{}
	for _, m := range regexp.MustCompile(`can inline (\S+)`).FindAllStringSubmatch(string(out), -1) {
		got[m[1]] = true
	}
	for _, name := range []string{
		"(*URI).Params", "(*URI).Headers", "Phone.Params", "(*URI).User", "(*URI).Password", "(*URI).Host",
		"(*URI).HostPort", "(*URI).Port", "(*URI).IsValid", "(*URI).Scheme", "isVisual", "hashSymbol",
	} {
		if !got[name] {
			t.Errorf("%s is not inlined", name)
		}
	}
}
