package digest

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/header/auth"
)

// TestFailsClosed lists credentials whose response is right and that must not
// pass.
func TestFailsClosed(t *testing.T) {
	var d Digester
	for _, test := range []struct {
		name     string
		username string
		password string
		qop      string // as in the credentials
		nc       string
		cnonce   string
		more     string // behind the other parameters
		secret   Secret
		offer    func(o *Offer)
		want     bool
	}{
		{name: "good", want: true},
		{name: "a failed look-up", password: "-", secret: Secret{}},
		{name: "an empty password", password: "-", secret: Secret{Password: []byte{}}},
		{name: "a failed look-up of a named user", password: "-", secret: Secret{Username: []byte("u")}},
		{name: "an empty HA1", password: "-", secret: Secret{HA1: []byte{}}},
		{name: "an empty password by HA1", password: "-", secret: Secret{HA1: []byte(hashHex(MD5, "u:r:"))}, want: true},
		{name: "RES for MD5", password: "-", secret: Secret{RES: []byte("p")}},

		{name: "another realm", offer: func(o *Offer) { o.Realm = []byte("R") }},
		{name: "a longer realm", offer: func(o *Offer) { o.Realm = []byte("rr") }},
		{name: "no realm", offer: func(o *Offer) { o.Realm = nil }},
		{name: "no algorithm", offer: func(o *Offer) { o.Algorithms = nil }},
		{name: "another algorithm", offer: func(o *Offer) { o.Algorithms = []Algorithm{SHA256, MD5Sess, AlgorithmOther} }},
		{name: "one of two algorithms", offer: func(o *Offer) { o.Algorithms = []Algorithm{SHA256, MD5} }, want: true},
		{name: "another qop", offer: func(o *Offer) { o.QOP = QOPAuthInt }},
		{name: "no qop offered", offer: func(o *Offer) { o.QOP = QOPNone }},
		{name: "one of two qops", offer: func(o *Offer) { o.QOP = QOPAuth | QOPAuthInt }, want: true},
		{name: "no qop used", qop: "-"},
		{name: "no qop used, let in", qop: "-", offer: func(o *Offer) { o.WithoutQOP = true }, want: true},
		{name: "no qop used, none offered", qop: "-", offer: func(o *Offer) { o.QOP = QOPNone }, want: true},
		{name: "an unknown qop", qop: "auth-conf", offer: func(o *Offer) { o.QOP = QOPAuth | QOPOther }},

		{name: "short nc", nc: "1"},
		{name: "long nc", nc: "000000001"},
		{name: "nc in capitals", nc: "0000000A"},
		{name: "nc without digits", nc: "0000000g"},
		{name: "empty nc", nc: `""`},
		{name: "empty cnonce", cnonce: "-"},

		{name: "nonce twice", more: `, nonce="m"`},
		{name: "realm twice", more: `, realm="r"`},
		{name: "username twice", more: `, USERNAME="v"`},
		{name: "response twice", more: `, response="00"`},
		{name: "nc twice", more: `, nc=00000002`},
		{name: "algorithm twice", more: `, algorithm=MD5, algorithm=SHA-256`},
		{name: "an unknown parameter twice", more: `, x=1, x=2`, want: true},
	} {
		password, qop, nc, cnonce := "p", "auth", "00000001", "c"
		secret := Secret{Password: []byte("p")}
		if test.password == "-" {
			password, secret = "", test.secret
		}
		if test.qop != "" {
			qop = strings.Trim(test.qop, "-")
		}
		if test.nc != "" {
			nc = test.nc
		}
		if test.cnonce == "-" {
			cnonce = ""
		}
		response := oracle(MD5, qop, "u", "r", password, "n", strings.Trim(nc, `"`), cnonce, "REGISTER", "sip:h", "")
		value := `Digest username="u", realm="r", nonce="n", uri="sip:h", response="` + response + `"`
		if qop != "" {
			value += `, qop=` + qop + `, nc=` + nc + `, cnonce="` + cnonce + `"`
		}
		var c auth.Credentials
		mustParse(t, &c, value+test.more)
		offer := Offer{Realm: []byte("r"), Algorithms: []Algorithm{MD5}, QOP: QOPAuth}
		if test.offer != nil {
			test.offer(&offer)
		}
		if got := d.Verify(&c, &secret, &offer, []byte("REGISTER"), nil); got != test.want {
			t.Errorf("%s: %v: %s", test.name, got, value+test.more)
		}
		info := auth.Info{}
		mustParse(t, &info, `rspauth="`+oracle(MD5, qop, "u", "r", password, "n", strings.Trim(nc, `"`), cnonce, "", "sip:h", "")+`"`)
		if test.offer == nil && d.VerifyInfo(&info, &c, &secret, nil) != test.want && test.qop == "" {
			t.Errorf("%s: Authentication-Info is not %v: %s", test.name, test.want, value+test.more)
		}
	}

	var c auth.Credentials
	mustParse(t, &c, `Digest username="u", realm="r", nonce="n", uri="sip:h", response="x"`)
	secret := Secret{Password: []byte("p")}
	var info auth.Info
	mustParse(t, &info, `rspauth="`+oracle(MD5, "", "u", "r", "p", "n", "", "", "", "sip:h", "")+`", rspauth=""`)
	if d.VerifyInfo(&info, &c, &secret, nil) {
		t.Error("an rspauth that is given twice passes")
	}
}

// TestIncludesRealm compares realms as text.
func TestIncludesRealm(t *testing.T) {
	for _, test := range []struct {
		value, realm string
		want         bool
	}{
		{`"a b"`, "a b", true},
		{`"a \"b\""`, `a "b"`, true},
		{`"\a"`, "a", true},
		{"\"a\r\n b\"", "a b", true},
		{`"a b"`, "a", false},
		{`"a"`, "a b", false},
		{`""`, "", true},
		{`"a\\"`, `a\`, true},
	} {
		var c auth.Credentials
		mustParse(t, &c, `Digest realm=`+test.value)
		o := Offer{Realm: []byte(test.realm), Algorithms: []Algorithm{MD5}}
		if got := o.Includes(&c); got != test.want {
			t.Errorf("%s is %q: %v", test.value, test.realm, got)
		}
	}
	var c auth.Credentials
	mustParse(t, &c, `Digest nonce="a"`)
	if (&Offer{Algorithms: []Algorithm{MD5}}).Includes(&c) {
		t.Error("no realm is an empty one")
	}
}
