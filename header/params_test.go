package header

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
)

func TestParamList(t *testing.T) {
	in := []byte(`icid-value=1 ; Tag = 2;lr;empty=;q="a, b;c=\"d\"" ;ip=[::1]` + "\r\n ;tag=3")
	var p ParamList
	if n, err := p.Parse(in); err != nil || n != len(in) {
		t.Fatal(n, err)
	}
	want := []string{"icid-value=1", "Tag=2", "lr", "empty=", `q="a, b;c=\"d\""`, "ip=[::1]", "tag=3"}
	i := 0
	for name, value := range p.All() {
		got := string(name)
		if value != nil {
			got += "=" + string(value)
		}
		if i == len(want) || got != want[i] {
			t.Errorf("parameter %d is %s", i, got)
		}
		if cap(name) != len(name) || cap(value) != len(value) {
			t.Errorf("an append to %s could reach the message", got)
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d parameters, want %d", i, len(want))
	}
	for name := range p.All() {
		if string(name) != "icid-value" {
			t.Error("ranging goes on behind a break")
		}
		break
	}
	if v, ok := p.Get("TAG"); !ok || string(v) != "2" {
		t.Errorf("tag is %q, %t: the first one counts, in any case", v, ok)
	}
	if v, ok := p.Get("lr"); !ok || v != nil || !p.Has("LR") {
		t.Errorf("lr is %#v, %t", v, ok)
	}
	if v, ok := p.Get("empty"); !ok || v == nil || len(v) != 0 {
		t.Errorf("empty is %#v, %t", v, ok)
	}
	if v, ok := p.Get("b"); ok || v != nil {
		t.Errorf("b is %q", v)
	}
	if name, ok := p.Duplicate(); !ok || string(name) != "tag" {
		t.Errorf("twice stands %q, %t", name, ok)
	}
	q, _ := p.Get("q")
	if got := string(AppendUnquoted([]byte("x"), q)); got != `xa, b;c="d"` {
		t.Errorf("unquoted: %s", got)
	}
	if _, ok := (ParamList{}).Duplicate(); ok || !(ParamList{}).IsEmpty() || p.IsEmpty() || (ParamList{}).Has("") {
		t.Error("the zero ParamList is not empty")
	}
}

func TestParamListErrors(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		code sipwire.Code
	}{
		{"", 0, sipwire.ErrEmpty},
		{" \t", 2, sipwire.ErrEmpty},
		{";a", 0, sipwire.ErrParam},
		{"a;;", 2, sipwire.ErrParam},
		{"a;;b", 2, sipwire.ErrParam},
		{"a; ;b", 3, sipwire.ErrParam},
		{"=x", 0, sipwire.ErrParam},
		{"a;=x", 2, sipwire.ErrParam},
		{`"a"`, 0, sipwire.ErrParam},
		{"a=b c", 4, sipwire.ErrParam},
		{"a=b,c", 3, sipwire.ErrParam},
		{"a@b=c", 1, sipwire.ErrParam},
		{`a="b`, 2, sipwire.ErrQuote},
		{`a="b"c`, 5, sipwire.ErrParam},
		{`a=b"c"`, 3, sipwire.ErrParam},
		{"a=\"\x01\"", 3, sipwire.ErrControl},
		{"a=\"b\r\nc\"", 4, sipwire.ErrControl},
		{"a=<b>", 2, sipwire.ErrParam},
		{"a=b(c)", 3, sipwire.ErrParam},
		{"a=\xc3\xa9", 2, sipwire.ErrParam},
		{"a\r\n;b", 1, sipwire.ErrParam},
		{"a==b", 4, 0}, // padding of base64 in tags and branches
		{"a=x=;b=/?@&$#^{}|", 17, 0},
		{" a\r\n =\n\tb ; c ", 14, 0},
	} {
		var p ParamList
		in := []byte(c.in)
		n, err := p.Parse(in)
		if n != c.n || err != c.code.Err() || p.IsEmpty() != (err != nil) {
			t.Errorf("%q: %v at %d, want %v at %d", c.in, err, n, c.code.Err(), c.n)
		}
	}
}

// TestDuplicateIsLinear counts what a hostile list costs by its size alone: a
// comparison of all with all would take minutes.
func TestDuplicateIsLinear(t *testing.T) {
	var b bytes.Buffer
	name := make([]byte, 4)
	for i := range 26 * 26 * 26 * 20 {
		for k, v := 0, i; k < 4; k, v = k+1, v/26 {
			name[k] = byte('a' + v%26)
		}
		b.WriteByte(';')
		b.Write(name)
	}
	p := ParamList{b.Bytes()}
	if name, ok := p.Duplicate(); ok {
		t.Errorf("%q does not stand twice", name)
	}
	// One of the first 64 is found wherever its twin stands; lcaa is the last
	// of them.
	for twin, want := range map[string]bool{"BAAA": true, "LCAA": true, "MCAA": false} {
		p := ParamList{append(b.Bytes(), ";"+twin...)}
		if name, ok := p.Duplicate(); ok != want || ok && string(name) != twin {
			t.Errorf("%s: twice stands %q, %t", twin, name, ok)
		}
	}
}

// TestNoReadBehind parses every beginning of some values in slices that have
// more behind them.
func TestNoReadBehind(t *testing.T) {
	for _, s := range append(addrSeeds, "SIP/2.0/UDP h:5060;branch=z9hG4bK;received=192.0.2.1;rport=5060") {
		for i := range len(s) + 1 {
			long := []byte(s[:i] + strings.Repeat(";tag=1>", 3))
			checkVia(t, long[:i])
			checkAddr(t, long[:i])
			exact := []byte(s[:i])
			var a, b NameAddr
			n, err := a.Parse(long[:i])
			if m, err2 := b.Parse(exact); m != n || err != err2 || addrParts(&a) != addrParts(&b) {
				t.Fatalf("%q: %v at %d, but %v at %d with more behind it", exact, err2, m, err, n)
			}
		}
	}
}
