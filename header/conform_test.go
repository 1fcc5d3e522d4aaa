package header_test

import (
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	. "github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// A conformRow is a row of the conformance corpus, which is other people's
// work and not part of this repository.
type conformRow struct {
	id                     ID
	name, value            string
	expected, parts        string
	reason, tags, identify string
}

func conformRows(t *testing.T) (rows []conformRow) {
	dir := testfiles.Corpus(t)
	data, err := os.ReadFile(filepath.Join(dir, "headers.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n")[1:] {
		f := strings.Split(line, "\t")
		rows = append(rows, conformRow{
			id: Lookup([]byte(f[0])), name: f[0], value: conformValue(t, f[1]), expected: f[2],
			parts: f[3], reason: f[5], tags: f[6], identify: f[0] + ": " + f[1],
		})
	}
	if len(rows) < 100 {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows
}

// conformValue undoes the escapes of the corpus.
func conformValue(t *testing.T, s string) string {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		switch s[i] {
		case 'r':
			out = append(out, '\r')
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'x':
			v, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			out = append(out, byte(v))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return string(out)
}

// disputed lists the rows that Check judges otherwise than the corpus, with
// the sentence that decides.
var disputed = map[string]string{
	"Content-Type: application/sdp;": "a \";\" at the end is tolerated; codec.Strict refuses it",
}

// TestCheckCorpus holds the verdict of Check against that of the corpus.
func TestCheckCorpus(t *testing.T) {
	seen, judged := map[string]bool{}, 0
	for _, r := range conformRows(t) {
		if r.expected == "either" || strings.Contains(r.tags, "lenient-ok") {
			continue
		}
		judged++
		n, err := r.id.Check([]byte(r.value))
		got := map[bool]string{true: "valid", false: "invalid"}[err == nil]
		if n < 0 || n > len(r.value) {
			t.Errorf("%s: offset %d", r.identify, n)
		}
		why, known := disputed[r.identify]
		seen[r.identify] = true
		switch {
		case got == r.expected && known:
			t.Errorf("%s: no longer disputed", r.identify)
		case got != r.expected && !known:
			t.Errorf("%s: %s (%v at %d), want %s (%s)", r.identify, got, err, n, r.expected, r.reason)
		case known:
			t.Logf("%s: %s, because %s", r.identify, got, why)
		}
	}
	for row := range disputed {
		if !seen[row] {
			t.Errorf("disputed row is not in the corpus: %s", row)
		}
	}
	t.Logf("%d rows judged", judged)
}

// TestPartsCorpus holds the parts that the views of this half of the package
// find against those of the corpus, for every row that both take for valid.
func TestPartsCorpus(t *testing.T) {
	compared := map[grammar.Class]int{}
	for _, r := range conformRows(t) {
		if r.parts == "" {
			continue
		}
		if _, err := r.id.Check([]byte(r.value)); err != nil {
			continue
		}
		got := decompose(t, r.id, []byte(r.value))
		if got == nil {
			continue
		}
		compared[grammar.Of(uint8(r.id))]++
		var want any
		if err := json.Unmarshal([]byte(r.parts), &want); err != nil {
			t.Fatalf("%s: %v", r.identify, err)
		}
		if strings.Contains(r.reason, "UTF-8") {
			continue // the corpus can not write these bytes in JSON
		}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		var have any
		if err := json.Unmarshal(text, &have); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(have, want) {
			t.Errorf("%s:\n have %s\n want %s", r.identify, text, r.parts)
		}
	}
	for _, g := range []grammar.Class{
		grammar.Opaque, grammar.Text, grammar.TokenList, grammar.TokenParams, grammar.TokenParamsList, grammar.URIRefList, grammar.MediaType,
		grammar.MediaRangeList, grammar.Product, grammar.WarningList, grammar.Version, grammar.Challenge, grammar.Credentials, grammar.AuthInfo,
	} {
		if compared[g] == 0 {
			t.Errorf("no row of class %v compared", g)
		}
	}
	t.Logf("rows compared: %v", compared)
}

type object = map[string]any

// decompose gives the parts of a field in the shape of the corpus, nil for the
// classes whose parts are compared elsewhere.
func decompose(t *testing.T, id ID, field []byte) any {
	g := grammar.Of(uint8(id))
	one := decomposer(t, id, g)
	if one == nil {
		return nil
	}
	if !id.IsSplit() {
		lo, hi, _ := id.NextValue(field, 0)
		return one(field[lo:hi])
	}
	list := []any{}
	for v := range id.Values(field) {
		list = append(list, one(v))
	}
	return object{"values": list}
}

func decomposer(t *testing.T, id ID, g grammar.Class) func(b []byte) any {
	parse := func(v interface{ Parse([]byte) (int, error) }, b []byte) {
		t.Helper()
		if n, err := v.Parse(b); err != nil || n != len(b) {
			t.Fatalf("%v: %q: %d, %v", id, b, n, err)
		}
	}
	switch g {
	case grammar.Opaque, grammar.Text:
		return func(b []byte) any {
			var v FreeText
			parse(&v, b)
			return object{"value": string(v.AppendTo(nil))}
		}
	case grammar.Product:
		return func(b []byte) any {
			var v UserAgent
			parse(&v, b)
			return object{"value": string(v.AppendTo(nil))}
		}
	case grammar.Version:
		return func(b []byte) any {
			var v MIMEVersion
			parse(&v, b)
			return object{"value": string(v.AppendTo(nil))}
		}
	case grammar.TokenList:
		return func(b []byte) any {
			var v tokenView
			parse(&v, b)
			return string(v.Bytes())
		}
	case grammar.TokenParams, grammar.TokenParamsList:
		key := "value"
		if id == IDReason {
			key = "protocol"
		}
		return func(b []byte) any {
			var v Item
			parse(&v, b)
			return object{key: string(v.Value()), "params": paramPairs(v.Params())}
		}
	case grammar.URIRef, grammar.URIRefList:
		return func(b []byte) any {
			var v Reference
			parse(&v, b)
			return object{"uri": string(v.URIBytes()), "params": paramPairs(v.Params())}
		}
	case grammar.MediaType, grammar.MediaRangeList:
		return func(b []byte) any {
			var v ContentType
			parse(&v, b)
			return object{"type": string(v.Type()), "subtype": string(v.Subtype()), "params": paramPairs(v.Params())}
		}
	case grammar.WarningList:
		return func(b []byte) any {
			var v Warning
			parse(&v, b)
			return object{"code": v.Code(), "agent": string(v.Agent()), "text": string(AppendUnquoted(nil, v.Text()))}
		}
	case grammar.Challenge:
		return func(b []byte) any {
			var v auth.Challenge
			parse(&v, b)
			return object{"scheme": string(v.Scheme()), "params": authPairs(v.Params())}
		}
	case grammar.Credentials:
		return func(b []byte) any {
			var v auth.Credentials
			parse(&v, b)
			return object{"scheme": string(v.Scheme()), "params": authPairs(v.Params())}
		}
	case grammar.AuthInfo:
		return func(b []byte) any {
			var v auth.Info
			parse(&v, b)
			return object{"params": authPairs(v.Params())}
		}
	}
	return nil
}

func paramPairs(p ParamList) [][]any {
	list := [][]any{}
	for name, value := range p.All() {
		pair := []any{string(name), nil}
		if value != nil {
			pair[1] = string(value)
		}
		list = append(list, pair)
	}
	return list
}

func authPairs(params iter.Seq2[[]byte, []byte]) [][]any {
	list := [][]any{}
	for name, value := range params {
		list = append(list, []any{string(name), string(AppendUnquoted(nil, value))})
	}
	return list
}
