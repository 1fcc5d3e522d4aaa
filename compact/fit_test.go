package compact_test

import (
	"math"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/compact"
)

// allSteps is what an ErrNoRoom has tried.
const allSteps = compact.CutSurplus | compact.CompactNames | compact.TrimSpaces | compact.UnfoldLines | compact.JoinLists

// fitAll shrinks text to every limit there is, and returns the results from
// the longest to the shortest with the steps that led to them.
func fitAll(t *testing.T, text string) (results []string, steps []compact.Steps) {
	t.Helper()
	m := parse(t, text)
	var last compact.Report
	for limit := len(text) + 1; limit >= -1; limit-- {
		b, r, err := compact.Fit([]byte("front"), m, limit)
		got, ok := strings.CutPrefix(string(b), "front")
		if !ok || r.Before != len(text) {
			t.Fatalf("limit %d: %q, %+v", limit, b, r)
		}
		if err != nil {
			if err != sipwire.ErrNoRoom || got != "" || r.After != last.After || r.Steps != last.Steps || r.After <= limit {
				t.Fatalf("limit %d: %v, %q, %+v behind %+v", limit, err, got, r, last)
			}
			continue
		}
		if len(got) > limit || r.After != len(got) || limit >= len(text) && (got != text || r.Steps != 0) {
			t.Fatalf("limit %d: %d bytes, %+v", limit, len(got), r)
		}
		if len(results) == 0 || got != results[len(results)-1] {
			if limit < len(text) && limit != last.After-1 {
				t.Fatalf("limit %d: %+v, but %+v was enough", limit, r, last)
			}
			results, steps, last = append(results, got), append(steps, r.Steps), r
		}
	}
	return results, steps
}

// Every step alone: what it does, that those before it did nothing to the
// message, and that it is not reported when it did nothing.
func TestFitSteps(t *testing.T) {
	for _, c := range []struct {
		step     compact.Steps
		in, want string
	}{
		{compact.CutSurplus, "\r\n\nOPTIONS sip:a@b.c SIP/2.0\r\nl:1\r\n\r\n12", "OPTIONS sip:a@b.c SIP/2.0\r\nl:1\r\n\r\n1"},
		{compact.CutSurplus, "OPTIONS sip:a@b.c SIP/2.0\r\nl:1\r\n\r\n12", "OPTIONS sip:a@b.c SIP/2.0\r\nl:1\r\n\r\n1"},
		{compact.CompactNames, message("Via:a", "CSeq:1 A", "TO:x", "X-Y:z"), message("v:a", "CSeq:1 A", "t:x", "X-Y:z")},
		{compact.TrimSpaces, message("v \t: \ta\t ", "t:\r\n x\r\n ", "X: ", "CSeq: 1  A", "Y :\r\n "), message("v:a", "t:x", "X:", "CSeq:1  A", "Y:")},
		{compact.TrimSpaces, "OPTIONS sip:a@b.c SIP/2.0\nv: a \nt:b\r\n\n x ", "OPTIONS sip:a@b.c SIP/2.0\nv:a\nt:b\r\n\n x "},
		{compact.UnfoldLines, message("s:a \t\r\n\t b\r\n \r\n c", "X:\"a\n b\""), message("s:a b c", "X:\"a b\"")},
		{compact.JoinLists, message("v:a", "X:y", "v:b"), message("v:a,b", "X:y")},
		{compact.JoinLists, message("v:a , b,\tc", "Allow:A,B"), message("v:a,b,c", "Allow:A,B")},
		{compact.JoinLists, message("m:<sip:a>", "m:*", "m:<sip:b> , <sip:c>"), message("m:<sip:a>", "m:*", "m:<sip:b>,<sip:c>")},
	} {
		results, steps := fitAll(t, c.in)
		if len(results) != 2 || results[0] != c.in || results[1] != c.want || steps[1] != c.step {
			t.Errorf("%v:\n have %q %v\n want %q", c.step, results, steps, c.want)
		}
	}
}

// The order of the steps, each one on top of those before.
func TestFitOrder(t *testing.T) {
	in := "\r\n" + "OPTIONS sip:a@b.c SIP/2.0\r\nVia: a\r\nX: y\r\n z\r\nVia: b\r\nl: 0\r\n\r\nrest"
	results, steps := fitAll(t, in)
	want := []string{
		in,
		"OPTIONS sip:a@b.c SIP/2.0\r\nVia: a\r\nX: y\r\n z\r\nVia: b\r\nl: 0\r\n\r\n",
		"OPTIONS sip:a@b.c SIP/2.0\r\nv: a\r\nX: y\r\n z\r\nv: b\r\nl: 0\r\n\r\n",
		"OPTIONS sip:a@b.c SIP/2.0\r\nv:a\r\nX:y\r\n z\r\nv:b\r\nl:0\r\n\r\n",
		"OPTIONS sip:a@b.c SIP/2.0\r\nv:a\r\nX:y z\r\nv:b\r\nl:0\r\n\r\n",
		"OPTIONS sip:a@b.c SIP/2.0\r\nv:a,b\r\nX:y z\r\nl:0\r\n\r\n",
	}
	if len(results) != len(want) {
		t.Fatalf("%q", results)
	}
	done := compact.Steps(0)
	for i := range want {
		if results[i] != want[i] || steps[i] != done {
			t.Errorf("%v:\n have %q %v\n want %q", done, results[i], steps[i], want[i])
		}
		done = done<<1 | 1
	}
	if done>>1 != allSteps {
		t.Errorf("%v are not all steps", done>>1)
	}
}

// 24.2 of RFC 3261, as small as it gets.
func TestFitInvite(t *testing.T) {
	results, steps := fitAll(t, invite)
	n := len(results) - 1
	if results[1] != inviteCompact || steps[1] != compact.CompactNames {
		t.Errorf("%v: %q", steps[1], results[1])
	}
	if want := allSteps &^ compact.CutSurplus; results[n] != inviteSmall || steps[n] != want {
		t.Errorf("%v: %q", steps[n], results[n])
	}
	if results, _ := fitAll(t, inviteSmall); len(results) != 1 {
		t.Errorf("smaller than small: %q", results[1])
	}
}

// A fold is not undone where the space it becomes would change the value:
// behind a backslash it would belong to a quoted pair.
func TestFitBackslash(t *testing.T) {
	for _, value := range []string{"\"a\\\r\n b\"", "\"a\\ \r\n b\"", "\"a\\\\ \t\n b\""} {
		in := message("s:" + value + "\r\n c")
		if results, _ := fitAll(t, in); len(results) != 2 || results[1] != message("s:"+value+" c") {
			t.Errorf("%q: %q", in, results)
		}
	}
}

func TestFitLimits(t *testing.T) {
	m := parse(t, message("Via: a"))
	for limit, fits := range map[int]bool{math.MinInt: false, -1: false, 0: false, math.MaxInt: true} {
		b, r, err := compact.Fit(nil, m, limit)
		if fits != (err == nil) || fits != (len(b) == r.Before) || !fits && r.After != r.Before-3 {
			t.Errorf("limit %d: %q, %+v, %v", limit, b, r, err)
		}
	}
}

func TestStepsString(t *testing.T) {
	for s, want := range map[compact.Steps]string{
		0:                    "nothing",
		compact.CompactNames: "compact names",
		compact.TrimSpaces | compact.CompactNames: "compact names, spaces trimmed",
		allSteps: "surplus cut, compact names, spaces trimmed, lines unfolded, lists joined",
		1 << 7:   "nothing",
	} {
		if s.String() != want {
			t.Errorf("%q, want %q", s, want)
		}
	}
}
