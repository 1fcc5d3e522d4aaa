package corpus

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"testing"
)

// The published figures are of these very bytes: a change of the generator
// must be a decision, with the figures measured anew.
func TestDeterministic(t *testing.T) {
	a, b := Generate(DefaultSeed, DefaultSize), Generate(DefaultSeed, DefaultSize)
	h := fnv.New64a()
	for i := range a {
		if !bytes.Equal(a[i].Bytes, b[i].Bytes) || a[i].Kind != b[i].Kind {
			t.Fatalf("message %d differs between two runs of one seed", i)
		}
		h.Write(a[i].Bytes)
	}
	const want = 0x3a7c694e26fa13fd
	if h.Sum64() != want {
		t.Errorf("the default corpus hashes to %#x, want %#x", h.Sum64(), want)
	}
	if c := Generate(DefaultSeed+1, 20); bytes.Equal(Stream(a[:20]), Stream(c)) {
		t.Error("another seed gave the same messages")
	}
}

func TestMeans(t *testing.T) {
	ms := Generate(DefaultSeed, DefaultSize)
	var total, head, fields float64
	distinct := map[string]bool{}
	kinds := map[string]int{}
	for _, m := range ms {
		c := check(t, m)
		total += float64(len(m.Bytes))
		head += float64(c.head)
		fields += float64(len(c.fields))
		distinct[string(m.Bytes)] = true
		kinds[m.Kind]++
	}
	n := float64(len(ms))
	within := func(what string, got, want, by float64) {
		if got < want-by || got > want+by {
			t.Errorf("mean of %s is %.1f, want %.1f ± %.1f", what, got, want, by)
		}
	}
	within("bytes", total/n, 788, 12)
	within("bytes before the body", head/n, 631, 10)
	within("header fields", fields/n, 11.7, 0.3)
	if len(distinct) != len(ms) {
		t.Errorf("%d of %d messages are distinct", len(distinct), len(ms))
	}
	if len(kinds) != len(Kinds()) || len(kinds) < 12 {
		t.Errorf("%d kinds appear of %d", len(kinds), len(Kinds()))
	}
	for _, k := range Kinds() {
		if kinds[k] < 40 {
			t.Errorf("only %d messages of kind %s", kinds[k], k)
		}
	}
}

func TestKindsAreWhatTheySay(t *testing.T) {
	for _, m := range Generate(7, 1000) {
		c := check(t, m)
		switch m.Kind {
		case "invite-carrier":
			if len(c.fields) != 25 {
				t.Errorf("carrier INVITE with %d header fields", len(c.fields))
			}
		case "reinvite-hold":
			if !bytes.Contains(c.first("to"), []byte(";tag=")) || !bytes.Contains(c.body, []byte("a=sendonly")) && !bytes.Contains(c.body, []byte("a=inactive")) {
				t.Errorf("no hold within a dialog:\n%s", m.Bytes)
			}
		case "180-ringing":
			if c.first("rseq") == nil {
				t.Error("180 without RSeq")
			}
		case "200-invite":
			if c.first("record-route") == nil {
				t.Error("200 without Record-Route")
			}
		case "compact":
			if c.first("v") == nil || c.first("via") != nil || c.first("call-id") != nil {
				t.Errorf("not compact:\n%s", m.Bytes)
			}
		}
	}
}

func TestSame(t *testing.T) {
	ms, err := Same(1, "invite", 50)
	if err != nil || len(ms) != 50 {
		t.Fatal(len(ms), err)
	}
	for _, m := range ms {
		check(t, m)
		if !bytes.Equal(m.Bytes, ms[0].Bytes) {
			t.Fatal("messages differ")
		}
	}
	if _, err := Same(1, "invte", 1); err == nil {
		t.Error("unknown kind accepted")
	}
}

func TestMixes(t *testing.T) {
	for _, name := range Mixes() {
		ms, err := Mix(name, 5, 200)
		if err != nil || len(ms) != 200 {
			t.Fatal(name, len(ms), err)
		}
		folded := 0
		for _, m := range ms {
			c := check(t, m)
			folded += c.folds
			switch name {
			case "header-heavy":
				if len(c.fields) != 60 {
					t.Errorf("%s: %d header fields", name, len(c.fields))
				}
			case "body-10k":
				if len(c.body) != 10<<10 {
					t.Errorf("%s: body of %d bytes", name, len(c.body))
				}
			case "compact":
				if c.first("v") == nil || c.first("l") == nil {
					t.Errorf("%s: not compact:\n%s", name, m.Bytes)
				}
			}
		}
		if name == "fold-heavy" && folded < 4*len(ms) {
			t.Errorf("%s: %d folds in %d messages", name, folded, len(ms))
		}
	}
	if _, err := Mix("none", 1, 1); err == nil {
		t.Error("unknown mix accepted")
	}
}

func TestSweeps(t *testing.T) {
	for _, n := range HeaderSweep {
		for _, m := range Headers(1, n, 5) {
			if c := check(t, m); len(c.fields) != n {
				t.Errorf("%d header fields, want %d", len(c.fields), n)
			}
		}
	}
	for _, n := range BodySweep {
		for _, m := range Bodies(1, n, 3) {
			if c := check(t, m); len(c.body) != n || len(m.Bytes) > 65507 {
				t.Errorf("body of %d bytes in %d, want %d", len(c.body), len(m.Bytes), n)
			}
		}
	}
	for _, n := range ValueSweep {
		for _, m := range Values(1, n, 3) {
			if c := check(t, m); len(c.first("identity")) != n {
				t.Errorf("value of %d bytes, want %d", len(c.first("identity")), n)
			}
		}
	}
}

func TestDir(t *testing.T) {
	dir := t.TempDir()
	if _, err := Dir(dir); err == nil {
		t.Error("a folder without messages gave no error")
	}
	os.Mkdir(filepath.Join(dir, "b"), 0o755)
	for _, name := range []string{"2.sip", "1.sip", "b/3.sip", ".hidden", "empty"} {
		text := "message " + name
		if name == "empty" {
			text = ""
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ms, err := Dir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, m := range ms {
		got += fmt.Sprintf("%s=%s;", m.Kind, m.Bytes)
	}
	if want := "1.sip=message 1.sip;2.sip=message 2.sip;b/3.sip=message b/3.sip;"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
	if _, err := Dir(filepath.Join(dir, "absent")); err == nil {
		t.Error("an absent folder gave no error")
	}
}
