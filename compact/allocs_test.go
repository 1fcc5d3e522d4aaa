package compact_test

import (
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compact"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// TestAllocs counts the allocations of every function, of errors too, with no
// more room than the result needs.
func TestAllocs(t *testing.T) {
	all := testfiles.Messages(t)
	for _, s := range append(hostile, "garbage", message("To\x00: x")) {
		all = append(all, []byte(s))
	}
	m := new(codec.Message)
	fine, failed := 0, 0
	for _, b := range all {
		if m.Parse(b) == nil {
			fine++
		} else {
			failed++
		}
		for _, o := range []compact.Options{{}, short, long, joined, divided, {Form: compact.Compact, Lists: compact.Split}} {
			out, _ := compact.Append(nil, m, o)
			dst := make([]byte, 0, len(out))
			var err error
			if n := testing.AllocsPerRun(1, func() { _, err = compact.Append(dst, m, o) }); n != 0 {
				t.Errorf("Append %+v: %v allocations, %v, for %q", o, n, err, b)
			}
		}
		// Every limit that leads to another step, and one that is too small.
		for limit := len(b); ; {
			out, r, err := compact.Fit(nil, m, limit)
			dst := make([]byte, 0, len(out))
			if n := testing.AllocsPerRun(1, func() { _, r, err = compact.Fit(dst, m, limit) }); n != 0 {
				t.Errorf("Fit %d: %v allocations, %v, for %q", limit, n, err, b)
			}
			if err != nil {
				break
			}
			limit = r.After - 1
		}
	}
	t.Logf("%d messages, %d that do not parse", fine, failed)
}
