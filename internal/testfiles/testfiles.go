// Package testfiles gives tests their inputs: the messages of this project and
// those of the conformance corpus, which is other people's work and not part
// of this repository. Only tests import it.
package testfiles

import (
	"os"
	"path/filepath"
	"testing"
)

// corpus returns the folder of the corpus, which SIPWIRE_CORPUS names or which
// is beside the repository, and whether it is there. One that is named and not
// there is an error. Tests run in a folder of the repository's root.
func corpus(t testing.TB) (dir string, ok bool) {
	t.Helper()
	dir, named := os.LookupEnv("SIPWIRE_CORPUS")
	if dir == "" {
		dir, named = filepath.Join("..", "..", "shared", "corpus"), false
	}
	_, err := os.Stat(filepath.Join(dir, "messages.tsv"))
	if err != nil && named {
		t.Fatalf("SIPWIRE_CORPUS: %v", err)
	}
	return dir, err == nil
}

// Corpus returns the folder of the conformance corpus. A test that needs it and
// finds none is skipped, loudly.
func Corpus(t testing.TB) string {
	t.Helper()
	dir, ok := corpus(t)
	if !ok {
		t.Skipf("NOT RUN: no conformance corpus in %s; name its folder in SIPWIRE_CORPUS", dir)
	}
	return dir
}

// Messages returns the messages of testdata and, when it is there, of the
// corpus.
func Messages(t testing.TB) (all [][]byte) {
	t.Helper()
	dir, ok := corpus(t)
	files, _ := filepath.Glob(filepath.Join(dir, "messages", "*", "*.sip"))
	if !ok {
		t.Logf("NO CORPUS in %s: only the project's own messages are taken; name its folder in SIPWIRE_CORPUS", dir)
	} else if len(files) == 0 {
		t.Errorf("a corpus without messages in %s", dir)
	}
	own, _ := filepath.Glob(filepath.Join("..", "testdata", "*", "*.sip"))
	if len(own) == 0 {
		t.Fatal("no messages in testdata")
	}
	for _, file := range append(files, own...) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}
