package tracefile

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

const text = `<scenario name="t"><nop counter="7"/><nop counter="calls"/><send retrans="500"><![CDATA[
OPTIONS sip:a SIP/2.0
Call-ID: [call_id]
CSeq: 1 OPTIONS
]]></send><recv response="200" lost="5" rtd="true"/><pause milliseconds="1"/>
<ResponseTimeRepartition value="10, 20"/><CallLengthRepartition value="100"/></scenario>`

// program returns a scenario, and figures of it.
func program(t *testing.T) (*scenario.Program, *Figures) {
	t.Helper()
	p, err := scenario.Compile("t.xml", []byte(text), scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := engine.NewCounts(p)
	return p, &Figures{Counts: &c, Rate: 12.5}
}

var begun = time.Date(2026, 11, 27, 22, 21, 59, 62573000, time.UTC)

// table reads what was written as a map from the name of each column to its values.
func table(t *testing.T, text string, comma rune) map[string][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes = comma, true
	rows, err := r.ReadAll() // an error when lines have different numbers of cells
	if err != nil {
		t.Fatal(err)
	}
	m := map[string][]string{}
	for i, name := range rows[0] {
		for _, row := range rows[1:] {
			m[name] = append(m[name], row[i])
		}
	}
	return m
}

// TestStat has two lines: columns of the time between them, and of the whole run.
func TestStat(t *testing.T) {
	p, f := program(t)
	var out strings.Builder
	s := NewStat(&out, ",", p, begun)
	c := f.Counts
	c.Started, c.Ended, c.Successful, c.Failed = 5, 4, 3, 1
	c.ByCause[engine.CheckFailed], c.Checks[engine.NoHeader], c.Counters[0] = 1, 1, 5
	f.Open = 1
	for _, us := range []int64{4000, 8000, 12000} {
		c.RTDs[0].RecordValue(us)
	}
	c.Lengths.RecordValue(50_000)
	s.Row(begun.Add(1500*time.Millisecond), f)
	c.Started, c.Successful, c.Failed = 15, 10, 2
	c.ByCause[engine.NoResponse], c.RepeatedByTimer = 1, 9
	c.RTDs[0].RecordValue(30_000)
	c.Lengths.RecordValue(150_000)
	s.Row(begun.Add(3500*time.Millisecond), f)
	got := table(t, out.String(), ',')
	for name, want := range map[string]string{
		"StartTime": "2026-11-27\t22:21:59.062573\t1795818119.062573 2026-11-27\t22:21:59.062573\t1795818119.062573", "ElapsedTime(P)": "00:00:01 00:00:02", "ElapsedTime(C)": "00:00:01 00:00:03",
		"TargetRate": "12.5 12.5", "CallRate(P)": "3.33333 5", "CallRate(C)": "3.33333 4.28571", "IncomingCall(C)": "0 0", "OutgoingCall(P)": "5 10", "OutgoingCall(C)": "5 15",
		"TotalCallCreated": "5 15", "CurrentCall": "1 1", "SuccessfulCall(P)": "3 7", "SuccessfulCall(C)": "3 10", "FailedCall(P)": "1 1", "FailedCall(C)": "1 2",
		"FailedRegexpHdrNotFound(C)": "1 1", "FailedRegexpDoesntMatch(C)": "0 0", "FailedMaxUDPRetrans(P)": "0 1", "Retransmissions(C)": "0 9", "WatchdogMinor(C)": "0 0",
		"ResponseTime1(P)": "00:00:00:008000 00:00:00:030000", "ResponseTime1(C)": "00:00:00:008000 00:00:00:013000", "ResponseTime1StDev(C)": "00:00:00:003000 00:00:00:009000",
		"CallLength(P)": "00:00:00:050000 00:00:00:150000", "GenericCounter7(C)": "5 5", "calls(P)": "0 0",
		"ResponseTimeRepartition1_<10": "2 2", "ResponseTimeRepartition1_<20": "1 1", "ResponseTimeRepartition1_>=20": "0 1", "CallLengthRepartition_<100": "1 1", "CallLengthRepartition_>=100": "0 1",
	} {
		if v := strings.Join(got[name], " "); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	f.Server = true
	s.Row(begun.Add(4*time.Second), f)
	if got = table(t, out.String(), ','); got["IncomingCall(C)"][2] != "15" || got["OutgoingCall(C)"][2] != "0" {
		t.Errorf("of a server: %q %q", got["IncomingCall(C)"], got["OutgoingCall(C)"])
	}
}

// TestCounts has the counts of each step, with those of lost messages where there
// can be any.
func TestCounts(t *testing.T) {
	p, f := program(t)
	var out strings.Builder
	c := NewCounts(&out, p, false, begun)
	f.Counts.Steps[2] = engine.StepCount{Sent: 6, Repeated: 2, TimedOut: 1}
	f.Counts.Steps[3] = engine.StepCount{Received: 5, Unexpected: 1, Lost: 3}
	c.Row(begun.Add(1029*time.Millisecond), f)
	want := "CurrentTime;ElapsedTime;0_Pause_Sessions;0_Pause_Unexp;1_Pause_Sessions;1_Pause_Unexp;2_OPTIONS_Sent;2_OPTIONS_Retrans;2_OPTIONS_Timeout;2_OPTIONS_Lost;" +
		"3_200_Recv;3_200_Retrans;3_200_Timeout;3_200_Unexp;3_200_Lost;4_Pause_Sessions;4_Pause_Unexp;\n" +
		"2026-11-27\t22:22:00.091573\t1795818120.091573;00:00:01:029000;0;0;0;0;6;2;1;0;5;0;0;1;3;0;0;\n"
	if out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

// TestCodes has the statuses of each line, and not those of the line before.
func TestCodes(t *testing.T) {
	_, f := program(t)
	var out strings.Builder
	c := NewCodes(&out, begun)
	f.Counts.Codes[486], f.Counts.Codes[200] = 1, 2
	c.Row(begun, f)
	f.Counts.Codes[486]++
	c.Row(begun, f)
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, line[strings.LastIndex(line, ";")+1:])
	}
	if !slices.Equal(got, []string{"200,200,486,\n", "486,\n"}) {
		t.Errorf("%q", got)
	}
}

// TestShort has a line for each message, also for one that is no SIP.
func TestShort(t *testing.T) {
	var out strings.Builder
	Short(&out, begun, true, []byte("INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: x\r\nCSeq: 3 INVITE\r\n\r\n"))
	Short(&out, begun, false, []byte("noise"))
	at := Stamp(begun)
	if want := at + "\tS\tx\tCSeq:3 INVITE\tINVITE sip:a SIP/2.0\n" + at + "\tR\t\tCSeq:0 \tnoise\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

// TestScreen has the lines that scripts look for.
func TestScreen(t *testing.T) {
	p, f := program(t)
	f.Counts.Successful, f.Counts.Failed, f.Counts.Steps[2].Sent = 41, 7, 48
	var out strings.Builder
	Screen(&out, p, begun, begun.Add(time.Minute), f)
	for _, want := range []string{"\n  Successful call        |                           |       41\n", "\n  Failed call            |                           |        7\n",
		"     OPTIONS ---------->         48 ", "| 00:01:00:000000\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
