package firstpages

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestAdvise asks for huge pages in memory of the heap: the system notes "hg" for
// it.
func TestAdvise(t *testing.T) {
	from, size := advise()
	if from == 0 || from%huge != 0 || size == 0 || size > chunk || (from+size)%chunk != 0 {
		t.Fatalf("%#x, %d bytes", from, size)
	}
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage/enabled"); err != nil {
		t.Log("NOT RUN: this system has no huge pages on request")
		return
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(maps)) {
		var lo, hi uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &lo, &hi); n == 2 {
			inside = lo <= from && from+size <= hi
		}
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok && inside {
			if !strings.Contains(flags+" ", " hg ") {
				t.Errorf("the flags of the memory are %s", flags)
			}
			return
		}
	}
	t.Errorf("no memory at %#x:\n%s", from, maps)
}
