package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/cmd/internal/tracefile"
)

// TestTraceTimes has lines at each -fd of the run. That of the start is written
// before it.
func TestTraceTimes(t *testing.T) {
	r := optionsRunner(t)
	tr, err := (&runFlags{FD: "2"}).traces(r, engine.NewShared())
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	tr.open = []*bufio.Writer{bufio.NewWriter(io.Discard)}
	var lines []time.Duration
	at := time.Duration(0)
	tr.rows = []row{func(time.Time, *tracefile.Figures) { lines = append(lines, at) }}
	for _, at = range []time.Duration{1e9, 2.001e9, 3.001e9, 4.001e9, 7.1e9, 7.9e9, 8e9} {
		tr.each(at)
	}
	if len(lines) != 4 || lines[0] != 2.001e9 || lines[1] != 4.001e9 || lines[2] != 7.1e9 || lines[3] != 8e9 {
		t.Errorf("lines at %v", lines)
	}
}

// TestTraceNames writes no file for a name alone, and no screen before the run.
func TestTraceNames(t *testing.T) {
	dir := t.TempDir()
	name := func(s string) string { return filepath.Join(dir, s) }
	f := &runFlags{
		FD: "1", ErrorFile: name("e"), LogFile: name("l"), MsgFile: name("m"), ShortFile: name("s"), STF: name("stat"), ScreenFile: name("screen"),
	}
	if f.traced() {
		t.Error("a name alone counts as a trace option")
	}
	for _, on := range []bool{false, true} {
		f.TraceScreen = on
		tr, err := f.traces(optionsRunner(t), engine.NewShared())
		if err != nil {
			t.Fatal(err)
		}
		if err := tr.screen(false); err != nil {
			t.Error(err)
		}
		tr.close()
		if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
			t.Errorf("-trace_screen %t: files %v, %v", on, files, err)
		}
	}
	if !f.traced() {
		t.Error("-trace_screen does not count as a trace option")
	}
}

// optionsRunner is a run that is not prepared.
func optionsRunner(t *testing.T) *load.Runner {
	data, _ := scenario.Builtin("options")
	p, err := scenario.Compile("options", data, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &load.Runner{Engine: engine.Config{Program: p}, Rate: &load.Rate{Base: 10}}
}
