package page

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

//go:embed page.html
var html []byte

// policy lets the page do what it has to, and nothing else: its own script and
// style, and requests to where it is from.
var policy = sync.OnceValue(func() string {
	return "default-src 'none'; script-src " + hash("script") + "; style-src " + hash("style") +
		"; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
})

// hash names the content of an element in the page as a policy does.
func hash(element string) string {
	m := regexp.MustCompile("(?s)<" + element + ">(.*?)</" + element + ">").FindSubmatch(html)
	sum := sha256.Sum256(m[1])
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

const (
	kept       = 3600 // samples: those of an hour
	maxRequest = 4096
)

// validToken has what needs no escape in an address.
var validToken = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._~-]{16,}$`) })

// A Page answers for one run.
type Page struct {
	scenario string
	controls *load.Controls
	token    string
	sum      [sha256.Size]byte // of the token
	mux      *http.ServeMux

	mu      sync.Mutex // guards what is below
	samples []load.Sample
	first   int // the number of the first of them
}

// New returns the page of a run. The token is a random one when it is empty.
func New(scenario string, controls *load.Controls, token string) (*Page, error) {
	if token == "" {
		token = rand.Text()
	}
	if !validToken().MatchString(token) {
		return nil, errors.New("it is at least 16 letters, digits, and of -._~")
	}
	p := &Page{scenario: scenario, controls: controls, token: token, sum: sha256.Sum256([]byte(token)), mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /{$}", p.html)
	p.mux.HandleFunc("GET /api/run", p.get)
	p.mux.HandleFunc("POST /api/run", p.post)
	return p, nil
}

// Token returns the token.
func (p *Page) Token() string { return p.token }

// Add takes the figures of a second.
func (p *Page) Add(s *load.Sample) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.samples) == kept {
		p.samples = append(p.samples[:0], p.samples[1:]...)
		p.first++
	}
	if n := len(p.samples); n > 0 {
		p.samples[n-1].Now = nil // the tables of steps are shown of the latest only
	}
	p.samples = append(p.samples, *s)
}

// DirectHost reports whether the Host of a request is an address or localhost,
// which nobody can have resolve to another host.
func DirectHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || strings.EqualFold(host, "localhost")
}

// ServeHTTP answers a request.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	switch {
	case !DirectHost(r.Host):
		http.Error(w, "ask for the address, not for a name", http.StatusForbidden)
	case strings.HasPrefix(r.URL.Path, "/api/") && !p.allowed(r):
		h.Set("WWW-Authenticate", "Bearer")
		http.Error(w, "the token is missing or wrong", http.StatusUnauthorized)
	default:
		p.mux.ServeHTTP(w, r)
	}
}

// allowed reports whether a request has the token. Sums are compared, in
// constant time, so that not even the length can be measured.
func (p *Page) allowed(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(sum[:], p.sum[:]) == 1 && ok
}

func (p *Page) html(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(html)
}

// view is what the page is told.
type view struct {
	Scenario string        `json:"scenario"`
	State    load.State    `json:"state"`
	Next     int           `json:"next"` // the number of the next sample
	Samples  []load.Sample `json:"samples"`
}

func (p *Page) get(w http.ResponseWriter, r *http.Request) {
	since, err := strconv.Atoi(r.FormValue("since"))
	if err != nil && r.FormValue("since") != "" {
		http.Error(w, "since is no number", http.StatusBadRequest)
		return
	}
	v := view{Scenario: p.scenario, State: p.controls.State(), Samples: []load.Sample{}}
	p.mu.Lock()
	v.Next = p.first + len(p.samples)
	if skip := max(since-p.first, 0); skip < len(p.samples) {
		v.Samples = append(v.Samples, p.samples[skip:]...)
	}
	p.mu.Unlock()
	answer(w, v)
}

// change is what can be asked for; what is not there stays as it is.
type change struct {
	Rate  *float64 `json:"rate"`
	Users *int     `json:"users"`
	Pause *bool    `json:"pause"`
	Stop  *bool    `json:"stop"`
}

func (p *Page) post(w http.ResponseWriter, r *http.Request) {
	var c change
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil || d.More() {
		http.Error(w, "one object with rate, users, pause or stop is needed", http.StatusBadRequest)
		return
	}
	var err error
	if c.Rate != nil {
		err = p.controls.SetRate(*c.Rate)
	}
	if c.Users != nil && err == nil {
		err = p.controls.SetUsers(*c.Users)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	if c.Pause != nil {
		p.controls.Pause(*c.Pause)
	}
	if c.Stop != nil && *c.Stop {
		p.controls.Stop()
	}
	answer(w, p.controls.State())
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}
