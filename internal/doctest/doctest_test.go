package doctest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/testfiles"
)

const prelude = `
var good bool
func reset(g bool) { good = g }
func check(err error) error { return err }
`

// problems runs the snippets of a Markdown text.
func problems(t *testing.T, text string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.md")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	all, err := Markdown(file)
	if err != nil {
		t.Fatal(err)
	}
	s := Suite{Dir: filepath.Join("..", ".."), Prelude: prelude, Snippets: all}
	return s.Problems(t.TempDir())
}

func TestProblems(t *testing.T) {
	testfiles.NeedGo(t)
	for _, c := range []struct {
		text string
		want string // of the one problem, "" for none
	}{
		{"```go\nfmt.Println(1)\n```\n\nThis prints\n\n```text\n1\n```\n", ""},
		{"```go\nfmt.Println(1)\n// Output: 1\n```\n", ""},
		{"```go\nfor i, x := range []int{7} {\n\tfmt.Print(i)\n\ty := x\n}\na, err := 1, error(nil)\n// Output: 0\n```\n", ""},
		{"```go\nfor { net.Dial(\"\", \"\") }\n```\n", ""},
		{"```go\nfunc f(a int) int {\n\treturn a\n}\n\nfunc g() {\n\tx := 1\n}\n```\n", ""},
		{"```go\nfunc f(a int) int {\n\treturn b\n}\n```\n", "a.md:3"},
		{"```sh\nrm x\n```\n", ""},

		{"x\n```go\nfmt.Println(2)\n```\n\nThis prints\n\n```text\n1\n```\n", "a.md:3: prints\n2\n"},
		{"```go\nfmt.Println(2)\n```\n\nOne.\n\nTwo.\n\n```text\n2\n```\n", "a.md:2: prints, and the text does not say what"},
		{"\n\n```go\na := 1\nb := c\n```\n", "a.md:5"},
		{"```go\na :=\n\n// x\n```\n", "a.md:"},
		{"```go\nreturn errors.New(\"sad\")\n```\n", "a.md:2: failed on good input: sad"},
		{"```go\nif !good {\n\treturn errors.New(\"sad\")\n}\n```\n", "a.md:2: on bad input: sad"},
		{"```go\nif !good {\n\tpanic(\"x\")\n}\n```\n", "a.md:2: panicked on bad input: x"},
	} {
		got := problems(t, c.text)
		switch {
		case c.want == "" && len(got) == 0:
		case c.want == "" || len(got) != 1 || !strings.Contains(got[0], c.want):
			t.Errorf("%q: have %q, want %q", c.text, got, c.want)
		}
	}
}

func TestPackage(t *testing.T) {
	dir := t.TempDir()
	text := `// Package a is one.
//
//	a := 1
//
//	b := 2
//	// Output: x
//	// y
//
// A table:
//
//	one  two
//
// And a loop:
//
//	for range 3 {
//	}
package a

// F is
//
//	not := looked
func F() {}
`
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	all, err := Package(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "a.go")
	want := []Snippet{
		{File: file, Line: 3, Code: "a := 1\n\nb := 2\n", Output: " x\ny\n", HasOutput: true},
		{File: file, Line: 15, Code: "for range 3 {\n}\n"},
	}
	if !slices.Equal(all, want) {
		t.Errorf("have %+v, want %+v", all, want)
	}
}
