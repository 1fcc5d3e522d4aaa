package status

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/serve"
)

const (
	traceTime    = 30 * time.Second // when the request does not say how long
	maxTraceTime = 10 * time.Minute
)

// trace writes the messages of a Call-ID as they come, each as received and as
// sent on, until the time is over or the reader goes.
func trace(w http.ResponseWriter, r *http.Request, s Source) {
	callID, wait := r.FormValue("call-id"), traceTime
	if n, err := strconv.Atoi(r.FormValue("seconds")); err == nil && n > 0 {
		wait = min(time.Duration(n)*time.Second, maxTraceTime)
	}
	if callID == "" {
		http.Error(w, "no call-id", http.StatusBadRequest)
		return
	}
	events, stop, ok := s.Trace(callID)
	if !ok {
		http.Error(w, "this call, or too many others, are traced already", http.StatusConflict)
		return
	}
	defer stop()
	// Text, and nothing that a browser could take for something else.
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	fmt.Fprintf(w, "Call-ID %s, for %v\n", callID, wait)
	out := http.NewResponseController(w)
	_ = out.Flush()
	end := time.NewTimer(wait)
	defer end.Stop()
	for {
		select {
		case e := <-events:
			fmt.Fprintf(w, "\n%s from %s:%v, %s\n", e.Time.UTC().Format(time.RFC3339Nano), strings.ToLower(e.Transport.String()), e.Source, Outcome(&e))
			indent(w, "<", e.Data)
			indent(w, ">", e.Sent)
			_ = out.Flush()
		case <-end.C:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// indent writes a message with a mark before each line.
func indent(w http.ResponseWriter, mark string, b []byte) {
	if len(b) == 0 {
		return
	}
	for line := range bytes.Lines(b) {
		fmt.Fprintf(w, "%s %s\n", mark, bytes.TrimRight(line, "\r\n"))
	}
}

// Outcome says in words what became of a message.
func Outcome(e *serve.Event) string {
	switch e.Kind {
	case forward.Forwarded:
		return fmt.Sprintf("forwarded to %s:%v", strings.ToLower(e.To.Transport.String()), e.To.Addr)
	case forward.Answered:
		return fmt.Sprintf("answered %d", e.Status)
	case forward.Dropped:
		return "dropped: " + e.Cause.String()
	}
	return kindNames[e.Kind]
}
