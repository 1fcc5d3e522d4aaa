package engine

import (
	"slices"
	"testing"
)

// TestMeasurements has response times that count from the start of the call, from
// a start_rtd, that end once, and that end again and again.
func TestMeasurements(t *testing.T) {
	n := newNetwork(t, `<send><![CDATA[`+request("OPTIONS")+`]]></send><recv response="200" rtd="true,other"/>
		<nop start_rtd="a,b"/><pause milliseconds="100"/><nop rtd="a"/><nop rtd="b" repeat_rtd="true"/>
		<nop start_rtd="a,b,other"/><pause milliseconds="50"/><nop rtd="a,other"/><nop rtd="b" repeat_rtd="true"/><pause milliseconds="20"/><nop rtd="b"/><nop rtd="b"/>`,
		`<recv request="OPTIONS"/><send><![CDATA[`+reply+`]]></send>`, nil)
	got := map[string][]int64{}
	n.client.shared.Measured = func(rtd int, ns int64) {
		name := n.client.cfg.Program.RTDs[rtd]
		got[name] = append(got[name], ns/millisecond)
	}
	n.now = 7 * second
	n.start(1)
	n.run(9 * second)
	for name, want := range map[string][]int64{"1": {10}, "other": {10}, "a": {100}, "b": {100, 50, 70}} {
		if !slices.Equal(got[name], want) {
			t.Errorf("%s: %d ms, want %d", name, got[name], want)
		}
	}
	if c := &n.client.Counts; c.Successful != 1 || c.RTDs[0].TotalCount() != 1 {
		t.Errorf("%+v, %d measured", c.Tally, c.RTDs[0].TotalCount())
	}
}
