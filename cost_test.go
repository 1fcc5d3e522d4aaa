package sipwire_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/testfiles"
)

// What an operation costs, in blocks of code that run (see internal/cost).
const (
	// maxGrowth is by how much the cost of a byte may grow when the input
	// doubles: a straight line has 1, n log n a little more, a square 2.
	maxGrowth = 1.5
	// maxPerByte bounds the cost of a byte: a constant factor that is out of
	// proportion is a way to keep a server busy, too.
	maxPerByte = 120
)

// TestCost holds every operation, on messages that are large in every respect,
// and any number of edits in any order, to a cost that grows in a straight
// line. Time is not measured: the blocks of code that run are counted, the same
// on every machine.
func TestCost(t *testing.T) {
	testfiles.NeedGo(t)
	program := filepath.Join(t.TempDir(), "cost")
	build := exec.Command("go", "build", "-cover", "-covermode=atomic", "-coverpkg=./...", "-o", program, "./internal/cost")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.Command(program)
	// The portable code is counted; what the kernels do in assembly is not.
	run.Env = append(os.Environ(), "SIPWIRE_TIER=generic", "GOCOVERDIR="+t.TempDir())
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cases, worst := 0, ""
	most := 0.0
	for line := range strings.Lines(string(out)) {
		name, figures, _ := strings.Cut(line, "\t")
		var bytes, blocks [3]float64
		if _, err := fmt.Sscan(figures, &bytes[0], &bytes[1], &bytes[2], &blocks[0], &blocks[1], &blocks[2]); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		cases++
		growth := (blocks[2] / bytes[2]) / (blocks[1] / bytes[1])
		if growth > maxGrowth {
			t.Errorf("%s: %v blocks for %v bytes, and %v for %v: %.2f times as much for a byte", name, blocks[1], bytes[1], blocks[2], bytes[2], growth)
		}
		if per := blocks[2] / bytes[2]; per > maxPerByte {
			t.Errorf("%s: %.0f blocks for each of %v bytes", name, per, bytes[2])
		}
		if growth > most {
			most, worst = growth, name
		}
	}
	if cases < 800 {
		t.Errorf("%d cases", cases)
	}
	t.Logf("%d cases, at most %.2f times as much for a byte when the input doubles (%s)", cases, most, worst)
}
