// Package status shows what a proxy does: to people as a page, and to
// Prometheus as metrics.
package status

import (
	"html/template"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/cmd/internal/proxy/serve"
	"github.com/sipwire/sipwire/transaction"
)

// A Source is what is shown; *serve.Server is one.
type Source interface {
	Counts() serve.Counts
	Conns() int
	KernelDrops() uint64
	Locals() []forward.Local
	Level() float64
	// Transactions is not ok for a proxy that keeps none.
	Transactions() (n transaction.Stats, bindings int, ok bool)
	Trace(callID string) (events <-chan serve.Event, stop func(), ok bool)
}

// Serve answers on l until it is closed.
func Serve(l net.Listener, s Source, table *hops.Table) {
	server := http.Server{Handler: Handler(s, table), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	_ = server.Serve(l) // ends with the listener
}

// Handler has the page at /, the metrics at /metrics, and what happens to one
// call at /trace.
func Handler(s Source, table *hops.Table) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(&collector{s, table})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page().Execute(w, view(s, table)) // the reader has gone, if anything
	})
	mux.HandleFunc("GET /trace", func(w http.ResponseWriter, r *http.Request) { trace(w, r, s) })
	return mux
}

// kindNames are the words of the page and the label of the metric.
var kindNames = [forward.Kinds]string{"dropped", "forwarded", "answered", "absorbed"}

// A row is a line of a table of the page.
type row struct {
	Name  string
	Value any
}

func view(s Source, table *hops.Table) any {
	c := s.Counts()
	var v struct {
		Messages, Dropped, Undelivered, Hops, Locals []row

		Transactions []row // none without state
		Conns        int
		Kernel       uint64
		Refused      int // percent
	}
	v.Messages = []row{{"received", c.Received}}
	for _, k := range []forward.Kind{forward.Forwarded, forward.Answered, forward.Absorbed, forward.Dropped} {
		v.Messages = append(v.Messages, row{kindNames[k], c.Kinds[k]})
	}
	for cause := forward.NoCause + 1; cause < forward.Causes; cause++ {
		v.Dropped = append(v.Dropped, row{cause.String(), c.Dropped[cause]})
	}
	for _, cause := range undelivered {
		v.Undelivered = append(v.Undelivered, row{cause.String(), c.Undelivered[cause]})
	}
	for _, t := range targets(table) {
		state := "up"
		if !t.IsUp() {
			state = "down"
		}
		v.Hops = append(v.Hops, row{t.Label, state})
	}
	for _, l := range s.Locals() {
		v.Locals = append(v.Locals, row{l.Transport.String(), l.Addr})
	}
	if n, bindings, ok := s.Transactions(); ok {
		v.Transactions = []row{
			{"open", n.Transactions}, {"bytes kept", n.Bytes}, {"begun by clients", n.Servers}, {"begun by the proxy", n.Clients},
			{"repeats absorbed", n.Repeats}, {"refused at a limit", n.Refused}, {"timed out", n.Timeouts}, {"registered contacts", bindings},
		}
	}
	v.Conns, v.Kernel, v.Refused = s.Conns(), s.KernelDrops(), int(100*min(s.Level(), 1))
	return v
}

// targets returns each target once, by its label.
func targets(table *hops.Table) (all []*hops.Target) {
	seen := map[string]bool{}
	for _, r := range table.Rules() {
		for _, t := range r.Targets {
			if !seen[t.Label] {
				seen[t.Label] = true
				all = append(all, t)
			}
		}
	}
	return all
}

// page is made when it is asked for: every command of the program would pay for it.
var page = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageText)) })

const pageText = `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>sipwire proxy</title>
<link rel="icon" href="data:,">
<style>body{font:1rem/1.5 sans-serif;margin:2rem;max-width:40rem}table{border-collapse:collapse;margin-bottom:1.5rem}
th,td{text-align:left;padding:.1rem 1.5rem .1rem 0}td{font-variant-numeric:tabular-nums}</style>
<h1>sipwire proxy</h1>
{{define "rows"}}<table>{{range .}}<tr><th scope="row">{{.Name}}<td>{{.Value}}{{end}}</table>{{end}}
<h2>Messages</h2>{{template "rows" .Messages}}
<h2>Dropped, by cause</h2>{{template "rows" .Dropped}}
<h2>Answered because they could not be sent on, by cause</h2>{{template "rows" .Undelivered}}
<p>{{.Kernel}} datagrams were lost in the system before they were received (a run of one peer counts as one). {{.Conns}} connections are open.
{{if .Refused}}<strong>Overloaded: {{.Refused}} percent of new requests are refused.</strong>{{else}}No request is refused for overload.{{end}}</p>
{{with .Transactions}}<h2>Transactions</h2>{{template "rows" .}}{{end}}
<h2>Next hops</h2>{{template "rows" .Hops}}
<h2>Listening on</h2>{{template "rows" .Locals}}
<h2>What happens to one call</h2>
<form action="/trace"><label>Call-ID <input name="call-id" required></label>
<label>for <input name="seconds" type="number" min="1" max="600" value="30"> seconds</label> <button>Trace</button></form>
<p><a href="/metrics">metrics</a></p></html>
`
