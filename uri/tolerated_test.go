package uri

import "testing"

// TestTolerated reads what the grammar does not allow and nobody can mistake.
func TestTolerated(t *testing.T) {
	for _, tt := range []struct{ in, user, host, params, header string }{
		{"sip:**3#@pbx.example", "**3#", "pbx.example", "", ""},
		{"sip:#@h", "#", "h", "", ""},
		{"sips:{0a|1b}\\^`%23:pw@h:5061;lr", "{0a|1b}\\^`%23", "h", ";lr", ""},
		{"sip:a@h;", "a", "h", "", ""},
		{"sip:a@h:5060;lr;", "a", "h", ";lr", ""},
		{"sip:a@h;x=;", "a", "h", ";x=", ""},
		{"sip:[fe80::2%lo0];", "", "[fe80::2%lo0]", "", ""},
		{"sip:h;a=b?c=d", "", "h", ";a=b", "c=d"},
		{"tel:+7-7;ext=1;", "+7-7", "", ";ext=1", ""},
		{"tel:+7;", "+7", "", "", ""},
	} {
		u, err := Parse([]byte(tt.in))
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		if string(u.User()) != tt.user || string(u.Host()) != tt.host || string(u.RawParams()) != tt.params || string(u.RawHeaders()) != tt.header || u.String() != tt.in {
			t.Errorf("%q: %q, %q, %q, %q", tt.in, u.User(), u.Host(), u.RawParams(), u.RawHeaders())
		}
		for name := range u.Params() {
			if len(name) == 0 {
				t.Errorf("%q: a parameter without a name", tt.in)
			}
		}
		for name := range u.Headers() {
			if tt.header == "" {
				t.Errorf("%q: header %q", tt.in, name)
			}
		}
		if p, ok := u.Phone(); ok {
			for name := range p.Params() {
				if len(name) == 0 {
					t.Errorf("%q: a parameter of the number without a name", tt.in)
				}
			}
		}
	}
}

func TestToleratedEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"sip:a@h;", "sip:a@h", true},
		{"sip:a@h;lr;", "sip:a@H;LR", true},
		{"sip:a@h;transport=tcp;", "sip:a@h", false},
		{"sip:a#@h", "sip:a%23@h", true},
		{"sip:a#@h", "sip:a@h", false},
		{"sip:[fe80::1%a]", "sip:[FE80:0::1%a]", true},
		{"sip:[fe80::1%a]", "sip:[fe80:0::1%b]", false},
		{"sip:[fe80::1%a]", "sip:[fe80:0::1]", false},
		{"tel:+1-2;", "tel:+12", true},
	} {
		a, b := MustParse(tt.a), MustParse(tt.b)
		if Equal(a, b) != tt.want || Equal(b, a) != tt.want || tt.want && a.Hash() != b.Hash() {
			t.Errorf("%q and %q: %t, hashes %x and %x", tt.a, tt.b, Equal(a, b), a.Hash(), b.Hash())
		}
	}
	u := MustParse("sip:[fe80::1%25eth9]:5062")
	if addr, ok := u.HostAddr(); !ok || addr.String() != "fe80::1" || addr.Zone() != "" {
		t.Errorf("%v", addr)
	}
	for in, ok := range map[string]bool{"fe80::1%a": true, "[fe80::1%a]": true, "fe80::1%": false, "[fe80::1%]": false, "192.0.2.1%a": false} {
		if _, got := ParseAddr([]byte(in)); got != ok {
			t.Errorf("%q: an address %t", in, got)
		}
	}
}
