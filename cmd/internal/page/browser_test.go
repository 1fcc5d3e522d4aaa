package page

import (
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/browser"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

// TestInteropBrowser watches and changes a run in Chromium.
func TestInteropBrowser(t *testing.T) {
	path := browser.Find()
	if path == "" {
		t.Log("NOT RUN: chromium is not installed")
		return
	}
	r, p, s := serve(t, 0)
	p.Add(&load.Sample{At: 1, Calls: 10, Rate: 10, Asked: 10, Latency: load.Percentiles{P50: 1, P99: 2, Max: 3}})
	p.Add(&load.Sample{At: 2, Calls: 20, Rate: 10, Asked: 10, Failed: 7654})
	b, err := browser.Open(path, s.URL+"/#"+secret, 1000, 900)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	want := func(what, expression string) {
		t.Helper()
		if err := b.Is(expression); err != nil {
			t.Fatalf("%s: %v; it complains: %q", what, err, b.Problems())
		}
	}
	asked := func(c load.Control) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); r.asked() != c; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the run was asked for %+v, want %+v", r.asked(), c)
			}
		}
	}
	run := func(script string) {
		t.Helper()
		if err := b.Run(script); err != nil {
			t.Fatal(err)
		}
	}
	click := func(id string) {
		t.Helper()
		run(`document.getElementById("` + id + `").click()`)
	}
	want("name and figures", `document.getElementById("scenario").textContent === "a <call>" && document.getElementById("figures").textContent.includes("7,654")`)
	p.Add(&load.Sample{At: 3, Failed: 8765})
	want("what is new", `document.getElementById("figures").textContent.includes("8,765")`)
	// The field has what the run says again at the next second, so it is set and
	// sent in one go.
	run(`document.getElementById("rate").value = "33.5"; document.getElementById("set").click()`)
	c := load.Control{Rate: 33.5, HasRate: true}
	asked(c)
	click("pause")
	c.Paused = true
	asked(c)
	want("that it is paused", `document.getElementById("state").textContent === "(paused)" && document.getElementById("pause").textContent === "Go on"`)
	click("pause")
	c.Paused = false
	asked(c)
	click("stop")
	c.Stop = true
	asked(c)
	if got := b.Problems(); len(got) > 0 {
		t.Errorf("it complains: %q", got)
	}
	for _, a := range b.Addresses() {
		if !strings.HasPrefix(a, s.URL) && !strings.HasPrefix(a, "data:") || strings.Contains(a, "token") && !strings.Contains(a, "#") {
			t.Errorf("it asks for %s", a)
		}
	}
	s.CloseClientConnections()
	s.Close()
	want("that the run is over", `document.getElementById("problem").textContent === "The run is over."`)
}
