package doctest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// A Snippet is one piece of Go in a text.
type Snippet struct {
	File string // as it was given to the function that found it
	Line int    // of the first line of the code
	Code string

	// Output is what the text says is printed. HasOutput is false when it says
	// nothing about that.
	Output    string
	HasOutput bool
}

// Markdown returns the fenced blocks marked go of a Markdown file. A block
// marked text that follows one, with nothing but one paragraph between them,
// is what the code prints.
func Markdown(file string) ([]Snippet, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []Snippet
	lines := strings.Split(string(b), "\n")
	near := 0 // paragraphs since the last block of Go; 2 and more are too many
	for i := 0; i < len(lines); i++ {
		kind, fenced := strings.CutPrefix(lines[i], "```")
		if !fenced {
			if lines[i] == "" && i > 0 && lines[i-1] != "" && !strings.HasPrefix(lines[i-1], "```") {
				near++
			}
			continue
		}
		start := i + 1
		for i++; i < len(lines) && lines[i] != "```"; i++ {
			// To the end of the block.
		}
		text := strings.Join(lines[start:min(i, len(lines))], "\n") + "\n"
		switch {
		case kind == "go":
			all = append(all, newSnippet(file, start+1, text))
			near = 0
		case kind == "text" && len(all) > 0 && near < 2 && !all[len(all)-1].HasOutput:
			all[len(all)-1].Output, all[len(all)-1].HasOutput = text, true
		}
	}
	return all, nil
}

// Package returns the code blocks that are Go in the package comments of the
// Go files in dir.
func Package(dir string) ([]Snippet, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var all []Snippet
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, file, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			return nil, err
		}
		if f.Doc != nil {
			all = append(all, comment(set, file, f.Doc)...)
		}
	}
	return all, nil
}

// comment returns the code blocks of a doc comment that are Go.
func comment(set *token.FileSet, file string, doc *ast.CommentGroup) (all []Snippet) {
	var code []string
	line := 0 // of code[0]
	flush := func() {
		text := strings.TrimRight(strings.Join(code, "\n"), "\n") + "\n"
		if code != nil && isGo(text) {
			all = append(all, newSnippet(file, line, text))
		}
		code = nil
	}
	for _, c := range doc.List {
		text, ok := strings.CutPrefix(c.Text, "//")
		if !ok {
			continue // a comment of the form /* */ has no code here
		}
		indented, ok := strings.CutPrefix(text, "\t")
		switch {
		case ok && code == nil:
			line = set.Position(c.Pos()).Line
			code = []string{indented}
		case ok:
			code = append(code, indented)
		case text == "" && code != nil:
			code = append(code, "") // an empty line inside a block, or behind it
		default:
			flush()
		}
	}
	flush()
	return all
}

// isGo reports whether a code block of a comment is meant to be Go: it
// declares something, or a line of it opens a block or is a call. Tables and
// command lines do none of this.
func isGo(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.Contains(line, ":=") || strings.HasSuffix(line, "{") || strings.HasPrefix(line, "_ = ") {
			return true
		}
	}
	return false
}

// newSnippet takes a comment that says what is printed off the end of code, as
// examples of the testing package have it.
func newSnippet(file string, line int, code string) Snippet {
	s := Snippet{File: file, Line: line, Code: code}
	i := strings.LastIndex("\n"+code, "\n// Output:")
	if i < 0 {
		return s
	}
	s.Code, s.HasOutput = code[:i], true
	for l := range bytes.Lines([]byte(code[i:])) {
		l = bytes.TrimPrefix(bytes.TrimPrefix(l, []byte("//")), []byte(" "))
		s.Output += string(bytes.TrimPrefix(l, []byte("Output:")))
	}
	return s
}
