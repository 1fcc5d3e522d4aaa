package sipwire_test

import (
	"errors"
	"testing"

	"github.com/sipwire/sipwire"
)

// TestCodes asks that every code has a name of its own, a text, and costs
// nothing as an error.
func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for c := sipwire.Code(0); c.Name() != "unknown"; c++ {
		if c.Name() == "" || c.Error() == "" || seen[c.Name()] || c.Error() != "sip: "+c.Text() {
			t.Errorf("code %d: name %q, text %q", c, c.Name(), c.Error())
		}
		seen[c.Name()] = true
		if s := c.Status(); s < 400 && c != 0 || s > 599 {
			t.Errorf("%s: status %d", c.Name(), s)
		}
		var err error
		if n := testing.AllocsPerRun(10, func() { err = c.Err() }); n != 0 {
			t.Errorf("%s: %v allocations", c.Name(), n)
		}
		if (err == nil) != (c == 0) || c != 0 && !errors.Is(err, c) {
			t.Errorf("%s as an error is %v", c.Name(), err)
		}
	}
	if n := sipwire.Code(len(seen)); n < 50 || n.Name() != "unknown" || sipwire.Code(255).Error() != "sip: unknown error" {
		t.Error("a code out of range")
	}
	for c, want := range map[sipwire.Code]int{0: 200, sipwire.ErrVersion: 505, sipwire.ErrStartLineTooLong: 414, sipwire.ErrBodyTooLong: 413, sipwire.ErrMessageTooLong: 513, sipwire.ErrScheme: 416, sipwire.ErrMaxForwards: 483, sipwire.ErrHeaderName: 400} {
		if got := c.Status(); got != want {
			t.Errorf("%s: status %d, want %d", c.Name(), got, want)
		}
	}
}
