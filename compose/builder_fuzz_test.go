package compose

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/hostile"
	"github.com/sipwire/sipwire/uri"
)

// A choice makes values for a Builder of bytes.
type choice struct{ hostile.Choice }

func (c *choice) params() (p []Param) {
	for range c.Of(8) % 4 {
		p = append(p, Param{Name: c.Text(), Value: c.Text(), Quoted: c.Of(2) == 1})
	}
	return p
}

// A builtOp is one call of a setter, with what is to come out of it.
type builtOp struct {
	id   header.ID
	name string // as written, when it is not that of id
	want string // the value
	list bool   // the value may be a list
	call func(b *Builder) error
	seen func(value []byte) error // looks at the value that came out
}

var reToken = regexp.MustCompile("^[-.!%*_+`'~0-9A-Za-z]+$")

// refQuoted is a quoted string by the letter of RFC 3261, 25.1.
func refQuoted(s []byte) string {
	return `"` + regexp.MustCompile("[\"\\\\\x01-\x08\x0b\x0c\x0e-\x1f\x7f]").ReplaceAllString(string(s), `\$0`) + `"`
}

func refParams(params []Param) (s string) {
	for _, p := range params {
		s += ";" + string(p.Name)
		_, isAddr := uri.ParseAddr(p.Value)
		switch bare := reToken.Match(p.Value) || isAddr && p.Value[0] == '['; {
		case p.Value == nil && !p.Quoted:
		case bare && !p.Quoted:
			s += "=" + string(p.Value)
		default:
			s += "=" + refQuoted(p.Value)
		}
	}
	return s
}

// seenParams looks for the parameters in what was parsed.
func seenParams(list header.ParamList, params []Param) error {
	i := 0
	for name, value := range list.All() {
		if i == len(params) || string(name) != string(params[i].Name) ||
			string(header.AppendUnquoted(nil, value)) != string(params[i].Value) {
			return fmt.Errorf("parameter %d is %q=%q", i, name, value)
		}
		i++
	}
	if i != len(params) {
		return fmt.Errorf("%d parameters of %d", i, len(params))
	}
	return nil
}

// op chooses a call. What it wants is right if the call succeeds.
func (c *choice) op() builtOp {
	id := header.ID(1 + c.Of(grammar.NumIDs-1))
	few := func(of ...header.ID) header.ID { return of[c.Of(len(of))] }
	switch c.Of(11) {
	case 0, 1:
		a := &Address{c.Text(), c.Text(), c.Text(), c.params()}
		id = few(header.IDFrom, header.IDTo, header.IDContact, header.IDRoute, header.IDRecordRoute, header.IDReferTo, id)
		want := "<" + string(a.URI) + ">"
		if a.Display != nil {
			want = refQuoted(a.Display) + " " + want
		}
		all := a.Params
		if a.Tag != nil {
			all = slices.Concat([]Param{{Name: []byte("tag"), Value: a.Tag}}, a.Params)
		}
		seen := func(value []byte) error {
			var v header.NameAddr
			if _, err := v.Parse(value); err != nil {
				return err
			}
			if string(v.AppendDisplay(nil)) != string(a.Display) || string(v.URIBytes()) != string(a.URI) {
				return errors.New("display name or URI differs")
			}
			return seenParams(v.Params(), all)
		}
		return builtOp{id: id, want: want + refParams(all), call: func(b *Builder) error { return b.Addr(id, a) }, seen: seen}
	case 2, 3:
		v, params := c.Text(), c.params()
		want := string(v)
		switch grammar.Of(uint8(id)) {
		case grammar.URIRef, grammar.URIRefList, grammar.URIList:
			want = "<" + want + ">"
		case grammar.TokQParamsList:
			if !reToken.Match(v) {
				want = refQuoted(v)
			}
		}
		return builtOp{id: id, want: want + refParams(params), call: func(b *Builder) error { return b.Value(id, v, params...) }}
	case 4:
		n, params := uint32(c.Of(600)), c.params()
		id = few(header.IDMaxForwards, header.IDExpires, header.IDRSeq, header.IDSessionExpires, header.IDRetryAfter, id)
		return builtOp{id: id, want: fmt.Sprint(n) + refParams(params), call: func(b *Builder) error { return b.Number(id, n, params...) }}
	case 5:
		name, value := c.Text(), c.Text()
		return builtOp{id: header.Lookup(name), name: string(name), want: strings.Trim(string(value), " \t"), list: true,
			call: func(b *Builder) error { return b.Raw(name, value) }}
	case 6:
		n, method := uint32(c.Of(1<<16)), c.Text()
		want := string(method)
		if method == nil {
			want = "INVITE"
		}
		return builtOp{id: header.IDCSeq, want: fmt.Sprint(n, " ", want), call: func(b *Builder) error { return b.CSeq(n, method) }}
	case 7:
		v := &codec.ViaSpec{Transport: header.Transport(c.Of(8)), Host: c.Text(), Port: uint16(c.Of(1 << 16)), Branch: c.Text(), RPort: c.Of(2) == 1}
		want := fmt.Sprintf("SIP/2.0/%v %s", v.Transport, v.Host)
		if v.Port != 0 {
			want += fmt.Sprint(":", v.Port)
		}
		if v.RPort {
			want += ";rport"
		}
		return builtOp{id: header.IDVia, want: want + ";branch=" + string(v.Branch), call: func(b *Builder) error { return b.Via(v) }}
	case 8:
		set := header.OptionSet(c.Of(1<<16)) << c.Of(20)
		id = few(header.IDSupported, header.IDRequire, header.IDProxyRequire)
		return builtOp{id: id, list: true, want: string(set.AppendTo(nil)), call: func(b *Builder) error { return b.Options(id, set) }}
	case 9:
		t := time.Unix(int64(c.Of(1<<16))*54321, 0)
		return builtOp{id: header.IDDate, want: t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"), call: func(b *Builder) error { return b.Date(t) }}
	}
	v := c.Text()
	return builtOp{id: id, want: strings.Trim(string(v), " \t"), list: true, call: func(b *Builder) error { return b.Field(id, v) }}
}

// refOrder is the order of RFC 3261, 7.3.1 as the Builder promises it.
var refOrder = []header.ID{
	header.IDVia, header.IDRoute, header.IDRecordRoute, header.IDProxyRequire, header.IDMaxForwards,
	header.IDProxyAuthorization, header.IDFrom, header.IDTo, header.IDCallID, header.IDCSeq, header.IDContact,
	header.IDOther, header.IDContentType, header.IDContentLength,
}

func refRank(id header.ID) int {
	if i := slices.Index(refOrder, id); i >= 0 {
		return i
	}
	return slices.Index(refOrder, header.IDOther)
}

// buildAny makes a message of what input chooses, and checks that it says what
// was put in and nothing else. It returns the number of calls that succeeded
// and of those that did not.
func buildAny(t *testing.T, input []byte) (good, bad int) {
	c := &choice{hostile.Choice{B: input}}
	b := &Builder{Compact: c.Of(2) == 1}
	body := []byte(nil)
	if c.Of(2) == 1 {
		body = c.Text()
	}
	var ops []builtOp
	replay := func() {
		beginINVITE(b)
		for i := range ops {
			if err := ops[i].call(b); err != nil {
				t.Fatalf("%v %q: first nothing, then %v", ops[i].id, ops[i].want, err)
			}
		}
	}
	replay()
	for range 1 + c.Of(12) {
		op := c.op()
		if err := op.call(b); err != nil {
			if _, out := b.AppendTo(nil); out != err || b.Fault().Code != err {
				t.Fatalf("%v, then %v", err, out)
			}
			bad++
			replay()
			continue
		}
		ops = append(ops, op)
	}
	good = len(ops)
	fixed := func(id header.ID, value string) {
		if !b.have.Has(id) {
			op := builtOp{id: id, want: value, list: true, call: func(b *Builder) error { return b.Field(id, []byte(value)) }}
			if err := op.call(b); err != nil {
				t.Fatal(err)
			}
			ops = append(ops, op)
		}
	}
	fixed(header.IDVia, "SIP/2.0/UDP a;branch=z9hG4bK")
	fixed(header.IDFrom, "<sip:a>;tag=1")
	fixed(header.IDTo, "<sip:b>")
	fixed(header.IDCallID, "x")
	fixed(header.IDCSeq, "7 INVITE")
	fixed(header.IDMaxForwards, "70")
	fixed(header.IDContentType, "a/b")
	b.Body(nil, body)
	out, err := b.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.Size() != len(out) {
		t.Fatalf("Size is %d for %d bytes", b.Size(), len(out))
	}
	ops = append(ops, builtOp{id: header.IDContentLength, want: fmt.Sprint(len(body))})
	slices.SortStableFunc(ops, func(x, y builtOp) int { return refRank(x.id) - refRank(y.id) })
	checkBuilt(t, out, ops, body, b.Compact)
	return good, bad
}

// checkBuilt parses the message and looks for what every call has put in.
func checkBuilt(t *testing.T, out []byte, ops []builtOp, body []byte, compact bool) {
	var m codec.Message
	p := codec.Parser{Strictness: codec.Strict, Stream: true}
	if err := p.Parse(&m, out); err != nil {
		t.Fatalf("%v: %q", err, out)
	}
	if string(m.StartLine()) != "INVITE sip:bob@biloxi.example.com SIP/2.0" || m.Len() != len(ops) ||
		!bytes.Equal(m.Body(), body) || len(m.Trailing()) > 0 {
		t.Fatalf("%d fields of %d, body %q: %q", m.Len(), len(ops), m.Body(), out)
	}
	for i, op := range ops {
		f := m.At(i)
		name := op.name
		if name == "" {
			if name = op.id.String(); compact && op.id.Compact() != 0 {
				name = string(op.id.Compact())
			}
		}
		if f.ID != op.id || string(f.Name) != name || f.Folded || string(f.Value) != op.want {
			t.Fatalf("field %d is %q: %q, want %q: %q", i, f.Name, f.Value, name, op.want)
		}
		if op.name != "" {
			continue // Raw asks nothing of the value
		}
		if n, err := f.ID.Check(f.Value); err != nil {
			t.Fatalf("%q: %q: %v at %d", f.Name, f.Value, err, n)
		}
		if n := len(slices.Collect(f.ID.Values(f.Value))); n != 1 && !op.list {
			t.Fatalf("%q: %q has %d values", f.Name, f.Value, n)
		}
		if op.seen != nil {
			if err := op.seen(f.Value); err != nil {
				t.Fatalf("%q: %q: %v", f.Name, f.Value, err)
			}
		}
	}
}

// TestBuilderRandom builds messages of random calls in random order.
func TestBuilderRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	good, bad := 0, 0
	input := make([]byte, 400)
	for range 20000 {
		for i := range input {
			input[i] = byte(r.Uint32())
		}
		g, b := buildAny(t, input)
		good, bad = good+g, bad+b
	}
	t.Logf("%d calls succeeded, %d did not", good, bad)
	if good < 10000 || bad < 10000 {
		t.Error("the calls are not worth trying")
	}
}

// FuzzBuilder tries to get a second header field or a second message out.
func FuzzBuilder(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		input := make([]byte, 200)
		for i := range input {
			input[i] = byte(r.Uint32())
		}
		f.Add(input)
	}
	f.Fuzz(func(t *testing.T, input []byte) { buildAny(t, input) })
}
