package uri

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/testfiles"
)

// corpusRows returns the rows of a file of the conformance corpus, without
// its heading. The corpus is other people's work and not part of this
// repository.
func corpusRows(t *testing.T, name string) [][]string {
	dir := testfiles.Corpus(t)
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	var rows [][]string
	for _, line := range lines[1:] {
		rows = append(rows, strings.Split(line, "\t"))
	}
	return rows
}

// unescapeRow undoes the \xNN escapes of the corpus.
func unescapeRow(t *testing.T, s string) string {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && s[i+1] == 'x' {
			v, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			out = append(out, byte(v))
			i += 3
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

// ours lists the rows whose verdict or parts are not those of the corpus,
// with the sentence that decides.
var ours = map[string]string{}

// pairs renders parameters the way the corpus does.
func pairs(seq func(func(name, value []byte) bool), header bool) [][]any {
	list := [][]any{}
	for name, value := range seq {
		switch {
		case value != nil || header:
			list = append(list, []any{string(name), string(value)})
		default:
			list = append(list, []any{string(name), nil})
		}
	}
	return list
}

// optional renders a part that may be missing the way the corpus does.
func optional(b []byte, ok bool) string {
	if !ok {
		return "-"
	}
	return string(b)
}

func TestCorpus(t *testing.T) {
	accepted, rows := 0, corpusRows(t, "uris.tsv")
	for _, row := range rows {
		input, expected := unescapeRow(t, row[0]), row[1]
		var u URI
		n, err := u.Parse([]byte(input))
		if _, listed := ours[input]; listed {
			continue
		}
		if err != nil {
			if expected == "valid" {
				t.Errorf("%q: %v at %d, want valid", input, err, n)
			}
			if n < 0 || n > len(input) {
				t.Errorf("%q: offset %d", input, n)
			}
			continue
		}
		if expected == "invalid" {
			t.Errorf("%q: accepted, want invalid: %s", input, row[len(row)-1])
			continue
		}
		accepted++
		if n != len(input) {
			t.Errorf("%q: offset %d without an error", input, n)
		}
		if row[2] == "" {
			t.Logf("%q: accepted, the corpus has no parts", input)
			continue
		}
		port := "-"
		if p, ok := u.Port(); ok {
			port = strconv.Itoa(int(p))
		}
		password, hasPassword := u.Password()
		params, _ := json.Marshal(pairs(u.Params(), false))
		headers, _ := json.Marshal(pairs(u.Headers(), true))
		got := []string{
			strings.ToLower(string(u.SchemeBytes())),
			optional(u.User(), u.HasUser()),
			optional(password, hasPassword),
			optional(u.Host(), u.HostKind() != 0),
			port, compactJSON(t, string(params)), compactJSON(t, string(headers)),
		}
		want := append([]string{}, row[2:9]...)
		want[5], want[6] = compactJSON(t, want[5]), compactJSON(t, want[6])
		for i, part := range []string{"scheme", "user", "password", "host", "port", "params", "headers"} {
			if got[i] != want[i] {
				t.Errorf("%q: %s is %q, want %q", input, part, got[i], want[i])
			}
		}
	}
	t.Logf("%d rows, %d accepted, %d listed as ours", len(rows), accepted, len(ours))
}

// compactJSON gives JSON texts of one value one form.
func compactJSON(t *testing.T, s string) string {
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	out, _ := json.Marshal(v)
	return string(out)
}

func TestCorpusEqual(t *testing.T) {
	rows := corpusRows(t, "uri_equal.tsv")
	for _, row := range rows {
		a, errA := Parse([]byte(row[0]))
		b, errB := Parse([]byte(row[1]))
		if errA != nil || errB != nil {
			t.Errorf("%q, %q: %v, %v", row[0], row[1], errA, errB)
			continue
		}
		want := row[2] == "equal"
		if got, back := Equal(&a, &b), Equal(&b, &a); got != want || back != want {
			t.Errorf("%q, %q: equal is %v, %v the other way round, want %v", row[0], row[1], got, back, want)
		}
		if want && a.Hash() != b.Hash() {
			t.Errorf("%q, %q: equal with hashes %x and %x", row[0], row[1], a.Hash(), b.Hash())
		}
	}
	t.Logf("%d rows", len(rows))
}
