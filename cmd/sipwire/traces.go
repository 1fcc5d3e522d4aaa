package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

// traces are the files of trace_err, trace_logs and trace_msg.
type traces struct {
	mu                    sync.Mutex
	errors, log, messages *bufio.Writer
	files                 []*os.File
}

// traces opens the files, and has what the scenario says written to them.
func (f *runFlags) traces(r *load.Runner, shared *engine.Shared) (*traces, error) {
	t := &traces{}
	base := strings.TrimSuffix(filepath.Base(r.Engine.Program.File), ".xml")
	open := func(on bool, name, kind string) (*bufio.Writer, error) {
		if !on && name == "" {
			return nil, nil
		}
		if name == "" {
			name = fmt.Sprintf("%s_%d_%s.log", base, os.Getpid(), kind)
		}
		file, err := os.Create(name)
		if err != nil {
			return nil, usageError{err}
		}
		t.files = append(t.files, file)
		return bufio.NewWriter(file), nil
	}
	var err error
	if t.errors, err = open(f.TraceErr, f.ErrorFile, "errors"); err != nil {
		return nil, err
	}
	if t.log, err = open(f.TraceLogs, f.LogFile, "logs"); err != nil {
		return nil, err
	}
	if t.messages, err = open(f.TraceMsg, f.MsgFile, "messages"); err != nil {
		return nil, err
	}
	if t.messages != nil {
		shared.Trace = t.message
	}
	if t.errors != nil || t.log != nil {
		shared.Say = t.say
	}
	return t, nil
}

func (t *traces) say(kind, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case kind == "log" && t.log != nil:
		fmt.Fprintln(t.log, text)
	case kind != "log" && t.errors != nil:
		fmt.Fprintf(t.errors, "%s\t%s: %s\n", time.Now().Format(traceTime), kind, text)
	}
}

// traceTime is how a trace has the time, as those of SIPp.
const traceTime = "2006-01-02\t15:04:05.000000"

// message writes one message, in the form that SIPp's file has.
func (t *traces) message(transport string, sent bool, message []byte) {
	what := "received"
	if sent {
		what = "sent"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.messages, "----------------------------------------------- %s\n%s message %s [%d] bytes:\n\n%s\n",
		time.Now().Format(traceTime), transport, what, len(message), message)
}

func (t *traces) close() {
	for _, w := range []*bufio.Writer{t.errors, t.log, t.messages} {
		if w != nil {
			w.Flush()
		}
	}
	for _, f := range t.files {
		f.Close()
	}
}
