package inject

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("users.csv", text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func field(f *File, line, n int) string { return string(f.AppendField(nil, line, n)) }

func TestOrders(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := parse(t, "SEQUENTIAL\n# no line\nann;1\r\nbob;2\n\ncy;3;x\n")
	if n := f.Lines(); n != 3 {
		t.Fatalf("%d lines", n)
	}
	for i := range 7 {
		if got := f.Take(9, r); got != i%3 {
			t.Errorf("call %d takes line %d", i, got)
		}
	}
	if got := field(f, 0, 1); got != "1" {
		t.Errorf("field 1 of line 0 is %q: the CR belongs to the line end", got)
	}
	if got := field(f, 0, 2) + field(f, 3, 0) + field(f, -1, 0); got != "" {
		t.Errorf("fields that are not there are %q", got)
	}
	f = parse(t, "USER\na\nb\n")
	if got := f.Take(2, r); got != 1 {
		t.Errorf("user 2 takes line %d", got)
	}
	f = parse(t, "RANDOM\na\nb\n")
	seen := [2]int{}
	for range 100 {
		seen[f.Take(0, r)]++
	}
	if seen[0] == 0 || seen[1] == 0 {
		t.Errorf("lines are taken %v times", seen)
	}
}

func TestPattern(t *testing.T) {
	f := parse(t, "USERS,PRINTF=10,PRINTFMULTIPLE=2,PRINTFOFFSET=100\nu%03d;100%%%d\nv%d;%x\n")
	if f.Lines() != 10 {
		t.Errorf("%d lines", f.Lines())
	}
	for _, c := range []struct {
		line, field int
		want        string
	}{{0, 0, "u100"}, {1, 0, "v102"}, {2, 1, "100%104"}, {3, 1, "%x"}} {
		if got := field(f, c.line, c.field); got != c.want {
			t.Errorf("line %d field %d: %q, want %q", c.line, c.field, got, c.want)
		}
	}
}

func TestIndex(t *testing.T) {
	f := parse(t, "USER\nann;pw1\nbob;pw2\n")
	if err := f.Index(0); err != nil {
		t.Fatal(err)
	}
	if f.Lookup([]byte("bob")) != 1 || f.Lookup([]byte("pw2")) != -1 {
		t.Error("lookup is wrong")
	}
	f.Insert("cy;pw3")
	if got := f.Lookup([]byte("cy")); got != 2 {
		t.Errorf("the inserted line is %d", got)
	}
	if !f.Replace(0, "dan;pw4") || f.Replace(7, "x") {
		t.Error("replace of line 0 or 7")
	}
	if f.Lookup([]byte("ann")) != -1 || f.Lookup([]byte("dan")) != 0 {
		t.Error("the index does not follow a replaced line")
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"ann;1\n":                  ":1: the first line must say",
		"SEQUENTIAL\n#\n":          "no line of values",
		"RANDOM,PRINTF=x\na\n":     "not a whole number",
		"RANDOM,COLOUR=1\na\n":     "is not known",
		"":                         "the first line must say",
		"SEQUENTIAL,PRINTF=-1\na;": "not a whole number",
	} {
		if _, err := Parse("f", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestFind(t *testing.T) {
	s := Set{parse(t, "USER\na"), {Name: "dir/b.csv"}}
	for name, want := range map[string]int{"": 0, "users.csv": 0, "b.csv": 1, "x/b.csv": 1, "c.csv": -1} {
		if got := s.Find(name); got != want {
			t.Errorf("%q: %d", name, got)
		}
	}
}

// TestShare gives each process lines of its own, and lines that are too few to
// all.
func TestShare(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, order := range []string{"SEQUENTIAL", "RANDOM"} {
		taken := map[int]int{}
		for index := range 3 {
			f, err := Parse("f", order+"\na\nb\nc\nd\ne\nf\ng\n")
			if err != nil {
				t.Fatal(err)
			}
			f.Share(index, 3)
			for range 100 {
				line := f.Take(0, random)
				if by, ok := taken[line]; ok && by != index {
					t.Fatalf("%s: processes %d and %d take line %d", order, by, index, line)
				}
				taken[line] = index
			}
		}
		if len(taken) != 7 {
			t.Errorf("%s: %d of 7 lines are taken", order, len(taken))
		}
	}
	f, _ := Parse("f", "SEQUENTIAL\na\nb\n")
	f.Share(2, 3)
	if a, b := f.Take(0, random), f.Take(0, random); a == b {
		t.Error("two lines for three processes: not both are taken")
	}
}
