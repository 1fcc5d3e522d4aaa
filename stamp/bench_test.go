package stamp

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
)

// stampTemplate is what BenchmarkTemplate stamps: an INVITE with eleven
// variables in the header section.
const stampTemplate = "INVITE sip:{{user}}@biloxi.example.com SIP/2.0\n" +
	"Via: SIP/2.0/UDP {{local}};branch={{branch}};rport\n" +
	"Max-Forwards: 70\n" +
	"From: \"{{name}}\" <sip:{{caller}}@atlanta.example.com>;tag={{from:tag}}\n" +
	"To: <sip:{{user}}@biloxi.example.com>\n" +
	"Call-ID: {{call-id}}@atlanta.example.com\n" +
	"CSeq: {{cseq}} INVITE\n" +
	"Contact: <sip:{{caller}}@{{local}};transport=udp>\n" +
	"Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\n" +
	"Supported: timer, 100rel\n" +
	"User-Agent: load/1.0\n" +
	"Content-Type: application/sdp\n\n"

const stampBody = "v=0\r\no=load 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"

// stampSet is a list of values for every variable of the template.
type stampSet map[string][]byte

// stampSets returns n of them that differ in their lengths.
func stampSets(n int) []stampSet {
	r := rand.New(rand.NewPCG(9, 10))
	word := func(prefix string, most int) []byte {
		w := []byte(prefix)
		for range 1 + r.IntN(most) {
			w = append(w, "abcdefghijklmnopqrstuvwxyz0123456789"[r.IntN(36)])
		}
		return w
	}
	sets := make([]stampSet, n)
	for i := range sets {
		sets[i] = stampSet{"user": word("", 16), "local": word("h", 12), "branch": word("z9hG4bK", 24), "name": word("", 20),
			"caller": word("", 16), "from": word("", 20), "call-id": word("", 30), "cseq": []byte("314159")}
	}
	return sets
}

// BenchmarkTemplate stamps messages that are not alike. case=values writes
// what was set; case=body has a variable in the body, too, so that the length
// is counted; case=set sets the values that change with each message before,
// and case=filled has branch, tag, Call-ID and CSeq made for each message.
// case=copy only copies the same bytes. The cases are run message by message
// in an order that no predictor knows.
func BenchmarkTemplate(b *testing.B) {
	const n = 512
	sets := stampSets(n)
	r := rand.New(rand.NewPCG(11, 12))
	order := r.Perm(n)
	type prepared struct {
		stamps []*Stamp
		out    [][]byte
		size   int
	}
	prepare := func(text string, filled bool) (p prepared) {
		tpl := compiled(b, text)
		for _, i := range order {
			s := new(Stamp)
			s.Begin(tpl)
			for name, v := range tpl.All() {
				kind := tpl.vars[v.n-1].kind
				if value, ok := sets[i][name]; ok && (kind == kindSet || !filled) {
					if err := s.Set(v, value); err != nil {
						b.Fatal(err)
					}
				}
			}
			out, err := s.AppendTo(nil)
			if err != nil {
				b.Fatal(err)
			}
			p.stamps, p.out, p.size = append(p.stamps, s), append(p.out, out), p.size+len(out)
		}
		return p
	}
	dst := make([]byte, 0, 4096)
	run := func(name string, p prepared, one func(i int) error) {
		b.Run("case="+name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(p.size / n))
			i := 0
			for b.Loop() {
				if err := one(i % n); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
	stamp := func(p prepared) func(i int) error {
		return func(i int) error { _, err := p.stamps[i].AppendTo(dst); return err }
	}
	values, body := prepare(stampTemplate+stampBody, false), prepare(stampTemplate+"s={{user}}\r\n"+stampBody, false)
	filled := prepare(stampTemplate+stampBody, true)
	one, tpl := new(Stamp), values.stamps[0].t
	one.Begin(tpl)
	var vars []Var
	var each [][][]byte
	for name, v := range tpl.All() {
		vars = append(vars, v)
		var of [][]byte
		for _, i := range order {
			of = append(of, sets[i][name])
		}
		each = append(each, of)
	}
	run("values", values, stamp(values))
	run("body", body, stamp(body))
	run("set", values, func(i int) error {
		for k, v := range vars {
			if err := one.Set(v, each[k][i]); err != nil {
				return err
			}
		}
		_, err := one.AppendTo(dst)
		return err
	})
	run("filled", filled, stamp(filled))
	run("copy", values, func(i int) error { dst = append(dst[:0], values.out[i]...); return nil })
}

// TestTemplateAllocs stamps, sets and runs into errors without an allocation.
func TestTemplateAllocs(t *testing.T) {
	tpl := compiled(t, templateHead+"Contact: {{contact}}\nAuthorization: {{auth}}\n{{lines}}\nRefer-To: <{{uri}}>\nContent-Type: a/b\n\n{{body}} {{cseq}}")
	v := func(name string) Var { return variable(t, tpl, name) }
	user, host, name, contact, auth, lines, uri, body, cseq, tag := v("user"), v("host"), v("name"), v("contact"), v("auth"), v("lines"), v("uri"), v("body"), v("cseq"), v("from")
	s := new(Stamp)
	dst := make([]byte, 0, 4096)
	small := compiled(t, optionsHead("X-Y: {{x}}", ""))
	x := variable(t, small, "x")
	long := strings.Repeat("a user ", 20)
	all := func() {
		s.Begin(small)
		s.Set(x, []byte("a short one"))
		if dst, err := s.AppendTo(dst[:0]); err != nil || len(dst) == 0 {
			t.Fatal(err)
		}
		s.Begin(tpl)
		_, err := s.AppendTo(dst) // nothing is set
		if err == nil {
			t.Fatal("no error")
		}
		s.Set(user, []byte("a user whose name is too long for one, and has spaces"))
		s.Set(user, []byte("a-user-whose-name-has-no-spaces-and-is-fine"))
		s.Set(host, []byte("a.host.whose.name.is.somewhat.longer.than.usual.example.com"))
		s.Set(name, []byte("A name of people that takes more than thirty-two bytes"))
		s.Set(contact, []byte("<sip:a.contact@of-more-than-thirty-two.example.com"))
		s.Set(contact, []byte("<sip:a.contact@of-more-than-thirty-two.example.com>;q=1"))
		s.Set(auth, []byte(`Digest username="bob", realm="example.com", nonce="1", response="2"`))
		s.Set(lines, []byte("To: there is one\r\n"))
		s.Set(lines, []byte("Subject: a line\r\nRoute: <sip:and.another.one.example.com;lr>\r\n"))
		s.Set(uri, []byte("sip:c.contact@of-more-than-thirty-two.example.com"))
		s.Set(body, []byte("a body that may hold\r\n\r\neverything\x00"))
		s.SetCounter(cseq, 5, 2)
		s.Unset(tag)
		for range 3 {
			s.Size()
			if dst, err = s.AppendTo(dst[:0]); err != nil {
				t.Fatal(err)
			}
			_ = s.Value(tag)
		}
		s.SetString(user, long)
		if s.SetString(user, "short") != nil || s.Fault().Code != sipwire.ErrUser || string(s.Value(user)) != "short" {
			t.Fatal(s.Fault())
		}
		s.Set(Var{}, nil)
	}
	if n := testing.AllocsPerRun(10, all); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
