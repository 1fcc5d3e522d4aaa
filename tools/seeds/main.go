// Command seeds chooses a small corpus for a fuzz target from what fuzzing has
// found interesting: files that together run the code that all of them run.
//
//	seeds -test BINARY -from FOLDER -to TESTDATA -target FuzzParse
//
// BINARY is a test binary with coverage (go test -c -cover), which is run in the
// current folder, that of its package. FOLDER is the target's in the build
// cache, and TESTDATA is testdata/fuzz of the package, where the files go.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	maxSize  = 600 // bytes of a file
	maxTried = 40  // files that are tried
	maxKept  = 16  // files that are kept
)

var (
	binary = flag.String("test", "", "test binary with coverage")
	from   = flag.String("from", "", "the target's folder in the build cache")
	to     = flag.String("to", "testdata/fuzz", "folder for the corpora of the package")
	target = flag.String("target", "", "the fuzz target")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "seeds:", err)
		os.Exit(1)
	}
}

// A file of the cache, and the blocks of code that run with it.
type file struct {
	name   string
	data   []byte
	blocks map[string]bool
}

func run() error {
	files, err := candidates(*from)
	if err != nil {
		return err
	}
	dir := filepath.Join(*to, *target)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for i := range files {
		if err := files[i].measure(dir); err != nil {
			return err
		}
	}
	kept, seen := 0, map[string]bool{}
	for ; kept < maxKept; kept++ {
		best, most := 0, 0
		for i := range files {
			if n := files[i].adds(seen); n > most {
				best, most = i, n
			}
		}
		if most == 0 {
			break
		}
		if err := os.WriteFile(filepath.Join(dir, files[best].name), files[best].data, 0o666); err != nil {
			return err
		}
		for block := range files[best].blocks {
			seen[block] = true
		}
	}
	fmt.Printf("%4d of %4d files, %5d blocks  %s\n", kept, len(files), len(seen), *target)
	return nil
}

// candidates returns small files of the folder, of all sizes.
func candidates(folder string) (files []file, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, err
		}
		if len(data) <= maxSize {
			files = append(files, file{name: e.Name(), data: data})
		}
	}
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(cmp.Compare(len(a.data), len(b.data)), strings.Compare(a.name, b.name))
	})
	if n := len(files); n > maxTried {
		for i := range maxTried {
			files[i] = files[i*n/maxTried]
		}
		files = files[:maxTried]
	}
	return files, nil
}

// measure runs the target with the one file, and leaves the folder as it was.
func (f *file) measure(dir string) error {
	path := filepath.Join(dir, f.name)
	if _, err := os.Stat(path); os.IsNotExist(err) {
		if err := os.WriteFile(path, f.data, 0o666); err != nil {
			return err
		}
		defer os.Remove(path)
	}
	profile, err := os.CreateTemp("", "seeds")
	if err != nil {
		return err
	}
	profile.Close()
	defer os.Remove(profile.Name())
	test := exec.Command(*binary, "-test.run", "^"+*target+"$/^"+regexp.QuoteMeta(f.name)+"$", "-test.coverprofile", profile.Name())
	if out, err := test.CombinedOutput(); err != nil {
		return fmt.Errorf("%s with %s: %v\n%s", *target, f.name, err, out)
	}
	text, err := os.ReadFile(profile.Name())
	if err != nil {
		return err
	}
	f.blocks = map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if block, ok := strings.CutSuffix(strings.TrimSpace(line), " 1"); ok {
			f.blocks[block] = true
		}
	}
	return nil
}

// adds returns how many blocks run with f that are not among those seen.
func (f *file) adds(seen map[string]bool) (n int) {
	for block := range f.blocks {
		if !seen[block] {
			n++
		}
	}
	return n
}
