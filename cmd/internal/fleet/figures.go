package fleet

import (
	"errors"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// figures are [load.Totals] as they are sent. Histograms are in the compressed
// form of HdrHistogram's second version, which is text.
type figures struct {
	Counts    counts        `json:"counts"`
	Open      int64         `json:"open"`
	Wall      time.Duration `json:"wall"`
	CPU       time.Duration `json:"cpu"`
	LastStart time.Duration `json:"last_start"`
	LastPlace time.Duration `json:"last_place"`
	HeldBack  uint64        `json:"held_back"`
	Drops     uint64        `json:"drops"`
	TimedOut  bool          `json:"timed_out"`
}

// counts has the histograms of engine.Counts in a form that can be sent; what
// else there is in that is sent as it is. Recent is not: the coordinator takes
// the difference of two Latency.
type counts struct {
	engine.Counts
	Latency, Recent, Lateness, Lengths string
	RTDs                               []string
}

// encode makes the figures that are sent.
func encode(t *load.Totals) (*figures, error) {
	f := &figures{
		Counts: counts{Counts: t.Counts}, Open: t.Open, Wall: t.Wall, CPU: t.CPU, LastStart: t.LastStart, LastPlace: t.LastPlace,
		HeldBack: t.HeldBack, Drops: t.Drops, TimedOut: t.TimedOut,
	}
	var failed error
	text := func(h *hdrhistogram.Histogram) string {
		b, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			failed = err
		}
		return string(b)
	}
	c := &t.Counts
	f.Counts.Latency, f.Counts.Lateness, f.Counts.Lengths = text(c.Latency), text(c.Lateness), text(c.Lengths)
	for _, h := range c.RTDs {
		f.Counts.RTDs = append(f.Counts.RTDs, text(h))
	}
	return f, failed
}

var errFigures = errors.New("its figures are not of this scenario: is it of the same version?")

// decode reads figures. They must be of the shape of the program's: another
// process made them.
func (f *figures) decode(p *scenario.Program) (*load.Totals, error) {
	c, zero := f.Counts.Counts, engine.NewCounts(p)
	if len(c.Steps) != len(zero.Steps) || len(c.Counters) != len(zero.Counters) || len(f.Counts.RTDs) != len(zero.RTDs) {
		return nil, errFigures
	}
	var failed error
	histogram := func(text string, like *hdrhistogram.Histogram) *hdrhistogram.Histogram {
		h, err := hdrhistogram.Decode([]byte(text))
		if err != nil || h.LowestTrackableValue() != like.LowestTrackableValue() || h.HighestTrackableValue() != like.HighestTrackableValue() ||
			h.SignificantFigures() != like.SignificantFigures() {
			failed = errFigures
			return nil
		}
		return h
	}
	c.Latency, c.Lateness, c.Lengths = histogram(f.Counts.Latency, zero.Latency), histogram(f.Counts.Lateness, zero.Lateness), histogram(f.Counts.Lengths, zero.Lengths)
	c.RTDs = nil
	for i, text := range f.Counts.RTDs {
		c.RTDs = append(c.RTDs, histogram(text, zero.RTDs[i]))
	}
	c.Recent = zero.Recent
	return &load.Totals{
		Counts: c, Open: f.Open, Wall: f.Wall, CPU: f.CPU, LastStart: f.LastStart, LastPlace: f.LastPlace,
		HeldBack: f.HeldBack, Drops: f.Drops, TimedOut: f.TimedOut,
	}, failed
}

// since returns what a histogram has that it did not have before.
func since(now, before *hdrhistogram.Histogram) *hdrhistogram.Histogram {
	a, b := now.Export(), before.Export()
	for i := range a.Counts {
		a.Counts[i] = max(a.Counts[i]-b.Counts[i], 0)
	}
	return hdrhistogram.Import(a)
}
