package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/nats-io/nats.go"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

func program(t *testing.T) *scenario.Program {
	t.Helper()
	data, _ := scenario.Builtin("uac")
	p, err := scenario.Compile("uac", data, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFigures sends figures through their text form: nothing of them is lost.
func TestFigures(t *testing.T) {
	p := program(t)
	sent := &load.Totals{Counts: engine.NewCounts(p), Open: 3, Wall: time.Second, CPU: 2, LastStart: 4, LastPlace: 7, HeldBack: 5, Drops: 6, TimedOut: true}
	c := &sent.Counts
	c.Started, c.Steps[2].Received, c.Codes[486], c.ByCause[1] = 7, 8, 9, 10
	fields := reflect.ValueOf(c).Elem()
	for i := range fields.NumField() {
		// Each histogram of the counts has another value, so that none is mistaken
		// for another, and one that is new and not sent is found.
		if h, ok := fields.Field(i).Interface().(*hdrhistogram.Histogram); ok && fields.Type().Field(i).Name != "Recent" {
			h.RecordValues(int64(1000*(i+1)), int64(i))
		}
	}
	c.RTDs[0].RecordValue(77)
	f, err := encode(sent)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var back figures
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	got, err := back.decode(p)
	if err != nil {
		t.Fatal(err)
	}
	gotFields := reflect.ValueOf(&got.Counts).Elem()
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		want, have := fields.Field(i).Interface(), gotFields.Field(i).Interface()
		switch want := want.(type) {
		case *hdrhistogram.Histogram:
			if !want.Equals(have.(*hdrhistogram.Histogram)) {
				t.Errorf("%s is another", name)
			}
		case []*hdrhistogram.Histogram:
			if !want[0].Equals(have.([]*hdrhistogram.Histogram)[0]) {
				t.Errorf("%s is another", name)
			}
		default:
			if !reflect.DeepEqual(want, have) {
				t.Errorf("%s is %v, want %v", name, have, want)
			}
		}
	}
	sent.Counts, got.Counts = engine.Counts{}, engine.Counts{}
	if !reflect.DeepEqual(sent, got) {
		t.Errorf("%+v, want %+v", got, sent)
	}
}

// TestForeignFigures refuses figures that are not of the scenario, which could
// not be added up.
func TestForeignFigures(t *testing.T) {
	p := program(t)
	for name, spoil := range map[string]func(*figures){
		"steps": func(f *figures) { f.Counts.Steps = f.Counts.Steps[1:] },
		"rtds":  func(f *figures) { f.Counts.RTDs = nil },
		"text":  func(f *figures) { f.Counts.Latency = "x" },
		"empty": func(f *figures) { f.Counts.Lengths = "" },
		"precision": func(f *figures) {
			b, _ := hdrhistogram.New(1, 3600*1e6, 1).Encode(hdrhistogram.V2CompressedEncodingCookieBase)
			f.Counts.Lateness = string(b)
		},
	} {
		f, err := encode(&load.Totals{Counts: engine.NewCounts(p)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.decode(p); err != nil {
			t.Fatal(err)
		}
		spoil(f)
		if _, err := f.decode(p); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestSince(t *testing.T) {
	h := hdrhistogram.New(1, 3600*1e6, 3)
	h.RecordValues(100, 5)
	before := h.Clone()
	h.RecordValues(100, 2)
	h.RecordValues(7000, 1)
	d := since(h, before)
	if d.TotalCount() != 3 || d.ValueAtQuantile(50) != 100 || d.Max() < 7000 || d.Max() > 7010 {
		t.Errorf("%d values, median %d, max %d", d.TotalCount(), d.ValueAtQuantile(50), d.Max())
	}
	if n := since(before, h).TotalCount(); n != 0 {
		t.Errorf("%d values less than none", n)
	}
}

// TestEmbeddedIsClosed has the server in the process refuse who has no token.
func TestEmbeddedIsClosed(t *testing.T) {
	s, err := Start("embedded://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	nc, err := connect(s.Address(), "test")
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
	at := s.Address()[strings.Index(s.Address(), "@")+1:]
	for _, address := range []string{"nats://" + at, "nats://wrong@" + at, "nats://user:wrong@" + at} {
		if nc, err := connect(address, "test"); !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("%s: %v, %v", address, nc, err)
		}
	}
}

// TestAddress keeps secrets out of what is printed, and servers without
// credentials on loopback.
func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		"nats://127.0.0.1": "", "nats://localhost:1": "", "nats://[::1]:1": "", "tls://u:p@192.0.2.1": "", "nats://token@192.0.2.1": "",
		"nats://192.0.2.1": "needs", "nats://:secret@192.0.2.1": "needs", "nats://:secret@127.0.0.1": "needs", "nats://u:@192.0.2.1": "needs", "nats://:@127.0.0.1": "needs", "nats://example.com": "needs", "nats://u:secret@127.0.0.1/x": "no address", "ws://127.0.0.1": "no address",
		"": "no address", "nats://u:secret%@127.0.0.1": "no URL",
	} {
		_, err := parse(address, "4222", "nats", "tls")
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}

// coordinate runs a coordinator of one worker.
func coordinate(ctx context.Context, t *testing.T, s *Server, job string) chan error {
	t.Helper()
	c := &Coordinator{
		Address: s.Address(), Name: "f", Size: 1, Version: "v1", Job: []byte(job), Wait: time.Minute, Program: program(t),
	}
	done := make(chan error, 1)
	go func() {
		_, err := c.Run(ctx)
		done <- err
	}()
	return done
}

func broker(t *testing.T) *Server {
	t.Helper()
	s, err := Start("embedded://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestWorkerFails has a worker that cannot do its job end the run, and say why.
func TestWorkerFails(t *testing.T) {
	s := broker(t)
	done := coordinate(context.Background(), t, s, "the job")
	if _, err := Join(context.Background(), s.Address(), "f", "old", "v0"); err == nil || !strings.Contains(err.Error(), "sipwire v0") {
		t.Errorf("another version: %v", err)
	}
	w, err := Join(context.Background(), s.Address(), "f", "evil\x1b[2J", "v1")
	if err != nil {
		t.Fatal(err)
	}
	if string(w.Job) != "the job" || w.Share != (load.Share{Index: 0, Of: 1}) {
		t.Errorf("%q, %+v", w.Job, w.Share)
	}
	if err := w.End(nil, errors.New("no port")); err != nil {
		t.Errorf("the worker ends with %v", err)
	}
	if err := <-done; err == nil || err.Error() != "worker evil?[2J: no port" {
		t.Errorf("the run ends with %v", err)
	}
}

// TestCoordinatorGone has a worker end by itself when nobody asks it any more.
func TestCoordinatorGone(t *testing.T) {
	defer func(d time.Duration) { hungAfter = d }(hungAfter)
	hungAfter = 3 * time.Second
	s := broker(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := coordinate(ctx, t, s, "")
	w, err := Join(context.Background(), s.Address(), "f", "w", "v1")
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := w.Ready(func() bool { return false }); !errors.Is(err, ErrLonely) {
		t.Errorf("the worker ends with %v", err)
	}
	w.nc.Close()
	cancel()
	<-done
}

// TestNoWork has a worker wait no longer than it was told to.
func TestNoWork(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := Join(ctx, broker(t).Address(), "f", "w", "v1"); !errors.Is(err, errUnused) {
		t.Error(err)
	}
}

func TestJobBounds(t *testing.T) {
	packed, err := pack(bytes.Repeat([]byte("a"), maxJob+1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unpack(packed); err == nil {
		t.Error("a job that is too large is taken")
	}
	if _, err := unpack([]byte("x")); err == nil {
		t.Error("a job that is none is taken")
	}
}
