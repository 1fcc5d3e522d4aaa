package sipwire_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/testfiles"
)

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
		if n := bytes.Count(out, []byte("\n")); n > screen {
			t.Errorf("go doc -short ./%s has %d lines, more than %d", dir, n, screen)
		}
	}
}
