package lenient

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/header"
)

// found runs a finder and lists what it found, as name@offset.
func found(find func(Yield)) string {
	var list []string
	find(func(l Leniency, i int) { list = append(list, fmt.Sprintf("%s@%d", l.Name(), i)) })
	return strings.Join(list, " ")
}

func TestValue(t *testing.T) {
	for _, tt := range []struct {
		id       header.ID
		in, want string
	}{
		{header.IDFrom, `"J\"ürg" <sip:a@h>;tag=1`, ""},
		{header.IDFrom, "A. Bell <sip:a@h>;tag=1;x=h.example", ""},
		{header.IDFrom, "sip:a@h;tag=1", ""},
		{header.IDFrom, "<sip:a@h>", ""},
		{header.IDFrom, "Zoë <sip:z@h>;tag=1", "raw-display-name@2"},
		{header.IDFrom, "Room 4: desk <sip:z@h>", "raw-display-name@6"},
		{header.IDContact, " (x) <sip:z@h>;", "raw-display-name@1 trailing-semicolon@14"},
		{header.IDContact, "<sip:z@h>;q=;r=a@b ; , <sip:y@h>;s=", "empty-param@12 raw-param@16 trailing-semicolon@19"},
		{header.IDContact, "*", ""},
		{header.IDContact, "<sip:z@h>;a=[2001:db8::1];b=[fe80::1%1];c=\"\"", "ipv6-zone@36"},
		{header.IDVia, "SIP / 2.0 / UDP a-b.example : 5060 ;branch=z9hG4bK1;received=2001:db8::1", ""},
		{header.IDVia, "SIP/2.0/UDP my_host:5060;maddr=2001:db8::1;", "host-underscore@14 raw-param@35 trailing-semicolon@42"},
		{header.IDVia, "SIP/2.0/UDP [fe80::1%en0];x", "ipv6-zone@20"},
		{header.IDVia, "SIP/2.0/UDP 10.0.0.256", "host-digits@19"},
		{header.IDVia, "SIP/2.0/UDP 10.0.0.255", ""},
		{header.IDUserAgent, "A/1.0 (b) C (d)", ""},
		{header.IDServer, "Linux/5/x86 (c)(d)", "product-slash@7 comment-space@12"},
		{header.IDServer, "A/1/2/3", "product-slash@3"},
		{header.IDEvent, "presence;id=;", "empty-param@12 trailing-semicolon@12"},
		{header.IDContentType, "text/plain;charset=a:b", "raw-param@20"},
		{header.IDRetryAfter, "5 (a;b) ;duration=", "empty-param@18"},
		{header.IDAlertInfo, "<http://h/a_b;c=>;d=", "empty-param@20"},
		{header.IDPrivacy, "id;user;", "trailing-semicolon@7"},
		{header.IDSubject, "a;b=;", ""},
		{header.IDCallID, "a;", ""},
	} {
		if got := found(func(y Yield) { Value(tt.id, []byte(tt.in), y) }); got != tt.want {
			t.Errorf("%v: %q: %q, want %q", tt.id, tt.in, got, tt.want)
		}
		offset, code := First(tt.id, []byte(tt.in))
		if first, _, _ := strings.Cut(tt.want, " "); (code == 0) != (first == "") || code != 0 && !strings.HasSuffix(first, fmt.Sprintf("@%d", offset)) {
			t.Errorf("%v: %q: the first is %v at %d", tt.id, tt.in, code, offset)
		}
	}
}

func TestURI(t *testing.T) {
	for in, want := range map[string]string{
		"sip:a%23b@h.example:5060;lr;maddr=10.0.0.1?Subject=x&Body=": "",
		"sip:#7|x@h":                   "raw-user@4",
		"sips:a@[fe80::1%25en0]:5061":  "ipv6-zone@15",
		"sip:[2001:db8:::10.0.0.1]":    "ipv6-colon@13",
		"sip:a_b@c_d;":                 "host-underscore@9 trailing-semicolon@11",
		"sip:4.example.4x":             "host-digits@14",
		"sip:h;a=;b":                   "empty-param@8",
		"sip:h?Replaces=a;b=c":         "raw-uri-header@16",
		"sip:h?a=b&c":                  "raw-uri-header@11",
		"tel:112":                      "tel-context@4",
		"tel:112;phone-context=h.org;": "trailing-semicolon@27",
		"tel:+1-2":                     "",
		"urn:a:b;":                     "",
		"sip:a b@h_":                   "", // malformed, and so not tolerated
	} {
		if got := found(func(y Yield) { URI([]byte(in), y) }); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestList(t *testing.T) {
	names := map[string]bool{}
	for _, l := range All() {
		if l.Name() == "" || l.Text() == "" || l.Code() == 0 || names[l.Name()] {
			t.Errorf("%d: %q, %q, %v", l, l.Name(), l.Text(), l.Code())
		}
		names[l.Name()] = true
	}
	if Leniency(250).Name() == "?" {
		t.Error("an unknown one has a name")
	}
}

func TestAllocs(t *testing.T) {
	values := [][]byte{[]byte("Zoë <sip:z@h_>;a=;"), []byte("SIP/2.0/UDP a_b;x=;")}
	text := []byte("sip:#@[fe80::1%1];a=;")
	if n := testing.AllocsPerRun(100, func() {
		First(header.IDFrom, values[0])
		First(header.IDVia, values[1])
		FirstOfURI(text)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
