package codec

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// corpusFields compares what the typed accessors say with the fields column
// of messages.tsv.
func corpusFields(m *Message, want map[string]any) (diff []string) {
	str := func(b []byte, there bool) any {
		if !there || b == nil {
			return nil
		}
		return string(b)
	}
	num := func(n int, ok bool) any {
		if !ok {
			return nil
		}
		return float64(n)
	}
	got := map[string]any{"body_len": float64(len(m.Body()))}
	if m.IsRequest() {
		got["method"], got["ruri"] = string(m.MethodBytes()), string(m.RequestURIBytes())
	} else {
		got["status"], got["reason"] = float64(m.Status()), string(m.Reason())
	}
	if u, err := m.RequestURI(); err == nil {
		port, ok := u.Port()
		got["ruri_user"], got["ruri_port"] = str(u.User(), u.HasUser()), num(int(port), ok)
		if h := u.Host(); len(h) > 0 {
			got["ruri_host"] = bare(h)
		}
		got["ruri_user_unescaped"] = string(u.AppendUser(nil))
	}
	if via, err := m.TopVia(); err == nil {
		port, ok := via.Port()
		got["top_via_host"], got["top_via_port"] = bare(via.Host()), num(int(port), ok)
		got["top_via_branch"], got["top_via_transport"] = str(via.Branch(), true), string(via.TransportBytes())
	}
	if v, err := m.From(); err == nil {
		got["from_tag"], got["from_uri"] = str(v.Tag(), true), string(v.URIBytes())
	}
	if v, err := m.To(); err == nil {
		got["to_tag"], got["to_uri"] = str(v.Tag(), true), string(v.URIBytes())
	}
	if v, err := m.CSeq(); err == nil {
		got["cseq_num"], got["cseq_method"] = float64(v.Number()), string(v.MethodBytes())
	}
	if id, err := m.CallID(); err == nil {
		got["call_id"] = string(id)
	}
	if n, err := m.MaxForwards(); err == nil {
		got["max_forwards"] = float64(n)
	}
	if n, ok := m.ContentLength(); ok {
		got["content_length"] = float64(n)
	}
	count := map[string]int{}
	for range m.Vias() {
		count["via_count"]++
	}
	for range m.Routes() {
		count["route_count"]++
	}
	for range m.RecordRoutes() {
		count["record_route_count"]++
	}
	for c := range m.Contacts() {
		if count["contact_count"] == 0 {
			got["contact0_uri"] = string(c.URIBytes())
			if name, ok := want["contact0_hparam"].(string); ok && c.Params().Has(name) {
				got["contact0_hparam"] = name
			}
		}
		count["contact_count"]++
	}
	for _, k := range []string{"via_count", "route_count", "record_route_count", "contact_count"} {
		got[k] = float64(count[k])
	}
	for k, w := range want {
		if s, ok := w.(string); ok && strings.HasSuffix(k, "_host") {
			w = bare([]byte(s))
		}
		if fmt.Sprint(got[k]) != fmt.Sprint(w) {
			diff = append(diff, fmt.Sprintf("%s is %v, want %v", k, got[k], w))
		}
	}
	return diff
}

func bare(host []byte) any { return strings.Trim(string(host), "[]") }

// TestTypedCorpus compares every field of the conformance corpus that the
// typed accessors read.
func TestTypedCorpus(t *testing.T) {
	dir := testfiles.Corpus(t)
	m := new(Message)
	rows, fields := 0, 0
	for _, row := range corpusRows(t, dir, "messages.tsv") {
		if row["fields"] == "" {
			continue
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(row["fields"]), &want); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, row["path"]))
		if err != nil {
			t.Fatal(err)
		}
		p := Parser{Stream: row["transport"] == "stream"}
		if err := p.Parse(m, b); errors.Is(err, sipwire.ErrIncomplete) {
			// Without an end of the headers there is no framing.
			delete(want, "content_length")
		}
		rows++
		fields += len(want)
		for _, d := range corpusFields(m, want) {
			t.Errorf("%s (%s): %s", row["path"], row["expected"], d)
		}
	}
	t.Logf("%d messages, %d fields", rows, fields)
	if fields < 5000 {
		t.Errorf("only %d fields", fields)
	}
}
