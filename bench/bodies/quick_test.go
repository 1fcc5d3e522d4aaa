package bodies

import (
	"testing"

	"github.com/sipwire/sipwire/bench/corpus"
	"github.com/sipwire/sipwire/bench/measure"
)

func TestQuick(t *testing.T) {
	cases, err := Cases(corpus.DefaultSeed, corpus.DefaultSize, Impls())
	if err != nil {
		t.Fatal(err)
	}
	rs, err := measure.Run(cases, measure.Options{Rounds: 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		t.Logf("%-16s %-12s %8.1f ns p10 %8.1f  x copy %6.1f  allocs %.1f  mean %.0f", r.Impl, r.Task, r.Median, r.P10, r.XCopy, r.Allocs, r.MeanBytes)
	}
}
