package header_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/digest"
	. "github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

// TestParseFrom reads the challenges of one field, which RFC 7235 lets stand
// in one list.
func TestParseFrom(t *testing.T) {
	for _, c := range []struct {
		field  string
		realms string // of all challenges up to the error
		bad    int    // the offset of the error, -1 for none
	}{
		{`Digest realm="a, Digest realm=x", qop="auth,auth-int" , Digest algorithm=MD5,realm="b"`, "a, Digest realm=x|b", -1},
		{"Digest realm=a,\r\n Bearer realm=b , Digest realm=c", "a|b|c", -1},
		{`Digest realm=a`, "a", -1},
		{`Digest realm=a, Digest`, "", 22},
		{`Digest realm=a, Digest nonce`, "a", 28},
		{`Digest realm=a,`, "", 15},
		{``, "", 0},
	} {
		var realms []string
		bad := -1
		for i := 0; i <= len(c.field); {
			var v auth.Challenge
			n, err := v.ParseFrom([]byte(c.field), i)
			if err != nil {
				bad = n
				break
			}
			realms = append(realms, string(v.Realm()))
			if n < len(c.field) && c.field[n] != ',' {
				t.Fatalf("%q: stopped at %d", c.field, n)
			}
			i = n + 1
		}
		if got := strings.Join(realms, "|"); got != c.realms || bad != c.bad {
			t.Errorf("%q: %s, error at %d; want %s, %d", c.field, got, bad, c.realms, c.bad)
		}
	}
}

func TestAuthParams(t *testing.T) {
	var v auth.Credentials
	mustParse(t, &v, "Digest username=\"a\\\"b\" , Foo = bar,\r\n nonce=\"\", foo=\"baz\"")
	var got []string
	for name, value := range v.Params() {
		got = append(got, string(name)+"="+string(value))
	}
	if want := []string{`username="a\"b"`, "Foo=bar", `nonce=""`, `foo="baz"`}; !slices.Equal(got, want) {
		t.Errorf("params %q, want %q", got, want)
	}
	for range v.Params() {
		break
	}
	if p, ok := v.Param("FOO"); !ok || string(p) != "bar" {
		t.Errorf("Param: %q %v", p, ok)
	}
	if p, ok := v.Param("nope"); ok || p != nil {
		t.Errorf("Param: %q %v", p, ok)
	}
	if v.Nonce() == nil || len(v.Nonce()) != 0 || v.Opaque() != nil {
		t.Error("an empty value and one that is missing must differ")
	}
	if got := string(AppendUnquoted(nil, v.Username())); got != `a"b` {
		t.Errorf("AppendText: %q", got)
	}
	if got := string(AppendUnquoted(nil, []byte("a\r\n \tb\\\\c\\"))); got != `a b\c` {
		t.Errorf("AppendText: %q", got)
	}
	if _, ok := v.NonceCount(); ok {
		t.Error("a nonce count out of nothing")
	}
	mustParse(t, &v, "Digest nc=0000000g,userhash=TRUE,charset=UTF-8,algorithm=x")
	if _, ok := v.NonceCount(); ok || !v.Userhash() || string(v.Charset()) != "UTF-8" ||
		string(v.Algorithm()) != "x" || digest.LookupAlgorithm(v.Algorithm()) != digest.AlgorithmOther {
		t.Errorf("%s", v.Bytes())
	}
	if string(v.AppendTo(nil)) != string(v.Bytes()) {
		t.Error("AppendTo")
	}
}

// TestAuthLong reads hostile values, which must take a time in line with their
// length; the test would not end otherwise.
func TestAuthLong(t *testing.T) {
	for _, s := range []string{
		"Digest " + strings.Repeat("a=b,", 1<<18) + "c=d",
		"Digest a=\"" + strings.Repeat(`\"`, 1<<19) + `"`,
		"Digest a=b" + strings.Repeat(" ", 1<<20),
		"Digest a=b," + strings.Repeat("\r\n ", 1<<18) + "c=d",
		"Bearer " + strings.Repeat("a", 1<<20),
		strings.Repeat("Bearer a=b,", 1<<17) + "Bearer a=b",
	} {
		if _, err := IDWWWAuthenticate.Check([]byte(s)); err != nil {
			t.Errorf("%.30q: %v", s, err)
		}
	}
}
