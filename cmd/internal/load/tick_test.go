package load

import (
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

func TestTick(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		scenario string
		rate     float64
		workers  int
		limit    int
		set      time.Duration
		ticks    bool
		want     time.Duration
	}{
		{"options", 10, 1, 0, 0, true, 24 * ms}, // nothing follows
		{"options", 5000, 1, 0, 0, true, 24 * ms},
		{"options", 5001, 1, 0, 0, true, 23 * ms},
		{"options", 15000, 1, 0, 0, true, 8 * ms},
		{"options", 15001, 1, 0, 0, true, 7 * ms},
		{"options", 20000, 1, 0, 0, true, 6 * ms},
		{"options", 59999, 1, 0, 0, true, 2 * ms},
		{"options", 60001, 1, 0, 0, true, ms},
		{"options", 1e6, 1, 0, 0, true, ms},
		{"options", 0, 1, 0, 0, true, 24 * ms},    // paused
		{"options", 20000, 3, 0, 0, true, 6 * ms}, // the target of all is the same
		{"options", 20000, 3, 666, 0, true, ms},   // of a worker
		{"options", 20000, 3, 668, 0, true, 6 * ms},
		{"uac", 4000, 1, 0, 0, true, 8 * ms}, // INVITE, ACK and BYE
		{"uac", 5000, 1, 0, 0, true, 8 * ms},
		{"uac", 5001, 1, 0, 0, true, 7 * ms},
		{"uac", 20001, 1, 0, 0, true, ms},
		{"options", 100, 1, 0, ms, true, ms},
		{"options", 100, 1, 0, 0, false, ms},
		{"options", 100, 1, 9, 0, true, ms}, // calls wait for others
		{"options", 100, 1, 10, 0, true, 8 * ms},
		{"options", 100, 1, 29, 0, true, 8 * ms},
		{"options", 100, 1, 30, 0, true, 24 * ms},
	} {
		p := builtin(t, c.scenario)
		w := &worker{run: &Runner{Tick: c.set}, engine: engine.New(engine.Defaults(p), engine.NewShared()), limit: c.limit, ticks: c.ticks,
			sends: sends(p), follows: follows(p), arrivals: newArrivals(&Rate{Base: c.rate}, 0, c.workers, 1)}
		w.setTick(0)
		if got := time.Duration(w.tick); got != c.want || w.engine.Tick != w.tick || w.arrivals.tick != w.tick {
			t.Errorf("%+v: tick of %v", c, got)
		}
		w.arrivals.next = 1
		if got := w.arrivals.due(); got != w.tick {
			t.Errorf("%+v: due at %d", c, got)
		}
	}
	w := &worker{run: &Runner{}, engine: engine.New(engine.Defaults(builtin(t, "options")), engine.NewShared()), ticks: true} // users, or a server
	if w.setTick(0); w.tick != int64(shortest) {
		t.Errorf("without a rate: tick of %v", w.tick)
	}
}

// TestTickOfMany: a tick gets longer when the rate falls, but not before the calls that
// began at the higher one have ended; and users who register have the shortest.
func TestTickOfMany(t *testing.T) {
	p := builtin(t, "options")
	w := &worker{run: &Runner{}, engine: engine.New(engine.Defaults(p), engine.NewShared()), ticks: true, sends: sends(p), follows: follows(p)}
	for _, c := range []struct {
		rate   float64
		open   uint64
		enrols bool
		want   time.Duration
	}{
		{20000, 0, false, 6 * time.Millisecond},
		{10, 121, false, 6 * time.Millisecond},
		{40000, 121, false, 3 * time.Millisecond},
		{10, 120, false, 24 * time.Millisecond},
		{10, 0, true, time.Millisecond},
	} {
		w.arrivals = newArrivals(&Rate{Base: c.rate}, 0, 1, 1)
		w.engine.Counts.Started, w.enrolment.has = c.open, c.enrols
		if w.setTick(0); time.Duration(w.tick) != c.want {
			t.Errorf("%+v: tick of %v", c, time.Duration(w.tick))
		}
	}
}

// TestSends counts the messages of a call, but not those of users who register
// beside the calls.
func TestSends(t *testing.T) {
	for name, want := range map[string]int{"options": 1, "uac": 3, "uas": 3} {
		if got := sends(builtin(t, name)); got != want {
			t.Errorf("%s: %d messages of a call, want %d", name, got, want)
		}
	}
	p := &scenario.Program{Steps: []scenario.Step{{Kind: scenario.Send, Side: scenario.User}, {Kind: scenario.Recv}}}
	if got := sends(p); got != 1 {
		t.Errorf("%d messages where a call sends none, want 1", got)
	}
	p.Steps = append(p.Steps, scenario.Step{Kind: scenario.Send, Side: scenario.Called}, scenario.Step{Kind: scenario.Send})
	if got := sends(p); got != 2 {
		t.Errorf("%d messages of both sides of a call, want 2", got)
	}
}

// TestFollows looks for scenarios that send because of what they receive, or behind a
// pause.
func TestFollows(t *testing.T) {
	for name, want := range map[string]bool{
		"options": false, "message": false, "subscribe": true, "register": true, "uac": true, "uas": true, "calls": true,
	} {
		if got := follows(builtin(t, name)); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	const (
		options = `<send retrans="500"><![CDATA[OPTIONS sip:a SIP/2.0
Call-ID: [call_id]
CSeq: 1 OPTIONS

]]></send>`
		invite = `<send><![CDATA[INVITE sip:a SIP/2.0
Call-ID: [call_id]
CSeq: 1 INVITE

]]></send>`
		answer = `<recv response="200"/>`
	)
	for steps, want := range map[string]bool{
		options + options + answer + answer:                                                              false,
		options + answer + `<pause milliseconds="1"/>`:                                                   false,
		options + `<recv response="100" optional="true" next="x"/><recv response="200"/><label id="x"/>`: false,
		options + answer + options + answer:                                                              true,
		options + `<pause milliseconds="1"/>` + options + answer:                                         true,
		invite + answer: true,
		`<label id="x"/>` + options + `<recv response="200" next="x"/>`:                                      true,
		`<label id="x"/>` + options + `<recv response="200" timeout="9" ontimeout="x"/>`:                     true,
		`<label id="x"/><nop/>` + options + `<recv response="200"><action><jump value="0"/></action></recv>`: true,
		options + `<recv response="200" timeout="9"/>`:                                                       true,
		`<label id="x"/><nop/>` + options + `<nop next="x"/>`:                                                true,
		strings.ReplaceAll(options, "500", "20") + answer:                                                    true,
		strings.ReplaceAll(options, "OPTIONS", "[$1]") + answer:                                              true,
		options + answer + `<label id="_unexp.main"/><nop/>`:                                                 true,
	} {
		if got := follows(compile(t, steps)); got != want {
			t.Errorf("%s: %v", steps, got)
		}
	}
}

// compile makes a program of the steps of a scenario.
func compile(t *testing.T, steps string) *scenario.Program {
	t.Helper()
	p, err := scenario.Compile("test", []byte("<scenario name=\"test\">"+steps+"</scenario>"), scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// builtin returns a scenario.
func builtin(t *testing.T, name string) *scenario.Program {
	t.Helper()
	data, _ := scenario.Builtin(name)
	p, err := scenario.Compile(name, data, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
