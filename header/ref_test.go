package header

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/abnf"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/uri"
)

// The grammar of RFC 3261, 25.1 as regular expressions: the slow, readable
// reference that the parsers of Via, NameAddr, Contact and their parameters
// are held against. Hosts and ports are left to package uri, which has a
// reference of its own.
const (
	reSWS    = `(?:[ \t]|\r?\n[ \t])*`
	reLWS    = `(?:[ \t]|\r?\n[ \t])+`
	reToken  = "[-.!%*_+`'~A-Za-z0-9]+"
	reQuoted = `"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\r\n]|\r?\n[ \t])*"`
	reValue  = reQuoted + "|[-.!%*_+`'~A-Za-z0-9:\\[\\]=/?@&$#^{}|]+"
	reParam  = reToken + `(?:` + reSWS + `=` + reSWS + `(?:` + reValue + `)?)?`
	reParams = `((?:` + reSWS + `;` + reSWS + reParam + `)*)(?:` + reSWS + `;)?` + reSWS + `$`

	// Tolerated beyond the grammar: any byte that cannot end a display name.
	reChar    = `[^\x00-\x20\x7f"<>,;]`
	reDisplay = reChar + `(?:(?:` + reChar + `|` + reLWS + `)*` + reChar + `)?`
	// Without "<>" a "?" outside quotes is none of a parameter's (RFC 3261, 20).
	reBareValue  = reQuoted + "|[-.!%*_+`'~A-Za-z0-9:\\[\\]=/@&$#^{}|]+"
	reBareParam  = reToken + `(?:` + reSWS + `=` + reSWS + `(?:` + reBareValue + `)?)?`
	reBareParams = `((?:` + reSWS + `;` + reSWS + reBareParam + `)*)(?:` + reSWS + `;)?` + reSWS + `$`
)

var (
	reOneParam = regexp.MustCompile(`(?s)^` + reSWS + `;` + reSWS + `(` + reToken + `)(?:(` + reSWS + `=` + reSWS + `)(` + reValue + `|))?`)
	reVia      = regexp.MustCompile(`(?s)^` + reSWS + `((` + reToken + `)` + reSWS + `/` + reSWS + `(` + reToken + `)` + reSWS + `/` + reSWS +
		`(` + reToken + `)` + reLWS + `(\[[^\]]*\]|[-.A-Za-z0-9_]+)(?:` + reSWS + `:` + reSWS + `([0-9]+))?)` + reParams)
	reAngle = regexp.MustCompile(`(?s)^` + reSWS + `(?:(` + reQuoted + `|` + reDisplay + `)` + reSWS + `)?<([^>]*)>` + reParams)
	reBare  = regexp.MustCompile(`(?s)^` + reSWS + `(` + reToken + `:[^\x00-\x20\x7f<>",;?]*)` + reBareParams)
	reStar  = regexp.MustCompile(`^` + reSWS + `\*` + reSWS + `$`)
)

// A pair is one parameter; value is nil for one without "=".
type pair struct {
	name  string
	value *string
}

func (p pair) String() string {
	if p.value == nil {
		return fmt.Sprintf("%q", p.name)
	}
	return fmt.Sprintf("%q=%q", p.name, *p.value)
}

// refList splits parameters that reParams has found.
func refList(t *testing.T, s string) (list []pair) {
	for strings.Trim(s, " \t\r\n") != "" {
		m := reOneParam.FindStringSubmatch(s)
		if m == nil {
			t.Fatalf("reference: %q are no parameters", s)
		}
		p := pair{name: m[1]}
		if m[2] != "" {
			p.value = &m[3]
		}
		list = append(list, p)
		s = s[len(m[0]):]
	}
	return list
}

// pairs gives the parameters of p the shape of refList.
func pairs(p ParamList) (list []pair) {
	for name, value := range p.All() {
		a := pair{name: string(name)}
		if value != nil {
			s := string(value)
			a.value = &s
		}
		list = append(list, a)
	}
	return list
}

// refGet is ParamList.Get the slow way.
func refGet(list []pair, name string) (value string, ok bool) {
	for _, p := range list {
		if strings.EqualFold(p.name, name) {
			if p.value == nil {
				return "", true
			}
			return *p.value, true
		}
	}
	return "", false
}

// refViaParts is what reVia finds in s, "" when s is no Via.
func refViaParts(t *testing.T, s string) string {
	m := reVia.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	if j, code := abnf.ConsumeHost([]byte(m[5]), 0); code != 0 || j != len(m[5]) {
		return ""
	}
	if m[6] != "" {
		if _, j, code := abnf.ConsumePort([]byte(m[6]), 0); code != 0 || j != len(m[6]) {
			return ""
		}
	}
	return fmt.Sprintf("%q %q %q %q %q %v", m[2], m[3], m[4], m[5], strings.TrimLeft(m[6], "0"), refList(t, m[7]))
}

func viaParts(v *Via) string {
	port := ""
	if p, ok := v.Port(); ok && p > 0 {
		port = fmt.Sprint(p)
	}
	return fmt.Sprintf("%q %q %q %q %q %v", v.Protocol(), v.Version(), v.TransportBytes(), v.Host(), port, pairs(v.Params()))
}

// refAddrParts is what reAngle and reBare find in s, "" when it is neither.
func refAddrParts(t *testing.T, s string) string {
	if m := reAngle.FindStringSubmatch(s); m != nil {
		return fmt.Sprintf("%q <%q> %v", m[1], m[2], refList(t, m[3]))
	}
	if m := reBare.FindStringSubmatch(s); m != nil {
		return fmt.Sprintf("%q %q %v", "", m[1], refList(t, m[2]))
	}
	return ""
}

func addrParts(v *NameAddr) string {
	form := "%q %q %v"
	if v.HasAngle() {
		form = "%q <%q> %v"
	}
	return fmt.Sprintf(form, v.Display(), v.URIBytes(), pairs(v.Params()))
}

// checkParse is what holds for every parse: the offset is one of b, errors are
// codes, an error leaves nothing behind.
func checkParse(t *testing.T, b []byte, n int, err error, valid bool) {
	t.Helper()
	if code, ok := err.(sipwire.Code); err != nil && (!ok || code == 0) {
		t.Fatalf("%q: error %#v", b, err)
	}
	if n < 0 || n > len(b) || valid != (err == nil) {
		t.Fatalf("%q: %v at %d, valid %t", b, err, n, valid)
	}
}

// checkVia holds Via against the reference.
func checkVia(t *testing.T, b []byte) {
	t.Helper()
	var v Via
	n, err := v.Parse(b)
	checkParse(t, b, n, err, v.IsValid())
	want := refViaParts(t, string(b))
	if (err == nil) != (want != "") {
		t.Fatalf("%q: %v at %d; the reference finds %s", b, err, n, want)
	}
	if err != nil && !reflect.DeepEqual(v, Via{}) {
		t.Fatalf("%q: an error left %+v", b, v)
	}
	if err == nil {
		if got := viaParts(&v); got != want || n != len(b) {
			t.Fatalf("%q: %s, want %s", b, got, want)
		}
		checkViaParams(t, &v)
		if lo, hi := v.at.All.Lo, v.at.All.Hi; !bytes.Equal(b[lo:hi], v.Bytes()) || len(bytes.Trim(b[:lo], " \t\r\n"))+len(bytes.TrimPrefix(bytes.Trim(b[hi:], " \t\r\n"), []byte(";"))) != 0 {
			t.Fatalf("%q: value is %q", b, v.Bytes())
		}
	}
	// The first value of a list is what stands before the first comma.
	var first Via
	n, err = first.ParseFrom(b, 0)
	checkParse(t, b, n, err, first.IsValid())
	if err == nil {
		if end := grammar.ValueEnd(grammar.ViaList, b, 0); n != end {
			t.Fatalf("%q: ends at %d, the splitter says %d", b, n, end)
		}
		if got, want := viaParts(&first), refViaParts(t, string(b[:n])); got != want {
			t.Fatalf("%q: %s, want %s", b, got, want)
		}
	}
}

// checkViaParams holds what parsing keeps of the parameters against a search.
func checkViaParams(t *testing.T, v *Via) {
	t.Helper()
	params := pairs(v.Params())
	for name, got := range map[string][]byte{"branch": v.Branch(), "received": v.Received(), "maddr": v.Maddr()} {
		if want, _ := refGet(params, name); string(got) != want {
			t.Fatalf("%q: %s is %q, want %q", v.Bytes(), name, got, want)
		}
	}
	if _, ok := refGet(params, "rport"); ok != v.HasRPort() {
		t.Fatalf("%q: rport %t, want %t", v.Bytes(), v.HasRPort(), ok)
	}
	seen := map[string]bool{}
	twice := false
	for i, p := range params {
		name := strings.ToLower(p.name)
		twice = twice || seen[name]
		if i < 64 {
			seen[name] = true
		}
	}
	if _, got := v.Params().Duplicate(); got != twice {
		t.Fatalf("%q: a parameter twice: %t, want %t", v.Bytes(), got, twice)
	}
}

// checkAddr holds NameAddr and Contact against the reference.
func checkAddr(t *testing.T, b []byte) {
	t.Helper()
	var v NameAddr
	n, err := v.Parse(b)
	checkParse(t, b, n, err, v.IsValid())
	want := refAddrParts(t, string(b))
	if (err == nil) != (want != "") {
		t.Fatalf("%q: %v at %d; the reference finds %s", b, err, n, want)
	}
	if err != nil && !reflect.DeepEqual(v, NameAddr{}) {
		t.Fatalf("%q: an error left %+v", b, v)
	}
	if err == nil {
		if got := addrParts(&v); got != want || n != len(b) {
			t.Fatalf("%q: %s, want %s", b, got, want)
		}
		if tag, _ := refGet(pairs(v.Params()), "tag"); tag != string(v.Tag()) {
			t.Fatalf("%q: tag %q, want %q", b, v.Tag(), tag)
		}
		lo, hi := int(v.at.URI.Lo), int(v.at.URI.Hi)
		if !bytes.Equal(b[lo:hi], v.URIBytes()) {
			t.Fatalf("%q: URI %q stands not at %d:%d", b, v.URIBytes(), lo, hi)
		}
		_, uriErr := uri.Parse(v.URIBytes())
		if n, err := v.Check(IDFrom); n < lo || n > hi || err != uriErr {
			t.Fatalf("%q: %v at %d, want %v", b, err, n, uriErr)
		}
	}
	var c Contact
	n, err = c.Parse(b)
	checkParse(t, b, n, err, c.IsValid())
	star := reStar.Match(b)
	if (err == nil) != (want != "" || star) || c.IsWildcard() != star {
		t.Fatalf("%q: Contact: %v at %d, wildcard %t", b, err, n, c.IsWildcard())
	}
	if err == nil && !star && !reflect.DeepEqual(c.NameAddr, v) {
		t.Fatalf("%q: Contact is %+v, NameAddr %+v", b, c.NameAddr, v)
	}

	var first NameAddr
	n, err = first.ParseFrom(b, 0)
	checkParse(t, b, n, err, first.IsValid())
	if err == nil {
		if end := grammar.ValueEnd(grammar.NameAddrList, b, 0); n != end {
			t.Fatalf("%q: ends at %d, the splitter says %d", b, n, end)
		}
		if got, want := addrParts(&first), refAddrParts(t, string(b[:n])); got != want {
			t.Fatalf("%q: %s, want %s", b, got, want)
		}
	}
}

var addrSeeds = []string{
	"SIP / 2.0 / UDP first.example.com: 4000;ttl=16\r\n ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1",
	"SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;rport", "SIP/2.0/TCP a;b=\"c,d;e\\\"\" , x",
	"sip/2.0/udp h:5060 ; rport = 1;RPort;branch;branch=x", "SIP/2.0/UDP h;;", "SIP/2.0/UDP h;a=", ",", " ", "*", " * ;a", "* <sip:a>",
	`"J Rosenberg \\\"" <sip:jdrosen@example.com> ; tag = 98asjd8`, "A B-C <sip:a;b?c=,>;TAG=x;tag=y, <sip:b>",
	"sip:a@b;tag=x?", "sip:a@b,c", "sip:a?b", "Alice sip:a@b", "<sip:a", `"a`, "<>;a", "tel:+1-2", "a<b>", "a\r\n b\t<c>",
	"sip:a;" + "x", "<a>;b=\"\\\x00\"", "<a>;\xff", "sip:\xff;a",
}

func FuzzVia(f *testing.F) {
	for _, s := range addrSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		keep := bytes.Clone(b)
		checkVia(t, b)
		if !bytes.Equal(b, keep) {
			t.Fatalf("%q was written to", keep)
		}
	})
}

func FuzzNameAddr(f *testing.F) {
	for _, s := range addrSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		keep := bytes.Clone(b)
		checkAddr(t, b)
		if !bytes.Equal(b, keep) {
			t.Fatalf("%q was written to", keep)
		}
	})
}

// TestAgainstReference makes values of pieces that mean something, which random
// bytes seldom hit upon.
func TestAgainstReference(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3261, 2543))
	pieces := []string{
		"SIP/2.0/UDP ", "SIP/2.0/UDP h", "SIP", "/", "2.0", "UDP", " ", " ", "\t", "\r\n ", "\n ", "\r\n", "h.example", "192.0.2.1", "[::1]", ":", "5060",
		";", ";", ";", "=", "=", ",", "tag", "branch", "rport", "received", "Branch", "x", "lr", "\"a\"", "\"a,\\\";\"", "\"", "\\", "*",
		"<", ">", "<sip:a@b>", "<sip:a@b;lr>", "sip:a@b", "sip:", "?", "@", "&", "(", ")", "\x00", "\x7f", "\xc3\xa9", "[", "]", "'", "~",
	}
	for range 200_000 {
		var b []byte
		if rnd.IntN(3) == 0 {
			b = append(b, pieces[rnd.IntN(2)]...)
		}
		for range rnd.IntN(12) {
			b = append(b, pieces[rnd.IntN(len(pieces))]...)
		}
		checkVia(t, b)
		checkAddr(t, b)
	}
}
