package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/testfiles"
)

// A vector is one row of messages.tsv.
type vector struct {
	path, transport, expected, reason, tags string
	fields                                  asJSON
}

func vectors(t *testing.T, dir string) []vector {
	b, err := os.ReadFile(filepath.Join(dir, "messages.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	for i, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		cols := strings.Split(line, "\t")
		if i == 0 || len(cols) < 8 {
			continue
		}
		v := vector{path: filepath.Join(dir, cols[0]), transport: cols[2], expected: cols[3], reason: cols[4], tags: cols[7]}
		if cols[5] != "" {
			if err := json.Unmarshal([]byte(cols[5]), &v.fields); err != nil {
				t.Fatalf("line %d: %v", i+1, err)
			}
		}
		all = append(all, v)
	}
	return all
}

// notPrinted are fields of the corpus that the tool has no key for.
var notPrinted = map[string]bool{
	"contact0_uri": true, "contact0_hparam": true, "ruri_user_unescaped": true, "record_route_count": true,
}

// notALine are messages that may be refused and end in "Content-Length: 0"
// without a line end: what is unfinished is no header field, for the digits
// that are missing might have followed (RFC 3261, 7).
var notALine = map[string]bool{
	"abstractTransportConnectionTestCase_168.sip": true, "abstractTransportConnectionTestCase_233.sip": true,
}

// TestCorpus runs the tool over the whole corpus: every field of every row
// agrees, a valid message has no error, an invalid one has.
func TestCorpus(t *testing.T) {
	all := vectors(t, testfiles.Corpus(t))
	var paths []string
	for _, v := range all {
		paths = append(paths, v.path)
	}
	parsed := objects(t, tool(t, nil, append([]string{"parse", "--json"}, paths...)...).stdout)
	checked := objects(t, tool(t, nil, append([]string{"check", "--json"}, paths...)...).stdout)
	if len(parsed) != len(all) || len(checked) != len(all) {
		t.Fatalf("%d messages, %d parsed, %d checked", len(all), len(parsed), len(checked))
	}
	fields := 0
	for i, v := range all {
		p, c := parsed[i], checked[i]
		if p["file"] != v.path || c["file"] != v.path {
			t.Fatalf("%s: out of order", v.path)
		}
		var errs []string
		for _, f := range c["findings"].([]any) {
			if f := f.(asJSON); f["severity"] == "error" {
				errs = append(errs, fmt.Sprintf("%v at %v", f["message"], f["offset"]))
			}
		}
		_, failed := p["error"]
		malformed := p["errors"].([]any)
		switch v.expected {
		case "valid":
			if failed || len(errs) > 0 {
				t.Errorf("%s is valid: %v %q", v.path, p["error"], errs)
			}
			if len(malformed) > 0 { // of headers that no element needs: check says no error
				t.Logf("%s is valid, and has %v", v.path, malformed)
			}
		case "invalid":
			if !failed && len(errs) == 0 && len(malformed) == 0 {
				t.Errorf("%s is invalid (%s)", v.path, v.reason)
			}
		}
		for key, want := range v.fields {
			got, ok := p[key]
			if notPrinted[key] || notALine[filepath.Base(v.path)] && key == "content_length" {
				continue
			}
			fields++
			if !ok || !agree(key, got, want) {
				t.Errorf("%s (%s): %s is %#v, not %#v", v.path, v.expected, key, got, want)
			}
		}
	}
	t.Logf("%d messages, %d fields", len(all), fields)
}

// agree compares values, hosts modulo the brackets of IPv6 references.
func agree(key string, got, want any) bool {
	if g, ok := got.(string); ok && strings.HasSuffix(key, "_host") {
		w, ok := want.(string)
		return ok && strings.EqualFold(strings.Trim(g, "[]"), strings.Trim(w, "[]"))
	}
	return got == want
}
