package report

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// TestWrite has the page whole, with nothing to load from anywhere.
func TestWrite(t *testing.T) {
	r := &load.Result{
		Scenario: `<b>"call"</b>`, Calls: 10, Failed: 3, RateAsked: 5, Causes: map[string]uint64{"check failed": 1, "unexpected message": 2},
		Codes: map[string]uint64{"486": 2}, Steps: []load.Step{{Kind: "send", Label: "INVITE", Sent: 10}, {Label: "unseen", Hidden: true},
			{Kind: "recv", Label: "OPTIONS", Side: "calls that come in"}, {Kind: "send", Label: "200", Side: "calls that come in"}},
		Series: []load.Sample{{At: 1, Rate: 5}, {At: 2, Rate: 5, Failed: 3}}, Health: load.Health{Fault: "too slow"},
	}
	var b strings.Builder
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"&lt;b&gt;", "unexpected 486", "send INVITE", "asked", "p99"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	if strings.Count(page, "calls that come in") != 1 {
		t.Error("the second part of the scenario has not one heading")
	}
	if strings.Index(page, "unexpected message") > strings.Index(page, "check failed") {
		t.Error("the largest count is not first")
	}
	for _, bad := range []string{"unseen", "<script", "src=", "<b>", "<?xml"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q is in the page", bad)
		}
	}
	if n := strings.Count(page, "<svg"); n != 5 {
		t.Errorf("%d charts", n)
	}
	d := xml.NewDecoder(strings.NewReader(page[strings.Index(page, "<svg") : strings.Index(page, "</svg>")+6]))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	// A run of less than a second has no series.
	if err := Write(io.Discard, &load.Result{}); err != nil {
		t.Error(err)
	}
}
