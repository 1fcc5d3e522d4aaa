package codec

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// wireOnly are the reasons in the corpus that name a defect of start line,
// header framing or Content-Length, which the index must see.
var wireOnly = []string{
	"bad request-line", "bad header line", "Content-Length", "status code", "no scheme in b'<",
	"multiple SP in start line", "LWS inside Request-URI", "SP at end of Request-Line",
	"<> around Request-URI", "response code 4294967301", "no SIP-Version",
}

// TestIndexCorpus indexes every valid message of the conformance corpus and
// refuses those whose defect is one of framing.
func TestIndexCorpus(t *testing.T) {
	dir := testfiles.Corpus(t)
	ran, refused, disagree := 0, 0, 0
	m := Acquire()
	for _, row := range corpusRows(t, dir, "messages.tsv") {
		b, err := os.ReadFile(filepath.Join(dir, row["path"]))
		if err != nil {
			t.Fatal(err)
		}
		p := Parser{Stream: row["transport"] == "stream"}
		err = p.Parse(m, b)
		ran++
		mustRefuse := false
		for _, reason := range wireOnly {
			mustRefuse = mustRefuse || strings.Contains(row["reason"], reason)
		}
		switch {
		case row["expected"] == "valid" && err != nil:
			t.Errorf("%s: %v, but it is valid: %s", row["path"], err, row["reason"])
			disagree++
		case row["expected"] == "invalid" && err == nil && mustRefuse:
			t.Errorf("%s: indexed, but: %s", row["path"], row["reason"])
			disagree++
		case row["expected"] == "invalid" && err != nil:
			refused++
		}
	}
	t.Logf("%d vectors, %d invalid ones refused by the index, %d disagree", ran, refused, disagree)
}

// everything calls each accessor of the index once.
func everything(m *Message) (n int) {
	n += len(m.Bytes()) + len(m.StartLine()) + len(m.MethodBytes()) + len(m.RequestURIBytes()) +
		len(m.Version()) + len(m.Reason()) + len(m.Body()) + len(m.Trailing()) + m.Status() + m.Duplicate()
	if m.IsRequest() || m.IsResponse() {
		n++
	}
	if length, ok := m.ContentLength(); ok {
		n += length
	}
	for i, f := range m.Fields() {
		n += i + len(f.Name) + len(f.Value) + m.IndexByName(string(f.Name[:min(len(f.Name), 32)])) + m.Next(i)
		if f.IsCompact() || m.Has(f.ID) {
			n += len(m.Value(f.ID))
		}
	}
	for id := header.ID(0); id < grammar.NumIDs; id++ {
		n += m.Count(id) + m.CountValues(id) + m.Index(id)
		for f := range m.All(id) {
			n += f.Offset
		}
		for v := range m.Values(id) {
			n += len(v)
		}
	}
	if m.Err() != nil {
		n++
	}
	return n
}

// TestAllocs counts the allocations of parse and every accessor: over the
// corpus when it is there, and over every error of the policy tests.
func TestAllocs(t *testing.T) {
	inputs := [][]byte{nil, []byte("\r\n"), []byte("garbage"), []byte("garbage\n"), []byte(msg("SIP/2.0 999 x"))}
	for _, lines := range [][]string{
		{"To\x00: x"}, {"To"}, {" fold"}, {"l: x"}, {"l: 1", "l: 2"}, {"l: 100"}, {"Call-ID: 1", "i: 2"},
	} {
		inputs = append(inputs, []byte(msg(append([]string{reqLine}, lines...)...)))
	}
	inputs = append(inputs, []byte(reqLine+"\r\n"), []byte(reqLine+"\nTo: x\n\n"), bytes.Repeat([]byte("x"), 70000))
	for i := range 64 {
		inputs = append(inputs, []byte(msg(reqLine, strings.Repeat("Via: a, b\r\n", i)+"X: y")))
	}
	inputs = append(inputs, testfiles.Messages(t)...)
	t.Logf("%d inputs", len(inputs))
	m := new(Message)
	for _, p := range []*Parser{{}, {Complete: true}, {Strictness: Strict}, {Strictness: Hardened, Complete: true}, {Fragment: true, Complete: true}, {Stream: true}, {MaxHeaders: 2, MaxField: 20, MaxStartLine: 30}} {
		for _, b := range inputs {
			sum := 0
			if n := testing.AllocsPerRun(1, func() {
				_ = p.Parse(m, b)
				sum += everything(m) + int(Classify(b))
				_, _ = m.TransactionHash(1)
				_, _ = m.CanceledHash(1)
			}); n != 0 {
				t.Errorf("%v allocations for %.60q", n, b)
			}
		}
	}
}
