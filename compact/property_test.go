package compact_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compact"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// roomy has no limits that a rewritten message could be over.
var roomy = codec.Parser{MaxMessage: 1 << 30, MaxHeaders: 1<<16 - 2, MaxField: 1 << 30, MaxStartLine: 1 << 30}

// said is what a message says, whatever the form it says it in: start line,
// body, and of each header the values in their order. Headers outside the
// table have their name in front. Fields without a value stand for themselves.
func said(m *codec.Message) []string {
	say := []string{fmt.Sprintf("%q %q", m.StartLine(), m.Body())}
	for id := range header.ID(grammar.NumIDs) {
		var values []string
		for f := range m.All(id) {
			n := len(values)
			if id.IsSplit() {
				for v := range id.Values(f.Value) {
					values = append(values, string(abnf.AppendUnfolded(nil, v)))
				}
			}
			if n == len(values) {
				values = append(values, string(f.AppendValue(nil)))
			}
			if id == header.IDOther {
				values[n] = string(f.Name) + ": " + values[n]
			}
		}
		if values != nil {
			say = append(say, fmt.Sprintf("%v: %q", id, values))
		}
	}
	return say
}

// check holds everything this package promises against one message.
func check(t *testing.T, data []byte) {
	t.Helper()
	m := new(codec.Message)
	if roomy.Parse(m, data) != nil {
		return
	}
	input := bytes.Clone(data)
	want := said(m)
	for form := compact.Keep; form <= compact.Compact; form++ {
		for lists := compact.KeepLists; lists <= compact.Split; lists++ {
			checkAppend(t, m, compact.Options{Form: form, Lists: lists}, want)
		}
	}
	checkFit(t, m, want)
	if !bytes.Equal(data, input) {
		t.Fatalf("%q became %q", input, data)
	}
}

// reparse parses what was written and compares what it says.
func reparse(t *testing.T, what any, in, out []byte, want []string) *codec.Message {
	t.Helper()
	m := new(codec.Message)
	if err := roomy.Parse(m, out); err != nil {
		t.Fatalf("%v: %v\n from %q\n to %q", what, err, in, out)
	}
	if got := said(m); !slices.Equal(got, want) {
		t.Fatalf("%v:\n from %q\n to %q\n have %q\n want %q", what, in, out, got, want)
	}
	return m
}

func checkAppend(t *testing.T, m *codec.Message, o compact.Options, want []string) {
	t.Helper()
	out, err := compact.Append(nil, m, o)
	if err != nil {
		t.Fatalf("%+v: %v", o, err)
	}
	if o == (compact.Options{}) {
		if !bytes.Equal(out, m.Bytes()) {
			t.Fatalf("nothing was asked for\n from %q\n to %q", m.Bytes(), out)
		}
		return
	}
	got := reparse(t, o, m.Bytes(), out, want)
	if len(got.Trailing()) > 0 || out[0] == '\r' || out[0] == '\n' {
		t.Fatalf("%+v: surplus in %q", o, out)
	}
	if o.Lists == compact.KeepLists {
		checkNames(t, m, got, o.Form)
	} else {
		checkLists(t, m, got, o.Lists)
	}
	// Again it changes nothing, and the other way round it says the same.
	again, err := compact.Append(nil, got, o)
	if err != nil || !bytes.Equal(again, out) {
		t.Fatalf("%+v: %v\n from %q\n to %q", o, err, out, again)
	}
	back := map[compact.Lists]compact.Lists{compact.Join: compact.Split, compact.Split: compact.Join}[o.Lists]
	other, err := compact.Append(nil, got, compact.Options{Form: compact.Compact + compact.Long - o.Form, Lists: back})
	if err != nil {
		t.Fatal(err)
	}
	reparse(t, "and back", out, other, want)
}

// checkNames: without a word about lists, field follows field, and only the
// names have changed.
func checkNames(t *testing.T, m, got *codec.Message, form compact.Form) {
	t.Helper()
	if m.Len() != got.Len() {
		t.Fatalf("%d fields became %d", m.Len(), got.Len())
	}
	for i, f := range m.Fields() {
		g := got.At(i)
		name := string(f.Name)
		switch {
		case form == compact.Long && f.IsCompact():
			name = f.ID.String()
		case form == compact.Compact && !f.IsCompact() && f.ID.Compact() != 0:
			name = string(f.ID.Compact())
		}
		if g.ID != f.ID || string(g.Name) != name || !bytes.Equal(g.Value, f.Value) || g.Folded != f.Folded ||
			g.ValueOffset-g.Offset-len(g.Name) != f.ValueOffset-f.Offset-len(f.Name) {
			t.Fatalf("%d %+v became %+v", form, f, g)
		}
	}
}

// checkLists: a list whose every field has one value at least, none of them
// with a byte that could hide a comma, stands in one field or in as many as it
// has values. What is no list stands in as many as before, in its place among
// its likes.
func checkLists(t *testing.T, m, got *codec.Message, lists compact.Lists) {
	t.Helper()
	for id := range header.ID(grammar.NumIDs) {
		n, values := m.Count(id), 0
		trusted := n > 0
		for f := range m.All(id) {
			list := slices.Collect(id.Values(f.Value))
			values += len(list)
			empty := slices.ContainsFunc(list, func(v []byte) bool { return len(v) == 0 })
			trusted = trusted && len(list) > 0 && !empty && !bytes.ContainsAny(f.Value, "\"<(*") &&
				!bytes.ContainsFunc(f.Value, func(r rune) bool { return r < ' ' || r == 0x7f })
		}
		want := n
		switch {
		case !id.IsSplit():
		case !trusted:
			continue // told apart by the tests of unsound lists
		case lists == compact.Join:
			want = 1
		case lists == compact.Split:
			want = values
		}
		if got.Count(id) != want {
			t.Fatalf("%v: %d fields with %d values became %d fields", id, n, values, got.Count(id))
		}
	}
}

// checkFit goes down from the size of the message to where it fits no more.
func checkFit(t *testing.T, m *codec.Message, want []string) {
	t.Helper()
	limit, steps := len(m.Bytes()), compact.Steps(0)
	for tries := 0; ; tries++ {
		out, r, err := compact.Fit(nil, m, limit)
		if r.Before != len(m.Bytes()) || r.Steps&steps != steps || tries > 6 {
			t.Fatalf("limit %d: %+v", limit, r)
		}
		if err != nil {
			if err != sipwire.ErrNoRoom || out != nil || r.After != limit+1 {
				t.Fatalf("limit %d: %v, %q, %+v", limit, err, out, r)
			}
			return
		}
		if len(out) != r.After || len(out) > limit {
			t.Fatalf("limit %d: %d bytes, %+v", limit, len(out), r)
		}
		reparse(t, r, m.Bytes(), out, want)
		limit, steps = len(out)-1, r.Steps
	}
}

// hostile are messages that try the edges of lists, folds and framing.
var hostile = []string{
	invite, inviteCompact, inviteSmall,
	message(routeLines), message(routeMixed), message(routeFold),
	message("v: \"", "v: a", "Via:b,"), message("m: <,", "m: >", "m:,"), message("k:,,,", "k:a", "Supported:\r\n ", "k:b ,\r\n\tc"),
	message("v: a(b,", "v: c)", "v: (\\"), message("In-Reply-To: \"a,b", "In-Reply-To: c\""),
	message("m: \"\\\r\n , b\"", "m: c"), message("s: \\ \r\n\r\n"), message("s:\x01\r\n \x01\r\n x", "v:\x01\r\n a"), message("k: \x01, a\x02, b"),
	message("www-authenticate: Digest a=\"b, c\"", "WWW-Authenticate: Basic a, b"),
	"\n\r\n" + reqLine + "\nv:a\n ,b\nv:c\r\n\nbody", reqLine + "\r\n\r\n\r\n", "SIP/2.0 200\nl:0\n\nxx", "SIP/2.0 200 \nVia:\n \n\n",
}

func TestProperties(t *testing.T) {
	all := testfiles.Messages(t)
	parsed := 0
	for _, b := range all {
		if roomy.Parse(new(codec.Message), b) == nil {
			parsed++
		}
		check(t, b)
	}
	if parsed < len(all)/3 {
		t.Errorf("only %d of %d messages parse", parsed, len(all))
	}
	t.Logf("%d of %d messages parse", parsed, len(all))
	for _, s := range hostile {
		parse(t, s)
		check(t, []byte(s))
	}
}

// letters are the bytes that lists, folds and line ends are made of.
var letters = []string{",", "\"", "<", ">", "(", ")", "\\", " ", "a", "*", "\r\n ", "\n\t", "\r", "\x00"}

// Every short value of the bytes that matter, among others, with lines that
// end either way.
func TestPropertiesShort(t *testing.T) {
	var walk func(value string, depth int)
	walk = func(value string, depth int) {
		text := message("m:"+value, "m: b,\"c\"", "v: "+value+",d", "Contact:"+value)
		check(t, []byte(text))
		check(t, []byte(strings.ReplaceAll(text, "\r\n", "\n")))
		if depth == 0 {
			return
		}
		for _, l := range letters {
			walk(value+l, depth-1)
		}
	}
	walk("", 3)
}

// Messages with a few bytes put in, taken out or replaced, always the same
// ones.
func TestPropertiesRandom(t *testing.T) {
	all := testfiles.Messages(t)
	r := rand.New(rand.NewPCG(1, 2))
	letters := append([]string{"", "\r\n", "\n", ":", "\r\nv: ", "\r\nContact :", "\r\n\r\n"}, letters...)
	for range 3000 {
		b := bytes.Clone(all[r.IntN(len(all))])
		for range 1 + r.IntN(6) {
			lo := r.IntN(len(b) + 1)
			hi := min(len(b), lo+r.IntN(3))
			b = slices.Replace(b, lo, hi, []byte(letters[r.IntN(len(letters))])...)
		}
		check(t, b)
	}
}

// A message whose cost would show if it grew faster than its length, or if a
// field were looked at again for each one behind it.
func TestLinear(t *testing.T) {
	for _, line := range []string{"v:a,\"b\"\r\n", "v:\"\r\n", "v:,\r\n", "v:a\r\n ,b\r\nk:c\r\n", "Route: <\r\n", "s:\r\n \r\n x\r\n"} {
		text := reqLine + "\r\n" + strings.Repeat(line, 30000) + "\r\n"
		m := new(codec.Message)
		if err := roomy.Parse(m, []byte(text)); err != nil {
			t.Fatal(err)
		}
		for _, o := range []compact.Options{short, long, joined, divided} {
			if _, err := compact.Append(nil, m, o); err != nil {
				t.Error(err)
			}
		}
		if _, _, err := compact.Fit(nil, m, 0); err != sipwire.ErrNoRoom {
			t.Error(err)
		}
	}
	value := reqLine + "\r\nv: " + strings.Repeat("a,", 500000) + "a\r\n\r\n"
	m := new(codec.Message)
	if err := roomy.Parse(m, []byte(value)); err != nil {
		t.Fatal(err)
	}
	b, err := compact.Append(nil, m, compact.Options{Lists: compact.Split})
	if err != nil || bytes.Count(b, []byte("v: a\r\n")) != 500001 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
