package uri

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestEqual(t *testing.T) {
	for _, set := range [][]string{
		// RFC 3261, 19.1.4, as the section groups them.
		{"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"},
		{"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"},
		{"sip:carol@chicago.com", "sip:carol@chicago.com;security=on"},
		{"sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"},
		{"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com", "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
		{"sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x"},
		// Escapes.
		{"sip:a%2d%7E@h", "sip:a-~@h"},
		{"sip:a%3b@h", "sip:a%3B@h"},
		{"sip:%00@h", "sip:%00@h;x"},
		{"sip:h;%6Cr=%41", "sip:h;LR=a"},
		{"sip:h;%74ransport=udp", "sip:h;transport=%55DP"},
		{"sip:h?%53ubject=%41", "sip:h?subject=a"},
		// Hosts (RFC 5954, 4.2), ports.
		{"sip:[2001:db8::1]", "sip:[2001:DB8:0:0:0:0:0:1]"},
		{"sip:[::ffff:192.0.2.1]", "sip:[::FFFF:c000:201]"},
		{"sip:h:5060", "sip:H:05060"},
		// Parameters given twice: the first counts.
		{"sip:h;a=1;a=2", "sip:h;a=1"},
		{"sip:h;a=1;a=2;b", "sip:h;b;a=1;A=3"},
		{"sip:h;ttl=1;ttl=2", "sip:h;ttl=1"},
		// Headers given twice, in any order.
		{"sip:h?a=1&a=2", "sip:h?a=2&a=1"},
		{"sip:h?Call-ID=a", "sip:h?call-id=%61"},
		// tel.
		{"tel:+1-201-555-0123", "TEL:+1(201)5550123"},
		{"tel:863-1234;phone-context=+1-914-555;ext=1-2", "tel:8631234;ext=12;phone-context=+1914555"},
		{"tel:aF", "tel:Af"},
		{"tel:1;phone-context=Example.com;X=Y", "tel:1;x=y;phone-context=example.COM"},
		{"tel:1;a=%41", "tel:1;a=a"},
		// urn and others.
		{"urn:Example:a%2cb", "URN:eXAMPLE:a%2Cb"},
		{"urn:service:sos.fire", "urn:SERVICE:SOS.Fire"},
		{"urn:x:y?+r?=q", "urn:x:y"},
		{"HTTP://h/%7ea", "http://h/~a"},
		{"cid:a%40b", "cid:%61%40b"},
		// Many parameters, in one order.
		{"sip:h" + many(100), "SIP:h" + strings.ToUpper(many(100))},
	} {
		for _, x := range set {
			for _, y := range set {
				a, b := MustParse(x), MustParse(y)
				if !Equal(a, b) {
					t.Errorf("%.80q and %.80q are different", x, y)
				}
				if a.Hash() != b.Hash() {
					t.Errorf("%.80q and %.80q have different hashes", x, y)
				}
			}
		}
	}
	// Different only in what some comparisons ignore, or in the order of
	// too many parameters.
	sameHash := map[string]bool{
		"sip:carol@chicago.com;security=on": true,
		"sip:h;a=1;a=2":                     true,
		"sip:h;lr":                          true,
		"sip:h" + many(100):                 true,
		"tel:1" + many(100) + ";x":          true,
		"sip:h" + many(63) + ";z=1":         true,
	}
	for _, set := range [][]string{
		// RFC 3261, 19.1.4.
		{"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"},
		{"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"},
		{"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
		{"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"},
		{"sip:a@h", "sips:a@h"},
		{"sip:a@h", "sip:a:@h"},
		{"sip:a:b@h", "sip:a:B@h"},
		{"sip:a@h", "sip:h"},
		{"sip:a@h", "sip:a@h."},
		{"sip:a%3Bb@h", "sip:a;b@h"},
		{"sip:a%253B@h", "sip:a%3B@h"},
		{"sip:+1-2@h;user=phone", "sip:+12@h;user=phone"},
		{"sip:h;user=phone", "sip:h"},
		{"sip:h;ttl=1", "sip:h"},
		{"sip:h;method=INVITE", "sip:h"},
		{"sip:h;method=INVITE", "sip:h;method=invite"},
		{"sip:h;maddr=x", "sip:h"},
		{"sip:h;m%61ddr=x", "sip:h"},
		{"sip:h;a=1;a=2", "sip:h;a=2"},
		{"sip:h;lr", "sip:h;lr=on"},
		{"sip:h;maddr", "sip:h;ttl"},
		{"sip:[::1]", "sip:[::2]"},
		{"sip:[::]", "sip:h"},
		{"sip:[::ffff:192.0.2.1]", "sip:192.0.2.1"},
		{"sip:h?a=1&a=1", "sip:h?a=1"},
		{"sip:h?a=1&a=1", "sip:h?a=1&a=2"},
		{"sip:h?a=1", "sip:h?b=1"},
		{"sip:h?Call-ID=a", "sip:h?call-id=A"},
		{"sip:h?to=sip:a%40h", "sip:h?to=sip:A%40h"},
		{"sip:h", "tel:1"},
		{"tel:+1", "tel:1"},
		{"tel:1", "tel:1;phone-context=+1"},
		{"tel:1;x", "tel:1;y"},
		{"tel:1;phone-context=a-b.com", "tel:1;phone-context=ab.com"},
		{"tel:1;phone-context=-+1", "tel:1;phone-context=+1"},
		{"tel:1;ext=1", "tel:1;ext=2"},
		{"tel:1;isub=1-2", "tel:1;isub=12"},
		{"tel:1;a;a", "tel:1;a"},
		{"urn:example:A", "urn:example:a"},
		{"urn:example:%41", "urn:example:A"},
		{"urn:a:b", "urn:b:b"},
		{"urn:ab", "urn:a:b"},
		{"cid:A", "cid:a"},
		{"cid:a", "mid:a"},
		{"cid:a%2F", "cid:a/"},
		{"sip:h" + many(100), "sip:h;x" + many(100)},
		{"sip:h" + many(100), "sip:h" + many(99)},
		{"sip:h" + many(100), "sip:h"},
		{"tel:1" + many(100) + ";x", "tel:1;x" + many(100)},
		{"sip:h" + many(63) + ";z=1", "sip:h" + many(63) + ";z=2"},
		{"tel:1" + many(63) + ";z=1", "tel:1" + many(63) + ";z=2"},
	} {
		a, b := MustParse(set[0]), MustParse(set[1])
		if Equal(a, b) || Equal(b, a) {
			t.Errorf("%.80q and %.80q are equal", set[0], set[1])
		}
		if a.Hash() == b.Hash() && !sameHash[set[0]] {
			t.Errorf("%.80q and %.80q have one hash", set[0], set[1])
		}
	}
}

// TestAnyOrder looks at both sides of the number of parameters up to which
// their order does not matter.
func TestAnyOrder(t *testing.T) {
	for _, sep := range []string{"sip:h;", "tel:1;", "sip:h?"} {
		for _, n := range []int{64, 65} {
			list := strings.Split(many(n)[1:], ";")
			between := ";"
			if sep == "sip:h?" {
				between = "&"
			}
			a := MustParse(sep + strings.Join(list, between))
			rand.New(rand.NewPCG(1, 1)).Shuffle(n, func(i, j int) { list[i], list[j] = list[j], list[i] })
			b := MustParse(sep + strings.Join(list, between))
			if got := Equal(a, b); got != (n <= 64) {
				t.Errorf("%s with %d: equal in another order is %v", sep, n, got)
			}
			if a.Hash() != b.Hash() {
				t.Errorf("%s with %d: different hashes", sep, n)
			}
		}
	}
}

// TestEqualRandom makes URIs from few words, so that many pairs are nearly
// the same, and compares Equal and Hash with the reference.
func TestEqualRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 261))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	param := func() string {
		return pick("transport", "Transport", "%74ransport", "user", "ttl", "method", "maddr", "lr", "a", "A", "b", "phone-context", "ext") +
			pick("", "=", "=1", "=1-1", "=11", "=x", "=X", "=%58", "=+1", "=+-1", "=%2b1")
	}
	repeat := func(sep string) (s string) {
		for range r.IntN(4) {
			s += sep + param()
		}
		return s
	}
	make1 := func() string {
		switch r.IntN(8) {
		case 0:
			return pick("tel:", "TEL:") + pick("+1", "1", "1-", "a", "A") + strings.ReplaceAll(repeat(";"), ";%74", ";t")
		case 1:
			return pick("urn:", "x:", "X:") + pick("a:", "A:", "service:", "") + pick("b", "B", "%62", "%3a", "%3A", "b?+c")
		}
		s := pick("sip:", "SIP:", "sips:") + pick("", "", "a@", "A@", "%61@", "a:@", "a:b@", "%3b@", ";@") +
			pick("h", "H", "[::1]", "[0::1]", "1.2.3.4") + pick("", "", ":1", ":01") + repeat(";")
		if h := repeat("&"); h != "" && r.IntN(2) == 0 {
			s += "?" + pick("call-id=X&", "Call-ID=x&", "") + h[1:]
		}
		return s
	}
	// Half of the second URIs are the first with a word or two changed,
	// which keeps many equal.
	changes := [][2]string{
		{"sip:", "SIP:"}, {"=x", "=X"}, {"=x", "=%78"}, {"=1", "=1-"}, {"a", "A"}, {"a", "%61"}, {"h", "H"}, {"::1", "0:0::1"},
		{";lr", ""}, {"h", "h;new=1"}, {"h", "h;ttl=1"}, {"]", "];ttl"}, {"+1", "+-1"}, {"transport", "TransPort"}, {";b", ";%62"},
		{";", ";a;"}, {"&", "&b&"}, {"%3b", "%3B"}, {"X", "%58"}, {"1.2", "1.3"}, {"ext", "EXT"}, {"@", ":@"}, {"@", "0@"},
	}
	equal := 0
	for range 40000 {
		x, y := make1(), make1()
		if r.IntN(2) == 0 {
			y = x
			for range 1 + r.IntN(3) {
				c := changes[r.IntN(len(changes))]
				y = strings.Replace(y, c[0], c[1], 1)
			}
			if _, err := Parse([]byte(y)); err != nil {
				continue
			}
		}
		a, errA := Parse([]byte(x))
		b, errB := Parse([]byte(y))
		if errA != nil || errB != nil {
			t.Fatalf("%q: %v, %q: %v", x, errA, y, errB)
		}
		got := Equal(&a, &b)
		if want := refEqual(x, y); got != want {
			t.Fatalf("%q, %q: equal is %v, want %v", x, y, got, want)
		}
		if got != Equal(&b, &a) {
			t.Fatalf("%q, %q: not symmetric", x, y)
		}
		if got {
			equal++
			if a.Hash() != b.Hash() {
				t.Fatalf("%q, %q: equal, different hashes", x, y)
			}
		}
	}
	if equal < 1000 {
		t.Errorf("only %d pairs are equal, which tries too little", equal)
	}
	t.Logf("%d pairs are equal", equal)
}

// TestHashSpread counts collisions among URIs that are all different.
func TestHashSpread(t *testing.T) {
	seen := map[uint64]string{}
	for _, in := range shuffled(20000) {
		u, err := Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[u.Hash()]; ok {
			v := MustParse(other)
			if !Equal(&u, v) && string(u.User())+string(u.HostPort()) != string(v.User())+string(v.HostPort()) {
				t.Errorf("%q and %q", in, other)
			}
		}
		seen[u.Hash()] = string(in)
	}
}
