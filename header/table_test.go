package header

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/fieldname"
	"github.com/sipwire/sipwire/internal/grammar"
)

// spellings returns the ways a name may be written that all mean the same.
func spellings(name string) []string {
	mixed := []byte(name)
	for i := range mixed {
		if i%2 == 0 {
			mixed[i] = abnf.Lower(mixed[i])
		} else {
			mixed[i] = strings.ToUpper(name)[i]
		}
	}
	return []string{name, strings.ToLower(name), strings.ToUpper(name), string(mixed)}
}

// names gives every name of the table, long and compact, and its ID.
func names() map[string]ID {
	all := map[string]ID{}
	for id := ID(1); id < grammar.NumIDs; id++ {
		all[id.String()] = id
		if c := id.Compact(); c != 0 {
			all[string(c)] = id
		}
	}
	return all
}

// lookups calls every way of looking a name up: by itself, and at the end of
// longer and longer slices, whose other bytes must not matter.
func lookups(t *testing.T, name []byte, token bool) ID {
	t.Helper()
	id := Lookup(name)
	if !token {
		return id
	}
	for _, before := range []string{"", "x", "\r\n", "Via: x\r\n", strings.Repeat("\xff", 16), strings.Repeat("a", 40)} {
		b := []byte(before + string(name) + ": v")
		if got := lookupIn(b, len(before), len(before)+len(name)); got != id {
			t.Errorf("%q behind %q found as %v, alone as %v", name, before, got, id)
		}
		tight := []byte(before + string(name))
		if got := lookupIn(tight[:len(tight):len(tight)], len(before), len(tight)); got != id {
			t.Errorf("%q at the end behind %q found as %v, alone as %v", name, before, got, id)
		}
	}
	return id
}

// lookupIn looks up the name b[lo:hi], as package codec does.
func lookupIn(b []byte, lo, hi int) ID { return ID(fieldname.Find(b, lo, hi)) }

// refLookup is Lookup by walking the table.
func refLookup(name string) ID {
	for known, id := range names() {
		if strings.EqualFold(known, name) && len(known) == len(name) {
			return id
		}
	}
	return IDOther
}

func TestLookup(t *testing.T) {
	all := names()
	if len(all) < 134 {
		t.Fatalf("only %d names", len(all))
	}
	for name, id := range all {
		for _, s := range spellings(name) {
			if got := lookups(t, []byte(s), true); got != id {
				t.Errorf("%q found as %v, want %v", s, got, id)
			}
		}
	}
}

// TestLookupNear walks the neighbours of every name: none of them may be
// taken for it.
func TestLookupNear(t *testing.T) {
	known := map[string]ID{}
	for name, id := range names() {
		known[strings.ToLower(name)] = id
	}
	check := func(near []byte) {
		t.Helper()
		// Only ASCII letters fold, so ToLower of the bytes is exact here.
		low := make([]byte, len(near))
		for i, c := range near {
			low[i] = abnf.Lower(c)
		}
		want := known[string(low)]
		if got := lookups(t, near, abnf.All(near, abnf.Token)); got != want {
			t.Errorf("%q found as %v, want %v", near, got, want)
		}
	}
	for name := range names() {
		for _, s := range spellings(name)[:3] {
			for i := range s {
				for bit := range 8 {
					near := []byte(s)
					near[i] ^= 1 << bit
					check(near)
				}
				for _, c := range []byte("a-_.~\x00\r\n \t:\x7f\x80") {
					near := []byte(s)
					near[i] = c
					check(near)
					check([]byte(s[:i] + string(rune('z')) + s[i:]))
				}
				check([]byte(s[:i] + s[i+1:]))
				check([]byte(s[:i] + s[i:i+1] + s[i:]))
			}
			for c := range 256 {
				check(append([]byte(s), byte(c)))
				check(append([]byte{byte(c)}, s...))
			}
			check([]byte(strings.ReplaceAll(s, "-", "\r")))
			check([]byte(strings.ReplaceAll(s, "-", "_")))
			check([]byte(s + s))
		}
	}
	for c := range 256 {
		check([]byte{byte(c)})
		for d := range 256 {
			check([]byte{byte(c), byte(d)})
		}
	}
	check(nil)
	check(make([]byte, 300))
	check([]byte(strings.Repeat("Via", 100)))
}

// TestLookupHead changes the part of long names that the hash mixes in, often
// enough for many changed names to fall on the slot of the true one: only the
// comparison then tells them apart.
func TestLookupHead(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 9))
	for name, id := range names() {
		if len(name) <= 8 {
			continue
		}
		for range 6000 {
			near := []byte(name)
			for i := max(0, len(name)-16); i < len(name)-8; i++ {
				near[i] = "abcdefghijklmnopqrstuvwxyz-0123456789"[rnd.IntN(37)]
			}
			if got := Lookup(near); got == id && !strings.EqualFold(string(near), name) {
				t.Fatalf("%q found as %v", near, got)
			}
		}
	}
}

func TestTable(t *testing.T) {
	for id := ID(1); id < grammar.NumIDs; id++ {
		class, repetition := grammar.Of(uint8(id)), grammar.RepetitionOf(uint8(id))
		if id.String() == "" || id.RFC() == "" || id.Grammar() == "unknown" || repetition > grammar.List {
			t.Errorf("%d: %v, %q, %s, %d", id, id, id.RFC(), id.Grammar(), repetition)
		}
		if id.IsSplit() != (repetition == grammar.List) || id.IsSingle() != (repetition == grammar.Single) || id.Grammar() != class.String() {
			t.Errorf("%v: split %t, single %t, %s", id, id.IsSplit(), id.IsSingle(), id.Grammar())
		}
		if id > 1 && strings.ToLower(id.String()) <= strings.ToLower(infos[id-1].name) {
			t.Errorf("%v stands behind %v", id, id-1)
		}
		// A list is a class whose elements a comma separates.
		if list := strings.HasSuffix(id.Grammar(), "list"); list && !id.IsSplit() && class != grammar.SemiTokenList {
			t.Errorf("%v is a %v that is not split", id, class)
		}
	}
	for _, id := range []ID{IDOther, grammar.NumIDs, 255} {
		if id.String() != "" || id.RFC() != "" || id.Compact() != 0 || id.IsSingle() || id.IsSplit() || id.Grammar() != "opaque" {
			t.Errorf("%d: %q, %q, single %t, split %t, %s", id, id, id.RFC(), id.IsSingle(), id.IsSplit(), id.Grammar())
		}
	}
	// The compact letters of the registry.
	want := "a b c d e f i j k l m n o r s t u v x y"
	got := ""
	for c := byte('a'); c <= 'z'; c++ {
		if id := Lookup([]byte{c}); id != IDOther {
			got += " " + string(c)
			if id.Compact() != c {
				t.Errorf("%c is %v, whose letter is %c", c, id, id.Compact())
			}
		}
	}
	if got[1:] != want {
		t.Errorf("compact letters%s, want %s", got, want)
	}
	if grammar.Class(200).String() != "unknown" {
		t.Error("a class outside the table")
	}
}

func TestLookupMethod(t *testing.T) {
	for m := Method(1); int(m) < len(methods); m++ {
		name := m.String()
		if got := LookupMethod([]byte(name)); got != m {
			t.Errorf("%s found as %v", name, got)
		}
		if m.RFC() == "" {
			t.Errorf("%s has no document", name)
		}
		for i := range name {
			for bit := range 8 {
				near := []byte(name)
				near[i] ^= 1 << bit
				if got := LookupMethod(near); got != MethodOther {
					t.Errorf("%q found as %v", near, got)
				}
			}
			if got := LookupMethod([]byte(name[:i] + name[i+1:])); got != MethodOther {
				t.Errorf("%s without its byte %d found as %v", name, i, got)
			}
		}
		for c := range 256 {
			if got := LookupMethod(append([]byte(name), byte(c))); got != MethodOther {
				t.Errorf("%s and %q found as %v", name, byte(c), got)
			}
		}
		if got := LookupMethod([]byte(strings.ToLower(name))); got != MethodOther {
			t.Errorf("%s in lower case found as %v", name, got)
		}
	}
	for _, s := range []string{"", "A", "AC", strings.Repeat("INVITE", 100)} {
		if got := LookupMethod([]byte(s)); got != MethodOther {
			t.Errorf("%q found as %v", s, got)
		}
	}
	if m := Method(255); m.String() != "" || m.RFC() != "" || m.CreatesDialog() || m.IsTargetRefresh() {
		t.Error("a method outside the table")
	}
	for m, want := range map[Method][2]bool{
		MethodINVITE: {true, true}, MethodSUBSCRIBE: {true, true}, MethodUPDATE: {false, true},
		MethodBYE: {}, MethodREGISTER: {}, MethodACK: {}, MethodOther: {},
	} {
		if got := [2]bool{m.CreatesDialog(), m.IsTargetRefresh()}; got != want {
			t.Errorf("%v: creates a dialog, is a target refresh: %v, want %v", m, got, want)
		}
	}
}

func TestReasonPhrase(t *testing.T) {
	for status, want := range map[int]string{
		100: "Trying", 180: "Ringing", 200: "OK", 302: "Moved Temporarily", 401: "Unauthorized",
		404: "Not Found", 415: "Unsupported Media Type", 481: "Call/Transaction Does Not Exist",
		486: "Busy Here", 487: "Request Terminated", 500: "Server Internal Error", 503: "Service Unavailable",
		505: "Version Not Supported", 603: "Decline", 606: "Not Acceptable", 299: "", 700: "", 99: "", 0: "", -1: "",
		math.MaxInt: "",
	} {
		if got := ReasonPhrase(status); got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
	}
	registered := 0
	for status := 100; status < 700; status++ {
		if p := ReasonPhrase(status); p != "" {
			registered++
			if strings.TrimSpace(p) != p || strings.ContainsAny(p, "\r\n\t") {
				t.Errorf("%d: %q", status, p)
			}
		}
	}
	if registered < 70 {
		t.Errorf("only %d status codes", registered)
	}
}

func FuzzLookup(f *testing.F) {
	for name := range names() {
		f.Add([]byte(name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		want := IDOther
		if abnf.All(b, abnf.Token) {
			want = refLookup(string(b))
		}
		if got := lookups(t, b, abnf.All(b, abnf.Token)); got != want {
			t.Errorf("%q found as %v, want %v", b, got, want)
		}
	})
}
