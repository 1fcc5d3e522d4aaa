package sipwire_test

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sipwire/sipwire"

// nested are the folders that are modules of their own.
var nested = []string{"bench", "cmd", "internal/scan/_asm", "stack", "tools"}

// sources calls f for every Go file of this module.
func sources(t *testing.T, f func(path string, file *ast.File)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains(nested, filepath.ToSlash(path)) || hidden(d.Name()) && path != "." {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err == nil {
			n++
			f(filepath.ToSlash(path), file)
		}
		return err
	})
	if err != nil || n < 20 {
		t.Fatalf("%d files: %v", n, err)
	}
}

// hidden reports whether the go command passes over a folder of that name.
func hidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") }

// generator reports whether a file is a program run by go generate.
func generator(file *ast.File) bool { return file.Name.Name == "main" }

// TestRequirements keeps the module at exactly its three requirements.
func TestRequirements(t *testing.T) {
	f, err := os.Open("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.TrimSpace(strings.TrimPrefix(s.Text(), "require ")); strings.Contains(line, ".") && strings.Contains(line, " v") {
			got = append(got, strings.Fields(line)[0])
		}
	}
	want := []string{"github.com/klauspost/cpuid/v2", "github.com/valyala/bytebufferpool", "golang.org/x/sys"}
	if !slices.Equal(got, want) {
		t.Errorf("go.mod requires %q, want %q", got, want)
	}
	if _, err := os.Stat("go.work"); err == nil {
		out, _ := os.ReadFile(".gitignore")
		if !strings.Contains(string(out), "go.work") {
			t.Error("go.work is there and not ignored")
		}
	}
}

// TestDocumented asks a comment of every exported name.
func TestDocumented(t *testing.T) {
	packages := map[string]bool{}
	sources(t, func(path string, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || generator(file) {
			return
		}
		dir := filepath.Dir(path)
		packages[dir] = packages[dir] || file.Doc != nil
		for _, d := range file.Decls {
			undocumented(d, func(name string) { t.Errorf("%s: %s has no comment", path, name) })
		}
	})
	for dir, ok := range packages {
		if !ok {
			t.Errorf("package in %s has no comment", dir)
		}
	}
}

func undocumented(d ast.Decl, report func(string)) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
			report(d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					report(s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
						report(n.Name)
					}
				}
			}
		}
	}
}

// exportedReceiver reports whether a method belongs to an exported type, or
// d is a function.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// TestFileLength keeps one idea a file.
func TestFileLength(t *testing.T) {
	sources(t, func(path string, file *ast.File) {
		base := filepath.Base(path)
		if strings.HasSuffix(base, "_test.go") || strings.HasPrefix(base, "zz_") || strings.HasPrefix(base, "gen") {
			return
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "\n"); n > 400 {
			t.Errorf("%s has %d lines", path, n)
		}
	})
}

// TestReadmeTable holds the figures in README.md to the report that was run:
// none of them is typed in by hand.
func TestReadmeTable(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join("bench", "results", "table.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSpace(string(table)); len(want) < 500 || !strings.Contains(string(readme), want) {
		t.Error("README.md does not hold bench/results/table.md as the report wrote it")
	}
}
