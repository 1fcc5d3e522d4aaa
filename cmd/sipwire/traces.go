package main

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/cmd/internal/tracefile"
)

// traces are the files that SIPp's trace options write.
type traces struct {
	mu    sync.Mutex // held while anything is written
	files []*os.File
	open  []*bufio.Writer

	errors, log, messages, short, rtt *bufio.Writer
	screenFile                        string // empty for none

	run   *load.Runner
	begun time.Time
	rows  []row         // a line each at every -fd
	every time.Duration // of -fd
	next  time.Duration
	names []string // of response times
}

// A row writes the line of a moment to a file of figures.
type row func(now time.Time, f *tracefile.Figures)

// traced reports whether any of the trace options is on.
func (f *runFlags) traced() bool {
	return f.TraceErr || f.TraceLogs || f.TraceMsg || f.TraceShort || f.TraceRTT || f.TraceStat || f.TraceCounts || f.TraceCodes || f.TraceScreen
}

// traces opens the files, and has what the scenario says written to them.
func (f *runFlags) traces(r *load.Runner, shared *engine.Shared) (*traces, error) {
	t := &traces{run: r, begun: time.Now(), names: r.Engine.Program.RTDs}
	var err error
	if t.every, err = scenario.ParseTime(f.FD, time.Second); err != nil || t.every <= 0 {
		return nil, usage("-fd %s is no time", f.FD)
	}
	t.next = t.every // the line of the start is written in front of the run
	base := fmt.Sprintf("%s_%d_", strings.TrimSuffix(filepath.Base(r.Engine.Program.File), ".xml"), os.Getpid())
	open := func(w **bufio.Writer, on bool, name, ending string) {
		if err != nil || !on { // a name alone writes nothing, as in SIPp
			return
		}
		if name == "" {
			name = base + ending
		}
		var file *os.File
		if file, err = os.Create(name); err != nil {
			err = usageError{err}
			return
		}
		*w = bufio.NewWriter(file)
		t.files, t.open = append(t.files, file), append(t.open, *w)
	}
	var stat, counts, codes *bufio.Writer
	open(&t.errors, f.TraceErr, f.ErrorFile, "errors.log")
	open(&t.log, f.TraceLogs, f.LogFile, "logs.log")
	open(&t.messages, f.TraceMsg, f.MsgFile, "messages.log")
	open(&t.short, f.TraceShort, f.ShortFile, "shortmessages.log")
	open(&t.rtt, f.TraceRTT, "", "rtt.csv")
	open(&stat, f.TraceStat, f.STF, ".csv")
	open(&counts, f.TraceCounts, "", "counts.csv")
	open(&codes, f.TraceCodes, "", "error_codes.csv")
	if f.TraceScreen {
		t.screenFile = cmp.Or(f.ScreenFile, base+"screens.log")
	}
	if err != nil {
		t.close()
		return nil, err
	}
	t.listen(shared)
	p := r.Engine.Program
	if stat != nil {
		t.rows = append(t.rows, tracefile.NewStat(stat, f.StatDelimiter, p, t.begun).Row)
	}
	if counts != nil {
		t.rows = append(t.rows, tracefile.NewCounts(counts, p, f.Lost > 0, t.begun).Row)
	}
	if codes != nil {
		t.rows = append(t.rows, tracefile.NewCodes(codes, t.begun).Row)
	}
	return t, nil
}

// listen has the engines tell what is written as it happens.
func (t *traces) listen(shared *engine.Shared) {
	if t.messages != nil || t.short != nil {
		shared.Trace = t.message
	}
	if t.errors != nil || t.log != nil {
		shared.Say = t.say
	}
	if t.rtt != nil {
		fmt.Fprintln(t.rtt, "Date_ms;response_time_ms;rtd_no")
		shared.Measured = t.measured
	}
}

func (t *traces) say(kind, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case kind == "log" && t.log != nil:
		fmt.Fprintln(t.log, text)
	case kind != "log" && t.errors != nil:
		fmt.Fprintf(t.errors, "%s: %s\n", tracefile.Stamp(time.Now()), text)
	}
}

// message writes one message, in the forms that SIPp's files have.
func (t *traces) message(transport string, sent bool, message []byte) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.short != nil {
		tracefile.Short(t.short, now, sent, message)
	}
	if t.messages == nil {
		return
	}
	format := "----------------------------------------------- %s\n%s message received [%d] bytes :\n\n%s\n"
	if sent {
		format = "----------------------------------------------- %s\n%s message sent (%d bytes):\n\n%s\n"
	}
	fmt.Fprintf(t.messages, format, now.Format("2006-01-02 15:04:05.000000"), transport, len(message), message)
}

func (t *traces) measured(rtd int, ns int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.rtt, "%d;%d;%s\n", time.Since(t.begun).Milliseconds(), ns/1e6, t.names[rtd])
}

// figures returns those of this moment, or of a run that has ended.
func (t *traces) figures(ended bool) *tracefile.Figures {
	figures := t.run.Live
	if ended {
		figures = t.run.Totals
	}
	now := figures()
	f := &tracefile.Figures{Counts: &now.Counts, Open: now.Open, Server: t.run.Server}
	if rate := t.run.OpenRate(); rate != nil {
		f.Rate = rate.At(t.run.Elapsed())
	}
	return f
}

// each is called every second of the run: it writes lines when -fd has passed.
func (t *traces) each(at time.Duration) {
	if len(t.rows) > 0 && at >= t.next {
		t.next += t.every * ((at-t.next)/t.every + 1)
		t.row(false)
	}
}

// row writes a line to each file of figures, and what has gathered of the others.
func (t *traces) row(ended bool) {
	f, now := t.figures(ended), time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.rows {
		r(now, f)
	}
	for _, w := range t.open {
		w.Flush()
	}
}

// screen adds the figures of this moment to the file of -trace_screen, if there is
// one. The key s may come before the run has begun: there are no figures yet.
func (t *traces) screen(ended bool) error {
	if t.screenFile == "" || !ended && t.run.Elapsed() == 0 {
		return nil
	}
	f := t.figures(ended)
	t.mu.Lock()
	defer t.mu.Unlock()
	file, err := os.OpenFile(t.screenFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	tracefile.Screen(file, t.run.Engine.Program, t.begun, time.Now(), f)
	return file.Close()
}

// end writes the last lines.
func (t *traces) end() error {
	t.row(true)
	return t.screen(true)
}

func (t *traces) close() {
	for _, w := range t.open {
		w.Flush()
	}
	for _, f := range t.files {
		f.Close()
	}
}
