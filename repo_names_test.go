package sipwire_test

import (
	"go/ast"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unsorted are folders that have fuzz targets, benchmarks or examples among
// their tests. It only gets shorter.
var unsorted = []string{"codec", "compose", "header", "internal/scan", "uri"}

// TestFileNames holds the names of test files to CONTRIBUTING.md: a fuzz
// target, a benchmark or an example is in a file of its kind.
func TestFileNames(t *testing.T) {
	kinds := map[string]string{"Fuzz": "fuzz", "Benchmark": "bench", "Example": "example"}
	kind := regexp.MustCompile(`^(Fuzz|Benchmark|Example)([A-Z_].*)?$`)
	wrong := map[string][]string{}
	sources(t, func(path string, file *ast.File) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		parts := strings.Split(strings.TrimSuffix(filepath.Base(path), "_test.go"), "_")
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			if m := kind.FindStringSubmatch(f.Name.Name); m != nil && !slices.Contains(parts, kinds[m[1]]) {
				wrong[dir] = append(wrong[dir], path+": "+f.Name.Name)
			}
		}
	})
	for dir, all := range wrong {
		if !slices.Contains(unsorted, dir) {
			t.Errorf("not in a file of their kind: %q", all)
		}
	}
	for _, dir := range unsorted {
		if wrong[dir] == nil {
			t.Errorf("%s is in order: take it off the list", dir)
		}
	}
}
