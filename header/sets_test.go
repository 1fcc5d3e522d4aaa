package header_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	. "github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
)

func TestMethodSet(t *testing.T) {
	var s MethodSet
	if n, err := s.Add([]byte("  ")); n != 2 || err != nil || s != 0 {
		t.Errorf("empty field: %d, %v, %b", n, err, s)
	}
	if _, err := s.Add([]byte("INVITE , ACK\r\n ,BYE,invite")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Add([]byte("UPDATE")); err != nil {
		t.Fatal(err)
	}
	want := []Method{MethodACK, MethodBYE, MethodINVITE, MethodUPDATE}
	if got := slices.Collect(s.All()); !slices.Equal(got, want) {
		t.Errorf("methods %v, want %v", got, want)
	}
	if !s.Has(MethodOther) || s.Has(MethodPRACK) || !s.Has(MethodBYE) || s.Has(Method(200)) != s.Has(MethodOther) {
		t.Errorf("set %b", s)
	}
	if got := string(s.AppendTo([]byte("x "))); got != "x ACK, BYE, INVITE, UPDATE" {
		t.Errorf("written as %q", got)
	}
	before := s
	for _, bad := range []struct {
		field  string
		offset int
		code   sipwire.Code
	}{
		{"PRACK INFO", 6, sipwire.ErrTrailing}, {"PRACK;a", 5, sipwire.ErrTrailing}, {"PRACK, @", 7, sipwire.ErrToken},
		{"PRACK\r\nINFO", 5, sipwire.ErrTrailing},
	} {
		if n, err := s.Add([]byte(bad.field)); n != bad.offset || err != error(bad.code) || s != before {
			t.Errorf("%q: %v at %d, set %b, want %v at %d", bad.field, err, n, s, bad.code, bad.offset)
		}
	}
	for range s.All() {
		break // stopping early must not go on
	}
	s = 0
	s.Insert(MethodINFO)
	if !s.Has(MethodINFO) || s.Has(MethodOther) {
		t.Errorf("after Insert: %b", s)
	}
}

func TestOptionSet(t *testing.T) {
	for o := Option(1); int(o) < len(Options); o++ {
		name := Options[o]
		for _, spelling := range []string{name, strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:]} {
			if got := LookupOption([]byte(spelling)); got != o {
				t.Errorf("%q found as %v", spelling, got)
			}
		}
		for i := range name {
			for bit := range 8 {
				near := []byte(name)
				near[i] ^= 1 << bit
				if want := !strings.EqualFold(string(near), name); (LookupOption(near) != o) != want {
					t.Errorf("%q found as %v", near, o)
				}
			}
		}
		for _, near := range []string{name + "x", name[1:], name[:len(name)-1], name + " "} {
			if got := LookupOption([]byte(near)); got == o {
				t.Errorf("%q found as %v", near, got)
			}
		}
		if o > 1 && len(Options[o-1]) > len(name) {
			t.Errorf("%q stands behind a longer tag", name)
		}
		if o.String() != name {
			t.Errorf("%d is %q", o, o.String())
		}
	}
	if LookupOption(nil) != OptionOther || LookupOption(make([]byte, 300)) != OptionOther || Option(200).String() != "" {
		t.Error("tags outside the table")
	}

	var supported, required OptionSet
	if _, err := supported.Add([]byte("100rel, TIMER , replaces,x-private")); err != nil {
		t.Fatal(err)
	}
	if _, err := required.Add([]byte("timer,precondition")); err != nil {
		t.Fatal(err)
	}
	missing := required.Without(supported)
	if got := string(missing.AppendTo(nil)); got != "precondition" {
		t.Errorf("missing %q", got)
	}
	if !supported.Has(OptionOther) || !supported.Has(OptionReplaces) || supported.Has(OptionPath) {
		t.Errorf("set %b", supported)
	}
	if got := slices.Collect(supported.All()); !slices.Equal(got, []Option{OptionTimer, Option100rel, OptionReplaces}) {
		t.Errorf("tags %v", got)
	}
	for range supported.All() {
		break
	}
	before := supported
	if n, err := supported.Add([]byte("path,@")); n != 5 || err != sipwire.ErrToken || supported != before {
		t.Errorf("%v at %d", err, n)
	}
	supported.Insert(OptionPath)
	if !supported.Has(OptionPath) {
		t.Error("Insert")
	}
}

// TestTokens holds the reading of token lists against the splitter and Token.
func TestTokens(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 3))
	pieces := []string{"a", "INVITE", ",", " ", "\r\n ", ";", "\"", "path", "<", ">", "(", ",,"}
	for range 20000 {
		field := ""
		for range rnd.IntN(8) {
			field += pieces[rnd.IntN(len(pieces))]
		}
		var list []string
		_, code := Tokens([]byte(field), func(b []byte) { list = append(list, string(b)) })
		var want []string
		bad := false
		for v := range IDAllow.Values([]byte(field)) {
			var tok tokenView
			if _, err := tok.Parse(v); err != nil {
				bad = true
				break
			}
			want = append(want, string(tok.Bytes()))
		}
		if bad != (code != 0) || !bad && !slices.Equal(list, want) {
			t.Fatalf("%q: %q %v, want %q %v", field, list, code, want, bad)
		}
	}
}

func TestPrivacyHas(t *testing.T) {
	var v ext.Privacy
	mustParse(t, &v, "header ; Session;id")
	for name, want := range map[string]bool{"header": true, "session": true, "ID": true, "user": false, "": false, "heade": false} {
		if v.Has(name) != want {
			t.Errorf("Has(%q) is %v", name, !want)
		}
	}
	for range v.All() {
		break
	}
	if (ext.Privacy{}).Has("id") || (ext.Privacy{}).IsValid() || !v.IsValid() {
		t.Error("validity")
	}
}

func TestMatches(t *testing.T) {
	event := func(s string) *ext.Event { var v ext.Event; mustParse(t, &v, s); return &v }
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"refer;id=1", "refer;x;id=1", true}, {"refer;id=1", "refer", false}, {"refer", "refer;id=1", false},
		{"refer", "Refer", false}, {"refer;id=a", "refer;id=A", false}, {"presence", "presence;y=z", true},
		{"presence", "presence.winfo", false}, {"refer;id", "refer;id=", true}, {"refer;id", "refer", false},
	} {
		if got := event(c.a).Matches(*event(c.b)); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
	if new(ext.Event).Matches(ext.Event{}) {
		t.Error("nothing matches nothing")
	}

	media := func(s string) *ContentType { var v ContentType; mustParse(t, &v, s); return &v }
	accept := func(s string) *ContentType { var v mediaRange; mustParse(t, &v, s); return &v.ContentType }
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"*/*", "application/sdp", true}, {"APPLICATION/*", "application/sdp;a=b", true}, {"text/*", "application/sdp", false},
		{"application/sdp;q=0.1", "Application/SDP", true}, {"application/sdp", "application/pidf+xml", false},
	} {
		if got := accept(c.a).Matches(*media(c.b)); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
	if new(ContentType).Matches(*media("a/b")) || accept("*/*").Matches(ContentType{}) {
		t.Error("nothing matches")
	}
	ct := media("Multipart/Mixed;boundary=x")
	for s, want := range map[string]bool{"multipart/mixed": true, "multipart/mixe": false, "multipart/mixed;": false,
		"multipartxmixed": false, "": false, "/": false} {
		if ct.Is(s) != want {
			t.Errorf("Is(%q) is %v", s, !want)
		}
	}
	if !ct.IsMultipart() || media("application/sdp").IsMultipart() || new(ContentType).Is("/") {
		t.Error("IsMultipart")
	}

	language := func(s string) *Language { var v Language; mustParse(t, &v, s); return &v }
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"en", "en-GB", true}, {"EN", "en", true}, {"en-GB", "en", false}, {"e", "en", false}, {"*", "de", true}, {"en-gb;q=0.1", "en-gb", true},
	} {
		if got := language(c.a).Matches([]byte(c.b)); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
	if new(Language).Matches(nil) {
		t.Error("no language matches no tag")
	}

	var ref Reference
	mustParse(t, &ref, "<http://a.example/x>;purpose=Icon")
	if u, err := ref.URI(); err != nil || string(u.Bytes()) != "http://a.example/x" || !ref.IsPurpose("icon") || ref.IsPurpose("info") {
		t.Errorf("reference %q", ref.Bytes())
	}
	if u, err := new(Reference).URI(); err != sipwire.ErrEmpty || u.IsValid() {
		t.Error("the URI of nothing is valid")
	}
	var rp ext.ResourcePriority
	mustParse(t, &rp, "WPS.0")
	if !rp.Is("wps.0") || rp.Is("wps.1") {
		t.Error("ResourcePriority.Is")
	}
	var tok Item
	mustParse(t, &tok, "Emergency")
	if !tok.Is("emergency") || tok.Is("emergenc") || !tok.IsValid() {
		t.Error("Token.Is")
	}
}

// TestEmptyElements: an empty element is a finding, and costs the others nothing.
func TestEmptyElements(t *testing.T) {
	for _, tt := range []struct {
		field  string
		offset int
		want   string
	}{
		{"path,", 5, "path"}, {",path", 0, "path"}, {"path,,timer", 5, "path, timer"}, {" , , timer ,", 1, "timer"}, {",", 0, ""},
	} {
		var s OptionSet
		if n, err := s.Add([]byte(tt.field)); n != tt.offset || err != sipwire.ErrList || s.String() != tt.want {
			t.Errorf("%q: %q, %v at %d, want %q, %v at %d", tt.field, s, err, n, tt.want, sipwire.ErrList, tt.offset)
		}
	}
	var m MethodSet
	if n, err := m.Add([]byte("PRACK,,INFO,")); n != 6 || err != sipwire.ErrList || m.String() != "INFO, PRACK" {
		t.Errorf("%q, %v at %d", m, err, n)
	}
}
