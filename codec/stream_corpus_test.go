package codec

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// corpusRows returns the rows of one of its tables, by column.
func corpusRows(t testing.TB, dir, table string) (rows []map[string]string) {
	b, err := os.ReadFile(filepath.Join(dir, table))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	names := strings.Split(lines[0], "\t")
	for _, l := range lines[1:] {
		row := map[string]string{}
		for i, v := range strings.Split(l, "\t") {
			row[names[i]] = v
		}
		rows = append(rows, row)
	}
	return rows
}

func TestStreamCorpus(t *testing.T) {
	dir := testfiles.Corpus(t)
	r := mrand.New(mrand.NewPCG(1, 2))
	for _, row := range corpusRows(t, dir, "streams.tsv") {
		b, err := os.ReadFile(filepath.Join(dir, row["path"]))
		if err != nil {
			t.Fatal(err)
		}
		var want []struct {
			Start   string `json:"start"`
			BodyLen int    `json:"body_len"`
			CallID  string `json:"call_id"`
		}
		expected := row["expected"]
		if strings.HasPrefix(expected, `"`) { // quoted as CSV
			expected, _ = unquoteCSV(expected)
		}
		if err := json.Unmarshal([]byte(expected), &want); err != nil {
			t.Fatalf("%s: %v", row["path"], err)
		}
		s, m := new(Stream), Acquire()
		_, _ = s.Write(b)
		n := 0
		for {
			e, err := s.Next(m)
			if e == GotMessage && err == nil {
				if n < len(want) && want[n].Start != "" && (string(m.StartLine()) != want[n].Start ||
					len(m.Body()) != want[n].BodyLen || string(m.Value(header.IDCallID)) != want[n].CallID) {
					t.Errorf("%s: message %d is %q, body %d, Call-ID %q; want %+v", row["path"], n,
						m.StartLine(), len(m.Body()), m.Value(header.IDCallID), want[n])
				}
				n++
			}
			if e == NeedMore {
				break
			}
		}
		if strconv.Itoa(n) != row["messages"] {
			t.Errorf("%s: %d messages, want %s", row["path"], n, row["messages"])
		}
		end := "clean"
		switch err := s.End(); {
		case errors.Is(err, sipwire.ErrIncomplete):
			end = "incomplete"
		case err != nil:
			end = "error"
		}
		if want := row["end"]; end != want && want != "either" {
			t.Errorf("%s ends %s, want %s", row["path"], end, want)
		}
		s.Close()
		checkCuts(t, r, row["path"], b, 1000)
	}
}

func unquoteCSV(s string) (string, error) {
	rec, err := csv.NewReader(strings.NewReader(s)).Read()
	if err != nil {
		return "", err
	}
	return rec[0], nil
}

// checkCuts feeds b whole, byte by byte, and cut at random.
func checkCuts(t *testing.T, r *mrand.Rand, name string, b []byte, n int) {
	t.Helper()
	if testing.Short() {
		n /= 50
	}
	want := feed(streamLimits{}, b)
	sameSteps(t, name+", bytewise", feed(streamLimits{}, bytewise(b)...), want)
	for range n {
		sameSteps(t, name+", cut", feed(streamLimits{}, cuts(r, b)...), want)
	}
}

// TestStreamConcatenation strings all valid messages of the corpus that
// carry a Content-Length together.
func TestStreamConcatenation(t *testing.T) {
	dir := testfiles.Corpus(t)
	var all []byte
	var lines []string
	for _, row := range corpusRows(t, dir, "messages.tsv") {
		b, err := os.ReadFile(filepath.Join(dir, row["path"]))
		if err != nil {
			t.Fatal(err)
		}
		m := new(Message)
		if row["expected"] != "valid" || m.Parse(b) != nil {
			continue
		}
		if _, ok := m.ContentLength(); !ok {
			continue
		}
		b = bytes.TrimLeft(b, "\r\n")
		all = append(all, b[:len(b)-len(m.Trailing())]...)
		lines = append(lines, string(m.StartLine()))
	}
	if len(lines) < 100 {
		t.Fatalf("only %d messages", len(lines))
	}
	s, m := new(Stream), Acquire()
	r := mrand.New(mrand.NewPCG(3, 4))
	n := 0
	for _, piece := range cuts(r, all) {
		_, _ = s.Write(piece)
		for {
			e, err := s.Next(m)
			if e == NeedMore && err == nil {
				break
			}
			if e != GotMessage || err != nil {
				t.Fatalf("event %d, error %v at %d", e, err, s.Offset())
			}
			if string(m.StartLine()) != lines[n] {
				t.Fatalf("message %d starts %q, want %q", n, m.StartLine(), lines[n])
			}
			n++
		}
	}
	if n != len(lines) || s.End() != nil {
		t.Fatalf("%d messages of %d, end %v", n, len(lines), s.End())
	}
	t.Logf("%d messages, %d bytes", n, len(all))
	checkCuts(t, r, "all", all, 1000)
}
