package uri

import (
	"fmt"
	"testing"

	"github.com/sipwire/sipwire"
)

func TestPhone(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"tel:+1-201-555-0123", "true +1-201-555-0123 +12015550123"},
		{"tel:(863).1234;phone-context=+1-914-555", "false (863).1234 8631234 ;phone-context=+1-914-555"},
		{"tel:*21#;ext=7;isub=a/b", "false *21# *21# ;ext=7 ;isub=a/b"},
		{"sip:+358-555-1234567;postd=pp22@foo.com;user=phone", "true +358-555-1234567 +3585551234567 ;postd=pp22"},
		{"sip:%2a21%23;phone-context=x@foo.com;USER=%70hone", "false %2a21%23 *21# ;phone-context=x"},
		{"sips:911:pw@foo.com;user=phone", "false 911 911"},
	} {
		u := MustParse(tt.in)
		p, ok := u.Phone()
		if !ok || !p.IsValid() {
			t.Errorf("%q: no phone", tt.in)
			continue
		}
		got := fmt.Sprintf("%v %s %s", p.IsGlobal(), p.Number(), p.AppendDigits(nil))
		for name, value := range p.Params() {
			got += fmt.Sprintf(" ;%s=%s", name, value)
		}
		if got != tt.want {
			t.Errorf("%q: %s, want %s", tt.in, got, tt.want)
		}
	}
	for _, in := range []string{
		"sip:+1201@h", "sip:+1201@h;user=ip", "sip:alice@h;user=phone", "sip:h;user=phone", "sip:+12ab@h;user=phone",
		"sip:+12;a=@h:1;user=x", "sip:+%20@h;user=phone", "urn:a:b", "sip:+;x@h;user=phone",
	} {
		u := MustParse(in)
		if p, ok := u.Phone(); ok || p.IsValid() {
			t.Errorf("%q: %q", in, p.Number())
		}
	}
	u := MustParse("tel:12;EXT=(3);isub=4;phone-context=x.com")
	p, _ := u.Phone()
	ext, _ := p.Ext()
	isub, _ := p.Subaddress()
	context, ok := p.Context()
	if string(ext) != "(3)" || string(isub) != "4" || string(context) != "x.com" || !ok {
		t.Errorf("%q %q %q", ext, isub, context)
	}
	for _, tt := range []struct {
		in   string
		n    int
		code sipwire.Code
	}{
		{"", 0, sipwire.ErrTel}, {"+%", 1, sipwire.ErrEscape}, {"+1;%41", 3, sipwire.ErrParam}, {"1%3", 1, sipwire.ErrEscape}, {"1;a=%3", 4, sipwire.ErrEscape}, {"1%3B", 1, sipwire.ErrTel},
	} {
		if _, n, err := ParsePhone([]byte(tt.in)); n != tt.n || err != tt.code {
			t.Errorf("%q: %v at %d, want %v at %d", tt.in, err, n, tt.code, tt.n)
		}
	}
}
