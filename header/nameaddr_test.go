package header

import (
	"fmt"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/uri"
)

func TestNameAddr(t *testing.T) {
	for _, c := range []struct{ in, display, uri, tag, params string }{
		{`"J Rosenberg \\\""       <sip:jdrosen@example.com>` + "\r\n  ;\r\n  tag = 98asjd8", `J Rosenberg \"`, "sip:jdrosen@example.com", "98asjd8", `["tag"="98asjd8"]`},
		{"The Operator <sip:operator@cs.columbia.edu>;tag=287447", "The Operator", "sip:operator@cs.columbia.edu", "287447", `["tag"="287447"]`},
		{"caller<sip:caller@example.com>;TAG=323", "caller", "sip:caller@example.com", "323", `["TAG"="323"]`},
		{"A\r\n B\t <sip:a>", "A B", "sip:a", "", "[]"},
		{"\"A\r\n B\" <sip:a>", "A B", "sip:a", "", "[]"},
		{"\"\" <sip:a>", "", "sip:a", "", "[]"},
		{"\"\xc3\xa9, <x>\"<sip:a>;b", "\xc3\xa9, <x>", "sip:a", "", `["b"]`},
		{"sip:+12125551212@server.phone2net.com;tag=887s", "", "sip:+12125551212@server.phone2net.com", "887s", `["tag"="887s"]`},
		{" sip:a@b ; tag=1 ", "", "sip:a@b", "1", `["tag"="1"]`},
		{"<sip:a,b@c;x?y=z>;tag=;tag=2", "", "sip:a,b@c;x?y=z", "", `["tag"="" "tag"="2"]`},
		{"<sip:a>;tag;tag=2", "", "sip:a", "", `["tag" "tag"="2"]`},
		{"* <sip:a>", "*", "sip:a", "", "[]"},
		{"nobodyKnowsThisScheme:opaque", "", "nobodyKnowsThisScheme:opaque", "", "[]"},
		{"<http://[::1]/a,b;c?d>", "", "http://[::1]/a,b;c?d", "", "[]"},
	} {
		var v NameAddr
		in := []byte(c.in)
		if n, err := v.Parse(in); err != nil || n != len(in) {
			t.Errorf("%q: %v at %d", in, err, n)
			continue
		}
		if got := string(v.AppendDisplay(nil)); got != c.display {
			t.Errorf("%q: display %q, want %q", in, got, c.display)
		}
		if string(v.URIBytes()) != c.uri || string(v.Tag()) != c.tag {
			t.Errorf("%q: URI %q, tag %q", in, v.URIBytes(), v.Tag())
		}
		if got := fmt.Sprint(pairs(v.Params())); got != c.params {
			t.Errorf("%q: parameters %s", in, got)
		}
		if p := v.Params().Bytes(); len(p) > 0 && p[0] != ';' {
			t.Errorf("%q: parameters begin %q", in, p)
		}
		u, err := v.URI()
		if err != nil || string(u.Bytes()) != c.uri {
			t.Errorf("%q: URI %q, %v", in, u.Bytes(), err)
		}
		if n, err := v.Check(IDFrom); err != nil || n < len(c.uri) || string(in[n-len(c.uri):n]) != c.uri {
			t.Errorf("%q: %v at %d", in, err, n)
		}
	}
}

func TestNameAddrErrors(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		code sipwire.Code
	}{
		{"", 0, sipwire.ErrEmpty},
		{",", 0, sipwire.ErrList},
		{`"Mr. J. User <sip:j.user@example.com>`, 0, sipwire.ErrQuote},
		{`"a" sip:a@b`, 4, sipwire.ErrDisplayName},
		{`"a" "b" <sip:a@b>`, 4, sipwire.ErrDisplayName},
		{`"a"`, 3, sipwire.ErrDisplayName},
		{"\"a\x00\" <sip:a>", 2, sipwire.ErrControl},
		{"Watson, Thomas <sip:t@example.org>", 6, sipwire.ErrDisplayName},
		{"Watson; T. <sip:t@example.org>", 6, sipwire.ErrDisplayName},
		{"Watson, <sip:t@example.org>", 6, sipwire.ErrScheme},
		{"Wat\"son <sip:t@example.org>", 3, sipwire.ErrDisplayName},
		{"Wat>son <sip:t@example.org>", 3, sipwire.ErrDisplayName},
		{"Wat\x01son <sip:t@example.org>", 3, sipwire.ErrDisplayName},
		{"A Watson, Thomas <sip:t@example.org>", 8, sipwire.ErrDisplayName},
		{"foo", 3, sipwire.ErrScheme},
		{"foo bar", 7, sipwire.ErrDisplayName},
		{"Alice sip:a@b", 13, sipwire.ErrDisplayName},
		{"a@b", 1, sipwire.ErrScheme},
		{":a@b", 0, sipwire.ErrScheme},
		{"<sip:a@b", 0, sipwire.ErrAngle},
		{"A <sip:a@b", 2, sipwire.ErrAngle},
		{"<sip:a>x", 7, sipwire.ErrTrailing},
		{"<sip:a>, <sip:b>", 7, sipwire.ErrTrailing},
		{"<sip:a>;;tag=1", 8, sipwire.ErrParam},
		{"<sip:a>;;", 8, sipwire.ErrParam},
		{"<sip:a>;x=1;;", 12, sipwire.ErrParam},
		{"sip:a;b?c=d", 7, sipwire.ErrNeedAngle},
		{"sip:a;b=c;d=e?f=g", 13, sipwire.ErrNeedAngle},
		{"sip:a;tag=b?c", 11, sipwire.ErrNeedAngle},
		{"sip:a ;b=?", 9, sipwire.ErrNeedAngle},
		{"<sip:a>;=x", 8, sipwire.ErrParam},
		{"<sip:a>;a=b c", 12, sipwire.ErrTrailing},
		{"sip:a@b, sip:c@d", 7, sipwire.ErrNeedAngle},
		{"sip:a@b?c=d", 7, sipwire.ErrNeedAngle},
		{"sip:a@b ?", 8, sipwire.ErrURI},
		{"sip:a@b>", 7, sipwire.ErrURI},
		{"sip:a @b", 6, sipwire.ErrURI},
		{"sip:a;tag=1,b", 11, sipwire.ErrNeedAngle},
		{"<sip:a>\r\n;tag=1", 7, sipwire.ErrTrailing},
	} {
		var v NameAddr
		n, err := v.Parse([]byte(c.in))
		if n != c.n || err != c.code.Err() || v.IsValid() {
			t.Errorf("%q: %v at %d, want %v at %d", c.in, err, n, c.code.Err(), c.n)
		}
	}
}

// TestNameAddrCheck has values whose parts are found and whose URI is none.
func TestNameAddrCheck(t *testing.T) {
	for _, c := range []struct {
		id   ID
		in   string
		n    int
		code sipwire.Code
	}{
		{IDTo, `"Watson, Thomas" < sip:t.watson@example.org >`, 18, sipwire.ErrScheme},
		{IDTo, "<sip:a@b >", 8, sipwire.ErrHost},
		{IDTo, "<>", 1, sipwire.ErrEmpty},
		{IDFrom, "<a@b.example>;tag=1", 2, sipwire.ErrScheme},
		{IDFrom, "sip:", 4, sipwire.ErrHost},
		{IDFrom, "<sip:a@b?c=%4>", 11, sipwire.ErrEscape},
		{IDFrom, "sip:a@b", 7, 0},
		{IDRoute, " sip:a@b;lr", 1, sipwire.ErrNeedAngle},
		{IDRoute, "<sip:a@b;lr>", 11, 0},
		{IDDiversion, "tel:+1", 0, sipwire.ErrNeedAngle},
		{IDPAssertedIdentity, "tel:+1", 6, 0},
	} {
		var v NameAddr
		if n, err := v.Parse([]byte(c.in)); err != nil {
			t.Errorf("%s: %v at %d", c.in, err, n)
		}
		if n, err := v.Check(c.id); n != c.n || err != c.code.Err() {
			t.Errorf("%v: %s: %v at %d, want %v at %d", c.id, c.in, err, n, c.code.Err(), c.n)
		}
	}
	// Those whose grammar has name-addr alone.
	needs := map[string]bool{
		"Route": true, "Record-Route": true, "Path": true, "Service-Route": true, "History-Info": true, "P-Associated-URI": true,
		"P-Called-Party-ID": true, "P-Served-User": true, "P-DCS-Trace-Party-ID": true, "Diversion": true, "Remote-Party-ID": true,
	}
	for id := range ID(grammar.NumIDs) {
		if got := grammar.NeedsAngle(uint8(id)); got != needs[id.String()] {
			t.Errorf("%v: needs <>: %t", id, got)
		}
	}
	u := uri.MustParse("sip:old")
	var v NameAddr
	if n, err := v.ParseURI(u); err != sipwire.ErrEmpty || n != 0 || u.IsValid() {
		t.Errorf("the zero NameAddr: %v at %d, %s", err, n, u.Bytes())
	}
	if v.Display() != nil || v.Tag() != nil || len(v.AppendDisplay(nil)) != 0 || v.URIBytes() != nil {
		t.Error("the zero NameAddr has parts")
	}
}

func TestContact(t *testing.T) {
	for _, c := range []struct {
		in       string
		q        int
		hasQ     bool
		expires  uint32
		has      bool
		reg      uint32
		instance string
		pub      string
	}{
		{"<sip:a@b>", 1000, false, 0, false, 0, "", ""},
		{"<sip:a@b>;q=0.7;expires=3600", 700, true, 3600, true, 0, "", ""},
		{"sip:a@b;Q=0;EXPIRES=0", 0, true, 0, true, 0, "", ""},
		{"sip:a@b;q=1.000;expires=4294967296", 1000, true, 1<<32 - 1, true, 0, "", ""},
		{"sip:a@b;q=0.;expires=a", 0, true, 3600, true, 0, "", ""},
		{"sip:a@b;q=0.001;expires", 1, true, 3600, true, 0, "", ""},
		{"sip:a@b;q=0.02;expires=", 20, true, 3600, true, 0, "", ""},
		{"sip:a@b;q=1.001;expires=1.5", 1000, false, 3600, true, 0, "", ""},
		{"sip:a@b;q=0.1234;expires=-1", 1000, false, 3600, true, 0, "", ""},
		{"sip:a@b;q=2;expires=\"1\"", 1000, false, 3600, true, 0, "", ""},
		{"sip:a@b;q=.5;expires=99999999999999999999999", 1000, false, 1<<32 - 1, true, 0, "", ""},
		{"sip:a@b;q=0:5;expires=007", 1000, false, 7, true, 0, "", ""},
		{"sip:a@b;q=0.5x", 1000, false, 0, false, 0, "", ""},
		{"sip:a@b;q;expires=1 ; expires=2", 1000, false, 1, true, 0, "", ""},
		{`<sip:a@b>;+sip.instance="<urn:uuid:0>";reg-id=1;pub-gruu="sip:a@b;gr=urn:x"`, 1000, false, 0, false, 1, "urn:uuid:0", "sip:a@b;gr=urn:x"},
		{`<sip:a@b>;+sip.instance="urn";reg-id=0;pub-gruu=sip:a`, 1000, false, 0, false, 0, "", ""},
		{`<sip:a@b>;+sip.instance="<";reg-id=2147483648;pub-gruu=""`, 1000, false, 0, false, 0, "", ""},
		{`<sip:a@b>;+sip.instance="<urn:x"`, 1000, false, 0, false, 0, "", ""},
		{`<sip:a@b>;+sip.instance="";reg-id=2147483647`, 1000, false, 0, false, 1<<31 - 1, "", ""},
	} {
		var v Contact
		if n, err := v.Parse([]byte(c.in)); err != nil || n != len(c.in) {
			t.Errorf("%s: %v at %d", c.in, err, n)
			continue
		}
		q, hasQ := v.Q()
		expires, has := v.Expires()
		reg, hasReg := v.RegID()
		if q != c.q || hasQ != c.hasQ || expires != c.expires || has != c.has || hasReg != (c.reg > 0) || hasReg && reg != c.reg {
			t.Errorf("%s: q %d %t, expires %d %t, reg-id %d %t", c.in, q, hasQ, expires, has, reg, hasReg)
		}
		if string(v.Instance()) != c.instance || string(v.PubGRUU()) != c.pub || v.TempGRUU() != nil || v.IsWildcard() {
			t.Errorf("%s: instance %q, gruu %q %q", c.in, v.Instance(), v.PubGRUU(), v.TempGRUU())
		}
		if n, err := v.Check(); err != nil {
			t.Errorf("%s: %v at %d", c.in, err, n)
		}
	}
}

func TestContactWildcard(t *testing.T) {
	for _, c := range []struct {
		in   string
		i, n int
		code sipwire.Code
		star bool
	}{
		{"*", 0, 1, 0, true},
		{"\t*\r\n ", 0, 5, 0, true},
		{"*;foo=bar", 0, 1, sipwire.ErrWildcard, false},
		{"*, <sip:a@b>", 0, 1, sipwire.ErrWildcard, false},
		{"<sip:a@b>, *", 10, 12, sipwire.ErrWildcard, false},
		{"* <sip:a@b>, *", 0, 11, 0, false},
		{`"Mad Hatter" *`, 0, 13, sipwire.ErrDisplayName, false},
		{"**", 0, 2, sipwire.ErrScheme, false},
	} {
		v := Contact{star: true} // left from another value
		n, err := v.ParseFrom([]byte(c.in), c.i)
		if n != c.n || err != c.code.Err() || v.IsWildcard() != c.star {
			t.Errorf("%q: %v at %d, wildcard %t; want %v at %d", c.in, err, n, v.IsWildcard(), c.code.Err(), c.n)
		}
		if c.star {
			if n, err := v.Check(); err != nil || string(v.Bytes()) != "*" || v.URIBytes() != nil {
				t.Errorf("%q: %v at %d: %q", c.in, err, n, v.Bytes())
			}
		}
	}
	var v Contact
	if _, err := v.Parse([]byte("<sip:a@b>,<sip:c@d>")); err != sipwire.ErrTrailing || v.IsValid() {
		t.Errorf("two values: %v", err)
	}
}
