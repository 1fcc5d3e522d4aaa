// Package doctest compiles and runs the Go in README files and package
// comments, so that what a newcomer copies works. Only tests import it.
//
// In Markdown, Go is what is fenced and marked go; in a package comment, an
// indented block that declares something or opens a block. What it prints is
// the comment "// Output:" at its end, or in Markdown the next block marked
// text. All snippets are built into one program, each in a function of its own
// that returns an error.
//
// A snippet is run twice, on good input and on bad input; what it returns on
// the latter must be a true error when all that it defers is done. One that
// names a package of sockets, or loops for ever, is compiled only.
package doctest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A Suite is the snippets of one module.
type Suite struct {
	// Dir is the folder of the module.
	Dir string
	// Packages are the import paths that snippets may name besides some of the
	// standard library, by the package's name.
	Packages map[string]string
	// Prelude declares what snippets use and do not declare. It is Go source
	// without a package clause and imports, and has
	//
	//	func reset(good bool) // before each run
	//	func check(err error) error // why err is not a true error, nil when it is
	Prelude  string
	Snippets []Snippet
}

// waits matches code that is compiled only: it opens sockets, or does not end.
var waits = regexp.MustCompile(`\b(udp|net|stack)\.|for \{`)

// Problems builds the snippets and runs them, and returns what is wrong with
// them, each problem with file and line. Temp is an empty folder.
func (s *Suite) Problems(temp string) (problems []string) {
	source, problems := s.source()
	if len(problems) > 0 {
		return problems
	}
	out, err := s.execute(temp, source)
	if err != nil {
		return []string{err.Error()}
	}
	return s.judge(out)
}

// source returns the program, and what keeps snippets out of it.
func (s *Suite) source() (source string, problems []string) {
	p := &program{imports: map[string]string{"fmt": "fmt", "os": "os", "log": "log"}}
	packages := maps.Clone(standard)
	maps.Copy(packages, s.Packages)
	prelude, err := parser.ParseFile(token.NewFileSet(), "prelude", "package p\n"+s.Prelude, 0)
	if err != nil {
		return "", []string{err.Error()}
	}
	p.use(prelude, packages)
	var calls strings.Builder
	for i, sn := range s.Snippets {
		name := "snippet" + strconv.Itoa(i)
		if err := p.add(name, sn, packages); err != nil {
			problems = append(problems, err.Error())
		}
		if waits.MatchString(sn.Code) {
			fmt.Fprintf(&calls, "\t_ = %s\n", name)
			continue
		}
		fmt.Fprintf(&calls, "\trun(%d, %s)\n", i, name)
	}
	p.code.WriteString(s.Prelude + runner + "\nfunc main() {\n\tlog.SetFlags(0)\n\tlog.SetOutput(os.Stdout)\n" + calls.String() + "}\n")
	return p.source(), problems
}

// runner calls one snippet on good input, then on bad input. A line that
// begins with mark says whose output follows, or what went wrong.
const runner = `
func run(i int, f func() error) {
	call := func(good bool) (err error, fault any) {
		defer func() { fault = recover() }()
		reset(good)
		return f(), nil
	}
	fmt.Printf("` + mark + `%d output\n", i)
	if err, fault := call(true); err != nil || fault != nil {
		fmt.Printf("` + mark + `%d failed on good input: %v %v\n", i, err, fault)
		return
	}
	fmt.Printf("` + mark + `%d ignore\n", i)
	err, fault := call(false)
	if fault != nil {
		fmt.Printf("` + mark + `%d panicked on bad input: %v\n", i, fault)
	} else if err = check(err); err != nil {
		fmt.Printf("` + mark + `%d on bad input: %v\n", i, err)
	}
}
`

const mark = "\\x01"

// execute builds the source as a command of the module, in a folder that only
// the go command sees, runs it and returns what it prints.
func (s *Suite) execute(temp, source string) (string, error) {
	dir, err := filepath.Abs(filepath.Join(s.Dir, "zz_doctest"))
	if err != nil {
		return "", err
	}
	file, list, binary := filepath.Join(temp, "main.go"), filepath.Join(temp, "overlay.json"), filepath.Join(temp, "doctest.exe")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(dir, "main.go"): file}})
	if err != nil {
		return "", err
	}
	for name, text := range map[string][]byte{file: []byte(source), list: overlay} {
		if err := os.WriteFile(name, text, 0o666); err != nil {
			return "", err
		}
	}
	build := exec.Command("go", "build", "-overlay", list, "-gcflags=-e", "-o", binary, "./zz_doctest")
	build.Dir = s.Dir
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("a snippet does not compile: %w\n%s", err, out)
	}
	var out, errs bytes.Buffer
	run := exec.Command(binary)
	run.Dir, run.Stdout, run.Stderr = temp, &out, &errs
	if err := run.Run(); err != nil {
		return "", fmt.Errorf("%w\n%s%s", err, out.String(), errs.String())
	}
	return out.String(), nil
}

// judge compares what was printed with what the texts say.
func (s *Suite) judge(out string) (problems []string) {
	for _, part := range strings.Split(out, "\x01")[1:] {
		head, printed, _ := strings.Cut(part, "\n")
		number, what, _ := strings.Cut(head, " ")
		i, err := strconv.Atoi(number)
		if err != nil || i >= len(s.Snippets) {
			return append(problems, fmt.Sprintf("unexpected output %q", part))
		}
		sn := &s.Snippets[i]
		report := func(format string, args ...any) {
			problems = append(problems, fmt.Sprintf("%s:%d: ", sn.File, sn.Line)+fmt.Sprintf(format, args...))
		}
		printed = strings.TrimSpace(strings.ReplaceAll(printed, "\r", ""))
		want := strings.TrimSpace(sn.Output)
		switch {
		case what == "ignore":
		case what != "output":
			report("%s", what)
		case !sn.HasOutput && printed != "":
			report("prints, and the text does not say what:\n%s", printed)
		case sn.HasOutput && printed != want:
			report("prints\n%s\nand the text says\n%s", printed, want)
		}
	}
	return problems
}
