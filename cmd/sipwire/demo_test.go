package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

func TestDemo(t *testing.T) {
	r := tool(t, nil, "demo", "--for=20ms", "--calls=1s")
	if r.status != exitOK || r.stderr != "" {
		t.Fatalf("%+v", r)
	}
	figure := func(name string) float64 {
		m := regexp.MustCompile(regexp.QuoteMeta(name)+` +([0-9. ]+)\n`).FindAllStringSubmatch(r.stdout, -1)
		if len(m) != len(tasks) {
			t.Fatalf("%s stands %d times in\n%s", name, len(m), r.stdout)
		}
		f, err := strconv.ParseFloat(strings.ReplaceAll(m[len(m)-1][1], " ", ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if figure("messages/s") <= 0 || figure("bytes/s") <= figure("messages/s") {
		t.Errorf("figures in\n%s", r.stdout)
	}
	for _, want := range []string{"compact", "folded", "application/sdp", "INVITE",
		" 100, 100 successful\n", "calls/s  ", "- Max-Forwards: 69\n", "+ Max-Forwards: 68\n", "+ Via: SIP/2.0/UDP proxy.harbour.example;branch=z9hG4bK5d41402a\n"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("the demo does not show %q:\n%s", want, r.stdout)
		}
	}
	for _, arg := range []string{"--for=0s", "--for=-1s", "--for=1h", "--calls=-1s", "--calls=1h"} {
		if r := tool(t, nil, "demo", arg); r.status != exitBad {
			t.Errorf("%s: status %d", arg, r.status)
		}
	}
}

// What is read for a proxy is there in every message of the demo.
func TestReadForProxy(t *testing.T) {
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		var m codec.Message
		if err := m.Parse(s.data); err != nil {
			t.Fatal(err)
		}
		before := sunk
		readForProxy(&m)
		if sunk < before+40 {
			t.Errorf("%s: %d bytes read", s.name, sunk-before)
		}
	}
}

// The demo has the kinds of message it is there to show.
func TestDemoMessages(t *testing.T) {
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	var sdp, vias, digest, compact, folded bool
	for _, s := range all {
		var m codec.Message
		if err := (&codec.Parser{Strictness: codec.Strict}).Parse(&m, s.data); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		if n, ok := m.ContentLength(); !ok || n != len(m.Body()) || len(m.Trailing()) > 0 {
			t.Errorf("%s: Content-Length %d, %v", s.name, n, ok)
		}
		sdp = sdp || m.Method() == header.MethodINVITE && strings.HasPrefix(string(m.Body()), "v=0\r\n")
		vias = vias || m.Status() == 200 && m.Count(header.IDVia) < m.CountValues(header.IDVia)
		digest = digest || m.Method() == header.MethodREGISTER && strings.HasPrefix(string(m.Value(header.IDAuthorization)), "Digest ")
		for _, f := range m.Fields() {
			compact, folded = compact || f.IsCompact(), folded || f.Folded
		}
	}
	if !sdp || !vias || !digest || !compact || !folded {
		t.Errorf("INVITE with SDP %v, 200 with several Via %v, digest %v, compact %v, folded %v", sdp, vias, digest, compact, folded)
	}
}

// Parsing is said to allocate nothing; the demo must be able to show it.
func TestMeasure(t *testing.T) {
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	var size uint64
	for _, s := range all {
		size += uint64(len(s.data))
	}
	for _, task := range tasks {
		f, err := measure(codec.Acquire(), all, 20*time.Millisecond, task.read)
		if err != nil {
			t.Fatal(err)
		}
		if f.messages == 0 || f.messages%uint64(len(all)) != 0 || f.bytes != f.messages/uint64(len(all))*size || f.took < 20*time.Millisecond {
			t.Errorf("%s: %+v", task.name, f)
		}
		if f.mallocs > f.messages/100 {
			t.Errorf("%s: %d allocations for %d messages", task.name, f.mallocs, f.messages)
		}
	}
	bad := []sample{{"bad.sip", []byte("no message")}}
	if _, err := measure(codec.Acquire(), bad, time.Second, readForProxy); err == nil || !strings.Contains(err.Error(), "bad.sip") {
		t.Errorf("a sample that does not parse: %v", err)
	}
}

// Every message of the demo is sent on with all lines but those of a proxy.
func TestForward(t *testing.T) {
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	var f forwarder
	for _, s := range all {
		var m, sent codec.Message
		_ = m.Parse(s.data)
		out, err := f.forward(&m)
		if err == nil {
			err = sent.Parse(out)
		}
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		if m.IsRequest() {
			was, _ := m.MaxForwards()
			is, err := sent.MaxForwards()
			if err != nil || is != was-1 || sent.CountValues(header.IDVia) != m.CountValues(header.IDVia)+1 || len(changes(s.data, out)) < 3 {
				t.Errorf("%s: %v\n%q", s.name, err, changes(s.data, out))
			}
		} else if sent.CountValues(header.IDVia) != m.CountValues(header.IDVia)-1 {
			t.Errorf("%s: %q", s.name, changes(s.data, out))
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1 000", 1234567: "1 234 567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
