package report

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/browser"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

// TestInteropBrowser opens a report in Chromium: it has nothing to complain
// about, and asks for nothing but the file.
func TestInteropBrowser(t *testing.T) {
	path := browser.Find()
	if path == "" {
		t.Log("NOT RUN: chromium is not installed")
		return
	}
	r := &load.Result{
		Scenario: `<b>"call"</b>`, Calls: 10, Failed: 3, RateAsked: 5, Causes: map[string]uint64{"check failed": 1},
		Steps:  []load.Step{{Kind: "send", Label: "INVITE", Sent: 10}},
		Series: []load.Sample{{At: 1, Rate: 5}, {At: 2, Rate: 5, Failed: 3}, {At: 3, Rate: 4}}, Health: load.Health{Fault: "too slow"},
	}
	file := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(f, r); err != nil {
		t.Fatal(err)
	}
	f.Close()
	p, err := browser.Open(path, "file://"+file, 1000, 800)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Is(`document.readyState === "complete" && document.querySelectorAll("svg").length === 5 &&
		[...document.querySelectorAll("svg")].every(s => s.getBoundingClientRect().height > 100)`); err != nil {
		t.Errorf("five charts are not shown: %v", err)
	}
	if got := p.Addresses(); len(got) != 1 {
		t.Errorf("it asks for %q", got)
	}
	if got := p.Problems(); len(got) > 0 {
		t.Errorf("it complains: %q", got)
	}
}
