// Package testfiles gives tests their inputs: the messages of this project,
// those of the conformance corpus, which is other people's work and not part
// of this repository, and memory between guard pages. Only tests import it.
package testfiles

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Root returns the folder of the repository, in which the test's own folder
// is.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		b, _ := os.ReadFile(filepath.Join(dir, "go.mod"))
		if strings.HasPrefix(string(b), "module github.com/sipwire/sipwire\n") {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the test runs outside of the repository")
		}
	}
}

// corpus returns the folder of the corpus, and whether it is there. It is the
// one that SIPWIRE_CORPUS names. Without that it is shared/corpus beside the
// repository, for those who keep several working copies next to one corpus.
// One that is named and not there is an error.
func corpus(t testing.TB) (dir string, ok bool) {
	t.Helper()
	dir, named := os.LookupEnv("SIPWIRE_CORPUS")
	if dir == "" {
		dir, named = filepath.Join(filepath.Dir(Root(t)), "shared", "corpus"), false
	}
	_, err := os.Stat(filepath.Join(dir, "messages.tsv"))
	if err != nil && named {
		t.Fatalf("SIPWIRE_CORPUS: %v", err)
	}
	return dir, err == nil
}

// Corpus returns the folder of the conformance corpus. A test that needs it and
// finds none is skipped, and says so.
func Corpus(t testing.TB) string {
	t.Helper()
	dir, ok := corpus(t)
	if !ok {
		t.Skipf("NOT RUN: no conformance corpus in %s; name its folder in SIPWIRE_CORPUS", dir)
	}
	return dir
}

// NeedGo skips a test that builds a program where it cannot: with -short, under
// which tests also run on emulated processors, and without the go command.
func NeedGo(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("NOT RUN: no program is built with -short")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("NOT RUN: %v", err)
	}
}

// Own returns the messages of testdata.
func Own(t testing.TB) [][]byte {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(Root(t), "testdata", "*", "*.sip"))
	if len(files) == 0 {
		t.Fatal("no messages in testdata")
	}
	return read(t, files)
}

// Messages returns the messages of testdata and, when it is there, of the
// corpus.
func Messages(t testing.TB) [][]byte {
	t.Helper()
	dir, ok := corpus(t)
	files, _ := filepath.Glob(filepath.Join(dir, "messages", "*", "*.sip"))
	if !ok {
		t.Logf("NOT RUN over a corpus: none in %s; only the project's own messages are taken; name its folder in SIPWIRE_CORPUS", dir)
	} else if len(files) == 0 {
		t.Errorf("a corpus without messages in %s", dir)
	}
	return append(read(t, files), Own(t)...)
}

func read(t testing.TB, files []string) (all [][]byte) {
	t.Helper()
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}
