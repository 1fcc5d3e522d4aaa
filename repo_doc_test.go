package sipwire_test

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/testfiles"
)

// longDocs are packages whose list of names is still too long.
var longDocs = []string{"header"}

// TestShortDoc keeps the list of names of each package on one screen.
func TestShortDoc(t *testing.T) {
	testfiles.NeedGo(t)
	const screen = 40
	layers, _ := readLayers(t)
	for dir := range layers {
		if strings.HasPrefix(dir, "internal/") {
			continue
		}
		out, err := exec.Command("go", "doc", "-short", "./"+dir).Output()
		if err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		switch n := bytes.Count(out, []byte("\n")); {
		case n > screen && !slices.Contains(longDocs, dir):
			t.Errorf("go doc -short ./%s has %d lines, more than %d", dir, n, screen)
		case n <= screen && slices.Contains(longDocs, dir):
			t.Errorf("%s fits: take it off the list", dir)
		}
	}
}
