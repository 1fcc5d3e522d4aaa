package header

import (
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/uri"
)

// TestRawDisplay reads display names that should have been quoted.
func TestRawDisplay(t *testing.T) {
	for in, want := range map[string]string{
		"Łukasz Żak <sip:l@h>;tag=1":         "Łukasz Żak",
		"\xe9 <sip:l@h>;tag=1":               "\xe9", // not even UTF-8
		"9:15 call <sip:l@h>;tag=1":          "9:15 call",
		"Desk (3rd floor)<sip:l@h>;tag=1":    "Desk (3rd floor)",
		"R&D @ home / lab <sip:l@h>;tag=1":   "R&D @ home / lab",
		"sip:l@h <sip:l@h>;tag=1":            "sip:l@h",
		"=?a\\b|[c] <sip:l@h>;tag=1":         "=?a\\b|[c]",
		"Ana\r\n María\t<sip:l@h>;tag=1":     "Ana\r\n María",
		"тест <sip:l@h>;x=\"<,;\";tag=1":     "тест",
		" \tÅ <sip:l@h;p=1,2?h=v>;TAG = 1 ;": "Å",
	} {
		var v NameAddr
		if n, err := v.Parse([]byte(in)); err != nil || n != len(in) {
			t.Errorf("%q: %v at %d", in, err, n)
			continue
		}
		if string(v.Display()) != want || !v.HasAngle() || string(v.Tag()) != "1" {
			t.Errorf("%q: display %q, URI %q, tag %q", in, v.Display(), v.URIBytes(), v.Tag())
		}
		// In a list the name ends with its value.
		list := "<sip:0@h>, " + in + " , sip:2@h"
		if in[len(in)-1] == ';' {
			list = "<sip:0@h>, " + in + ", sip:2@h"
		}
		i := len("<sip:0@h>,")
		if _, err := v.ParseFrom([]byte(list), i); err != nil || string(v.Display()) != want {
			t.Errorf("%q: %v, display %q", list, err, v.Display())
		}
	}
	var v NameAddr
	if _, err := v.Parse([]byte("Ana\r\n  B <sip:l@h>")); err != nil || string(v.AppendDisplay(nil)) != "Ana B" {
		t.Errorf("%v: %q", err, v.AppendDisplay(nil))
	}
}

// TestEmptyTag: a tag parameter without a value is no tag.
func TestEmptyTag(t *testing.T) {
	for _, in := range []string{"<sip:a@h>;tag=", "<sip:a@h>;tag", "sip:a@h;tag=", "<sip:a@h> ; TAG = ;x", "<sip:a@h>;x;tag=;tag=2"} {
		var v NameAddr
		if _, err := v.Parse([]byte(in)); err != nil || v.Tag() != nil {
			t.Errorf("%q: tag %q, %v", in, v.Tag(), err)
		}
	}
}

// TestLastSemicolon: one ";" at the end of a value belongs to nothing, so that a
// parameter that is added does not follow it.
func TestLastSemicolon(t *testing.T) {
	var a NameAddr
	if _, err := a.Parse([]byte("<sip:a@h>;x=1 ; ")); err != nil || string(a.Bytes()) != "<sip:a@h>;x=1" || string(a.Params().Bytes()) != ";x=1" {
		t.Errorf("%v: %q, %q", err, a.Bytes(), a.Params())
	}
	var v Via
	field := []byte("SIP/2.0/TCP h:5060;branch=b; , SIP/2.0/TCP i;")
	n, err := v.ParseFrom(field, 0)
	if err != nil || field[n] != ',' || string(v.Bytes()) != "SIP/2.0/TCP h:5060;branch=b" || string(v.Branch()) != "b" {
		t.Errorf("%v at %d: %q", err, n, v.Bytes())
	}
	if n, err = v.ParseFrom(field, n+1); err != nil || n != len(field) || !v.Params().IsEmpty() {
		t.Errorf("%v at %d: %q", err, n, v.Bytes())
	}
	var c ContentType
	if _, err := c.Parse([]byte("text/html;level=1;")); err != nil {
		t.Error(err)
	}
}

// TestZone reads an IPv6 address with a zone in a Via.
func TestZone(t *testing.T) {
	var v Via
	_, err := v.Parse([]byte("SIP/2.0/UDP [fe80::9%25bond0.7]:5070;branch=z9hG4bKz"))
	addr, ok := v.HostAddr()
	if port, _ := v.Port(); err != nil || string(v.Host()) != "[fe80::9%25bond0.7]" || port != 5070 || !ok || addr.String() != "fe80::9" || v.HostKind() != uri.HostIPv6 {
		t.Errorf("%v: %q, %v, %v", err, v.Host(), addr, port)
	}
	for _, bad := range []string{"[fe80::9%]", "[fe80::9% x]", "[fe80::9%a;b]", "[fe80::9%a,b]", "[fe80::9%a", "fe80::9%a", "[192.0.2.1%a]"} {
		if _, err := v.Parse([]byte("SIP/2.0/UDP " + bad)); err != sipwire.ErrHost && err != sipwire.ErrPort {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestProductSlashes reads products with more than one slash.
func TestProductSlashes(t *testing.T) {
	var v UserAgent
	if _, err := v.Parse([]byte("Core/5.1 / arm/v8 (x) Tail")); err != nil {
		t.Fatal(err)
	}
	var got []string
	for name, version := range v.All() {
		got = append(got, string(name)+" "+string(version))
	}
	if len(got) != 3 || got[0] != "Core 5.1 / arm/v8" || got[1] != "(x) " || got[2] != "Tail " {
		t.Errorf("%q", got)
	}
	for _, bad := range []string{"A/", "A/b/", "A/b//c", "A/b/ (c)", "/a"} {
		if _, err := v.Parse([]byte(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
