package sipwire_test

import (
	"go/ast"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A layer is a row of the table of packages in docs/design.md.
type layer struct {
	folder   string
	row      int      // of the table; imports point to later ones
	imports  []string // folders of this module, and other modules
	testOnly bool     // only tests may import it
}

// readLayers returns the rows of the table, and the folders of the table below
// it, which are planned.
func readLayers(t *testing.T) (all map[string]layer, planned []string) {
	t.Helper()
	b, err := os.ReadFile("docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	all = map[string]layer{}
	code := regexp.MustCompile("`[^`]+`")
	table := ""
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 {
			table = ""
			continue
		}
		if strings.TrimSpace(cells[1]) == "folder" {
			table = strings.TrimSpace(cells[3])
			continue
		}
		folder := strings.Trim(code.FindString(cells[1]), "`")
		switch {
		case folder == "":
		case table == "imports":
			l := layer{folder: folder, row: len(all), testOnly: strings.Contains(cells[2], "; only tests ")}
			for _, name := range code.FindAllString(cells[3], -1) {
				l.imports = append(l.imports, strings.Trim(name, "`"))
			}
			slices.Sort(l.imports)
			all[folder] = l
		case table == "may import":
			planned = append(planned, folder)
		}
	}
	if len(all) < 10 {
		t.Fatalf("%d packages in the table of docs/design.md", len(all))
	}
	return all, planned
}

// imported returns what files import of this module and of others, as the table
// writes it. The root, which has the error codes, is open to all.
func imported(file *ast.File) (names []string) {
	for _, spec := range file.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		parts := strings.SplitN(p, "/", 4)
		switch {
		case p == module || !strings.Contains(parts[0], "."):
		case strings.HasPrefix(p, module+"/"):
			names = append(names, strings.TrimPrefix(p, module+"/"))
		case parts[0] == "golang.org": // golang.org/x/sys is the module of golang.org/x/sys/unix
			names = append(names, path.Join(parts[:3]...))
		default:
			names = append(names, p)
		}
	}
	return names
}

// TestLayers holds the imports to the table of packages in docs/design.md, and
// the table to the imports: each is exactly the other, and all point down.
func TestLayers(t *testing.T) {
	layers, planned := readLayers(t)
	got := map[string]map[string]bool{}
	sources(t, func(name string, file *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(name))
		l, ok := layers[dir]
		if !ok && got[dir] == nil {
			t.Errorf("folder %s is not in the table of docs/design.md", dir)
		}
		if got[dir] == nil {
			got[dir] = map[string]bool{}
		}
		for _, p := range imported(file) {
			if !strings.HasSuffix(name, "_test.go") {
				got[dir][p] = true
				if layers[p].testOnly {
					t.Errorf("%s imports %s, which is for tests", name, p)
				}
				continue
			}
			// A test in the root sees all, and so does one outside its package.
			// Any test sees its own package, what that imports, headers, the
			// small pieces below, and what is for tests.
			fine := dir == "." || strings.HasSuffix(file.Name.Name, "_test") || p == dir || strings.HasPrefix(p, "header") || slices.Contains(l.imports, p) || layers[p].testOnly ||
				p == "internal/abnf" || p == "internal/grammar" || p == "internal/cpufeat" || p == "golang.org/x/sys"
			if !fine {
				t.Errorf("%s imports %s", name, p)
			}
		}
	})
	for dir, l := range layers {
		if got[dir] == nil {
			t.Errorf("%s is in the table of docs/design.md and not there", dir)
			continue
		}
		if have := slices.Sorted(maps.Keys(got[dir])); !slices.Equal(have, l.imports) {
			t.Errorf("%s imports %q, and the table of docs/design.md says %q", dir, have, l.imports)
		}
		for _, p := range l.imports {
			if below, own := layers[p]; own && below.row <= l.row && !l.testOnly {
				t.Errorf("%s imports %s, which is above it in the table", dir, p)
			}
		}
	}
	for _, dir := range planned {
		if got[dir] != nil {
			t.Errorf("%s is there: move its row out of the planned ones in docs/design.md", dir)
		}
	}
}

// TestNamedTests looks for every test that a document names: a promise without
// its test is only words.
func TestNamedTests(t *testing.T) {
	declared := map[string]bool{}
	for _, dir := range []string{".", "cmd", "bench", "stack"} {
		_ = filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
				return nil // a module that is not there
			}
			b, err := os.ReadFile(name)
			for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`).FindAllSubmatch(b, -1) {
				declared[string(m[1])] = true
			}
			return err
		})
	}
	documents, _ := filepath.Glob("docs/*.md")
	named := 0
	for _, file := range append(documents, "README.md", "SECURITY.md", "CONTRIBUTING.md") {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z0-9]\\w*)`").FindAllSubmatch(b, -1) {
			named++
			if !declared[string(m[1])] {
				t.Errorf("%s names %s, which is not there", file, m[1])
			}
		}
	}
	if named < 20 {
		t.Errorf("%d tests are named", named)
	}
}

// TestHeaderHasNoCryptography keeps hashes out of every tool that only reads
// headers.
func TestHeaderHasNoCryptography(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./header/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range strings.Fields(string(out)) {
		if p == "crypto" || strings.HasPrefix(p, "crypto/") {
			t.Errorf("header links %s", p)
		}
	}
}
