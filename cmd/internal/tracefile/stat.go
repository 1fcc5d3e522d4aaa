package tracefile

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A Stat writes the file of -trace_stat: a line with the names of the columns, and
// one for each moment. Columns with (P) are of the time since the line before,
// those with (C) of the whole run.
type Stat struct {
	w         io.Writer
	delimiter string
	program   *scenario.Program

	begun, last time.Time
	calls       uint64
	before      []uint64 // of the counters of the line before
	rtds        []times
	lengths     times
}

// NewStat writes the names of the columns.
func NewStat(w io.Writer, delimiter string, p *scenario.Program, begun time.Time) *Stat {
	s := &Stat{w: w, delimiter: delimiter, program: p, begun: begun, last: begun, rtds: make([]times, len(p.RTDs))}
	s.before = make([]uint64, len(counters)+len(p.Counters))
	line := []string{"StartTime", "LastResetTime", "CurrentTime", "ElapsedTime(P)", "ElapsedTime(C)", "TargetRate", "CallRate(P)", "CallRate(C)"}
	both := func(name string) { line = append(line, name+"(P)", name+"(C)") }
	for _, c := range counters {
		both(c.name)
		if c.name == "OutgoingCall" {
			line = append(line, "TotalCallCreated", "CurrentCall")
		}
	}
	for _, name := range p.RTDs {
		both("ResponseTime" + name)
		both("ResponseTime" + name + "StDev")
	}
	both("CallLength")
	both("CallLengthStDev")
	for _, name := range p.Counters {
		if _, err := strconv.Atoi(name); err == nil {
			name = "GenericCounter" + name
		}
		both(name)
	}
	for _, name := range p.RTDs {
		line = append(line, ranges("ResponseTimeRepartition"+name, p.ResponseTimes)...)
	}
	s.write(append(line, ranges("CallLengthRepartition", p.CallLengths)...))
	return s
}

// ranges names the columns of a repartition; there are none without bounds.
func ranges(name string, bounds []int) []string {
	if len(bounds) == 0 {
		return nil
	}
	out := []string{name}
	for _, b := range bounds {
		out = append(out, name+"_<"+strconv.Itoa(b))
	}
	return append(out, name+"_>="+strconv.Itoa(bounds[len(bounds)-1]))
}

// Row writes the line of a moment.
func (s *Stat) Row(now time.Time, f *Figures) {
	c := f.Counts
	rate := func(calls uint64, since time.Time) string {
		return strconv.FormatFloat(float64(calls)/max(now.Sub(since).Seconds(), 1e-3), 'g', 6, 64)
	}
	line := []string{
		Stamp(s.begun), Stamp(s.last), Stamp(now), seconds(now.Sub(s.last)), seconds(now.Sub(s.begun)),
		strconv.FormatFloat(f.Rate, 'g', 6, 64), rate(c.Started-s.calls, s.last), rate(c.Started, s.begun),
	}
	both := func(i int, v uint64) {
		line = append(line, strconv.FormatUint(v-s.before[i], 10), strconv.FormatUint(v, 10))
		s.before[i] = v
	}
	for i, column := range counters {
		v := uint64(0)
		if column.value != nil {
			v = column.value(f)
		}
		both(i, v)
		if column.name == "OutgoingCall" {
			line = append(line, strconv.FormatUint(c.Started, 10), strconv.FormatInt(f.Open, 10))
		}
	}
	duration := func(all times, before *times) {
		p := all.since(*before)
		line = append(line, clock(p.mean()), clock(all.mean()), clock(p.deviation()), clock(all.deviation()))
		*before = all
	}
	for i, h := range c.RTDs {
		duration(timesOf(h), &s.rtds[i])
	}
	duration(timesOf(c.Lengths), &s.lengths)
	for i, v := range c.Counters {
		both(len(counters)+i, v)
	}
	parts := func(counts []int64, bounds []int) {
		if len(bounds) == 0 {
			return
		}
		line = append(line, "")
		for _, n := range counts {
			line = append(line, strconv.FormatInt(n, 10))
		}
	}
	for _, h := range c.RTDs {
		parts(below(h, s.program.ResponseTimes), s.program.ResponseTimes)
	}
	parts(below(c.Lengths, s.program.CallLengths), s.program.CallLengths)
	s.write(line)
	s.last, s.calls = now, c.Started
}

func (s *Stat) write(line []string) {
	for _, cell := range line {
		fmt.Fprint(s.w, cell, s.delimiter)
	}
	fmt.Fprintln(s.w)
}

// counters are the columns that count: a value is nil where there is nothing to
// count.
var counters = []struct {
	name  string
	value func(*Figures) uint64
}{
	{"IncomingCall", func(f *Figures) uint64 { return started(f, true) }},
	{"OutgoingCall", func(f *Figures) uint64 { return started(f, false) }},
	{"SuccessfulCall", func(f *Figures) uint64 { return f.Counts.Successful }},
	{"FailedCall", func(f *Figures) uint64 { return f.Counts.Failed }},
	{"FailedCannotSendMessage", cause(engine.CannotSend)},
	{"FailedMaxUDPRetrans", cause(engine.NoResponse)},
	{"FailedTcpConnect", nil},
	{"FailedTcpClosed", cause(engine.ConnectionLost)},
	{"FailedUnexpectedMessage", cause(engine.UnexpectedMessage)},
	{"FailedCallRejected", cause(engine.Rejected, engine.Endless)},
	{"FailedCmdNotSent", nil},
	{"FailedRegexpDoesntMatch", check(engine.NoMatch)},
	{"FailedRegexpShouldntMatch", check(engine.AMatch)},
	{"FailedRegexpHdrNotFound", check(engine.NoHeader)},
	{"FailedOutboundCongestion", nil},
	{"FailedTimeoutOnRecv", cause(engine.NothingCame)},
	{"FailedTimeoutOnSend", nil},
	{"FailedTestDoesntMatch", check(engine.TestFails)},
	{"FailedTestShouldntMatch", check(engine.TestHolds)},
	{"FailedStrcmpDoesntMatch", check(engine.TextDiffers)},
	{"FailedStrcmpShouldntMatch", check(engine.TextIsEqual)},
	{"OutOfCallMsgs", func(f *Figures) uint64 { return f.Counts.OutOfCall }},
	{"DeadCallMsgs", nil},
	{"Retransmissions", func(f *Figures) uint64 { return f.Counts.RepeatedByTimer + f.Counts.RepeatedOnRequest }},
	{"AutoAnswered", func(f *Figures) uint64 { return f.Counts.AutoAnswered }},
	{"Warnings", nil},
	{"FatalErrors", nil},
	{"WatchdogMajor", nil},
	{"WatchdogMinor", nil},
}

func started(f *Figures, server bool) uint64 {
	if f.Server != server {
		return 0
	}
	return f.Counts.Started
}

func cause(causes ...engine.Cause) func(*Figures) uint64 {
	return func(f *Figures) (n uint64) {
		for c, v := range f.Counts.ByCause {
			if slices.Contains(causes, engine.Cause(c)) {
				n += v
			}
		}
		return n
	}
}

func check(c engine.Check) func(*Figures) uint64 {
	return func(f *Figures) uint64 { return f.Counts.Checks[c] }
}
