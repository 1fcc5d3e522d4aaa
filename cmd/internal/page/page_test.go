package page

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// run is a run that only keeps what it was asked for.
type run struct {
	mu  sync.Mutex
	now load.Control
}

func (r *run) apply(c load.Control) {
	r.mu.Lock()
	r.now = c
	r.mu.Unlock()
}

func (r *run) asked() load.Control {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

const secret = "a-token-for-tests"

// serve shows a run of a rate, or of users.
func serve(t *testing.T, users int) (*run, *Page, *httptest.Server) {
	t.Helper()
	r := &run{}
	var rate *load.Rate
	if users == 0 {
		rate = &load.Rate{Base: 10}
	}
	p, err := New("a <call>", load.NewControls(rate, users, func() time.Duration { return 0 }, r.apply), secret)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return r, p, s
}

// ask sends a request, with the right token unless edit changes that.
func ask(t *testing.T, s *httptest.Server, method, path, body string, edit func(*http.Request)) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	if edit != nil {
		edit(r)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, _ := io.ReadAll(a.Body)
	return a.StatusCode, string(text), a.Header
}

// TestFigures asks for the samples, from a number on.
func TestFigures(t *testing.T) {
	_, p, s := serve(t, 0)
	for i := range kept + 5 {
		p.Add(&load.Sample{Calls: uint64(i)})
	}
	for since, want := range map[string]int{"": kept, "?since=0": kept, "?since=3603": 2, "?since=3605": 0, "?since=99999": 0, "?since=-5": kept} {
		status, text, _ := ask(t, s, "GET", "/api/run"+since, "", nil)
		var v view
		if err := json.Unmarshal([]byte(text), &v); err != nil || status != 200 {
			t.Fatalf("%s: %d, %v", since, status, err)
		}
		if len(v.Samples) != want || v.Next != kept+5 || v.Scenario != "a <call>" || v.State != (load.State{Rate: 10}) {
			t.Errorf("%s: %d samples, next %d, %+v", since, len(v.Samples), v.Next, v.State)
		}
		if want > 0 && v.Samples[want-1].Calls != kept+4 {
			t.Errorf("%s: the last sample is of %d calls", since, v.Samples[want-1].Calls)
		}
	}
	if status, _, _ := ask(t, s, "GET", "/api/run?since=x", "", nil); status != http.StatusBadRequest {
		t.Errorf("since=x: %d", status)
	}
}

// TestChanges has each change reach the run, and no change that has no meaning.
func TestChanges(t *testing.T) {
	for _, c := range []struct {
		users  int
		body   string
		status int
		want   load.Control
	}{
		{0, `{"rate": 25.5}`, 200, load.Control{Rate: 25.5, HasRate: true}},
		{0, `{"rate": 0}`, 200, load.Control{HasRate: true}},
		{5, `{"users": 50}`, 200, load.Control{Users: 50, HasUsers: true}},
		{0, `{"pause": true}`, 200, load.Control{Paused: true}},
		{0, `{"pause": false}`, 200, load.Control{}},
		{0, `{"stop": true}`, 200, load.Control{Stop: true}},
		{0, `{"stop": false}`, 200, load.Control{}},
		{0, `{}`, 200, load.Control{}},
		{0, `{"users": 50}`, 422, load.Control{}},
		{5, `{"rate": 50}`, 422, load.Control{}},
		{0, `{"rate": -1, "stop": true}`, 422, load.Control{}},
		{0, `{"rate": 1e9}`, 422, load.Control{}},
		{5, `{"users": -1}`, 422, load.Control{}},
		{5, `{"users": 1.5}`, 400, load.Control{}},
		{0, `{"rate": "x"}`, 400, load.Control{}},
		{0, `{"exec": "x"}`, 400, load.Control{}},
		{0, `{} {}`, 400, load.Control{}},
		{0, ``, 400, load.Control{}},
		{0, `{"stop": true` + strings.Repeat(" ", maxRequest) + `}`, 400, load.Control{}},
	} {
		r, _, s := serve(t, c.users)
		status, text, _ := ask(t, s, "POST", "/api/run", c.body, nil)
		if status != c.status || r.asked() != c.want {
			t.Errorf("%.40s: %d %s, %+v", c.body, status, text, r.asked())
		}
	}
	r, _, s := serve(t, 0)
	ask(t, s, "POST", "/api/run", `{"rate": 7, "pause": true}`, nil)
	if _, text, _ := ask(t, s, "POST", "/api/run", `{"stop": true}`, nil); strings.TrimSpace(text) != `{"rate":7,"users":0,"paused":true,"stop":true}` {
		t.Errorf("the state is %s", text)
	}
	if want := (load.Control{Rate: 7, HasRate: true, Paused: true, Stop: true}); r.asked() != want {
		t.Errorf("%+v", r.asked())
	}
}

// TestToken lets nobody see or change the run who has no token, or comes by a
// name.
func TestToken(t *testing.T) {
	r, _, s := serve(t, 0)
	for name, c := range map[string]struct {
		edit   func(*http.Request)
		status int
	}{
		"none":       {func(r *http.Request) { r.Header.Del("Authorization") }, 401},
		"wrong":      {func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret+"x") }, 401},
		"short":      {func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret[1:]) }, 401},
		"empty":      {func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }, 401},
		"basic":      {func(r *http.Request) { r.Header.Set("Authorization", "Basic "+secret) }, 401},
		"bare":       {func(r *http.Request) { r.Header.Set("Authorization", secret) }, 401},
		"name":       {func(r *http.Request) { r.Host = "rebound.example" }, 403},
		"name, port": {func(r *http.Request) { r.Host = "rebound.example:80" }, 403},
		"like one":   {func(r *http.Request) { r.Host = "127.0.0.1.example:80" }, 403},
		"localhost":  {func(r *http.Request) { r.Host = "localhost:80" }, 200},
		"IPv6":       {func(r *http.Request) { r.Host = "[::1]:80" }, 200},
	} {
		for _, method := range []string{"GET", "POST"} {
			status, _, h := ask(t, s, method, "/api/run", `{}`, c.edit)
			if status != c.status {
				t.Errorf("%s, %s: %d", name, method, status)
			}
			for k := range h {
				if strings.HasPrefix(k, "Access-Control-") {
					t.Errorf("%s: other sites are let in by %s", name, k)
				}
			}
		}
	}
	if status, _, _ := ask(t, s, "OPTIONS", "/api/run", "", nil); status/100 == 2 {
		t.Error("other sites may ask")
	}
	if status, _, _ := ask(t, s, "GET", "/", "", func(r *http.Request) { r.Host = "rebound.example" }); status != 403 {
		t.Errorf("the page by a name: %d", status)
	}
	if r.asked() != (load.Control{}) {
		t.Errorf("the run was asked for %+v", r.asked())
	}
	for _, token := range []string{"short", "a-token-with-a-#", "a token for tests", "a-token-for-tests\n"} {
		if _, err := New("", nil, token); err == nil {
			t.Errorf("the token %q is taken", token)
		}
	}
	a, _ := New("", nil, "")
	b, _ := New("", nil, "")
	if !validToken().MatchString(a.Token()) || a.Token() == b.Token() {
		t.Errorf("tokens %q and %q", a.Token(), b.Token())
	}
}

// TestPage has the page as one file that loads nothing, and holds no token.
func TestPage(t *testing.T) {
	_, _, s := serve(t, 0)
	status, text, h := ask(t, s, "GET", "/", "", func(r *http.Request) { r.Header.Del("Authorization") })
	if status != 200 || strings.Contains(text, secret) || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d, %v", status, h)
	}
	for _, bad := range []string{"src=", "http://", "https://", "innerHTML", "onclick"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in the page", bad)
		}
	}
	for _, path := range []string{"/x", "/api/", "/page.html"} {
		if status, _, _ := ask(t, s, "GET", path, "", nil); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
