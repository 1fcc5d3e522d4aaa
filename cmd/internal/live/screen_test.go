package live

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

func press(s *Screen, keys string) {
	for _, k := range keys {
		s.Update(tea.KeyPressMsg{Code: k, Text: string(k)})
	}
}

// sample is a second of a run.
func sample() load.Sample {
	return load.Sample{
		At: 7, Rate: 48.5, Asked: 50, Open: 12, Calls: 350, Successful: 330, Failed: 8, Retransmissions: 4, LateSends: 0, MaxLate: 2,
		Latency: load.Percentiles{P50: 1.25, P90: 2, P99: 3, P999: 4, Max: 5},
		Now: &load.Now{
			Steps: []load.Step{
				{Index: 0, Kind: "send", Label: "INVITE", Sent: 350, Repeated: 4, TimedOut: 2},
				{Index: 1, Kind: "recv", Label: "200", Received: 338, Unexpected: 6},
				{Index: 2, Kind: "nop", Label: "hidden", Hidden: true},
				{Index: 3, Kind: "recv", Label: "OPTIONS", Side: "calls that come in", Received: 5},
				{Index: 4, Kind: "send", Label: "200", Side: "calls that come in", Sent: 5},
			},
			Latency: load.Percentiles{P50: 1.5, Max: 9}, Causes: map[string]uint64{"unexpected message": 6}, Sent: 1000, CPUShare: 0.125,
		},
	}
}

func TestScreen(t *testing.T) {
	s := NewScreen("a call", 10, Controls{Rate: &load.Rate{Base: 50}, Stop: func(bool) {}})
	s.Update(tea.WindowSizeMsg{Width: 120, Height: 30})
	s.Update(sample())
	screen := s.View().Content
	for _, want := range []string{
		"a call  7 s", "50.0 calls/s asked, 48.5 reached", "12 open, 350 begun, 330 successful, 8 failed, 4 messages repeated",
		"this second  p50 1.25  p90 2.00  p99 3.00  p99.9 4.00  max 5.00 ms", "whole run    p50 1.50",
		"0 -> INVITE                        350                    4         2          0",
		"1 <- 200                                      338         0         0          6",
		"6\ncalls that come in:\n 3 <- OPTIONS", "0\n 4 -> 200", "failed   6  unexpected message", "12 % of a core, 0 of 1000 messages over 10 ms late (up to 2 ms), 0 packets dropped", "p pause",
	} {
		if !strings.Contains(screen, want) {
			t.Errorf("%q is not on\n%s", want, screen)
		}
	}
	if strings.Contains(screen, "hidden") || strings.Contains(screen, "TOO SLOW") {
		t.Errorf("shown:\n%s", screen)
	}
	late := sample()
	late.LateSends = 50
	s.Update(late)
	if screen := s.View().Content; !strings.Contains(screen, "THE GENERATOR IS TOO SLOW") {
		t.Errorf("its lateness is not on\n%s", screen)
	}
}

// TestScreenSmall has more steps than lines, and lines longer than the screen.
func TestScreenSmall(t *testing.T) {
	s := NewScreen("a call", 10, Controls{Rate: &load.Rate{Base: 50}, Stop: func(bool) {}})
	m := sample()
	for range 100 {
		m.Now.Steps = append(m.Now.Steps, m.Now.Steps[0])
	}
	s.Update(m)
	for _, size := range [][2]int{{80, 24}, {40, 20}, {20, 5}, {0, 0}} {
		s.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		lines := strings.Split(s.View().Content, "\n")
		if size[1] >= 20 && len(lines) > size[1] {
			t.Errorf("%d lines on a screen of %d", len(lines), size[1])
		}
		for _, l := range lines {
			if len([]rune(l)) > size[0] {
				t.Errorf("%q is longer than %d", l, size[0])
			}
		}
	}
	s.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if !strings.Contains(s.View().Content, "more steps") {
		t.Error("nothing says that steps are left out")
	}
}

func TestKeys(t *testing.T) {
	r := &load.Rate{Base: 50}
	var stops []bool
	s := NewScreen("a call", 10, Controls{Rate: r, Stop: func(hard bool) { stops = append(stops, hard) }})
	for _, c := range []struct {
		keys string
		want float64
	}{
		{"+", 1.1}, {"++", 1.3}, {"-", 1.2}, {"p", 0}, {"+", 0}, {"p", 1.3}, {"x", 1.3}, {"--------------------", 0.1},
	} {
		if press(s, c.keys); r.Factor() != c.want {
			t.Errorf("%s: factor %g, want %g", c.keys, r.Factor(), c.want)
		}
	}
	press(s, "p")
	if !strings.Contains(s.View().Content, "PAUSED") {
		t.Error("the pause is not shown")
	}
	press(s, "q")
	if !strings.Contains(s.View().Content, "ENDING") {
		t.Error("the end is not shown")
	}
	s.Update(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl})
	if len(stops) != 2 || stops[0] || !stops[1] {
		t.Errorf("stopped %v", stops)
	}
	// A server has no rate to change.
	n := 0
	s = NewScreen("server", 10, Controls{Stop: func(bool) { n++ }})
	press(s, "+-pq")
	if n != 1 || strings.Contains(s.View().Content, "pause") {
		t.Errorf("stopped %d times\n%s", n, s.View().Content)
	}
}
