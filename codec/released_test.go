package codec

import (
	"testing"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/poison"
)

// TestUseAfterRelease asks that the use of a released message panics in builds
// that look for it: .ci/run has one, with the race detector.
func TestUseAfterRelease(t *testing.T) {
	uses := map[string]func(m *Message){
		"Parse":     func(m *Message) { _ = m.Parse([]byte("x")) },
		"Value":     func(m *Message) { m.Value(header.IDVia) },
		"From":      func(m *Message) { _, _ = m.From() },
		"Vias":      func(m *Message) { m.Vias()(func(header.Via, error) bool { return true }) },
		"Len":       func(m *Message) { m.Len() },
		"Body":      func(m *Message) { m.Body() },
		"Bytes":     func(m *Message) { m.Bytes() },
		"Method":    func(m *Message) { m.Method() },
		"IsRequest": func(m *Message) { m.IsRequest() },
	}
	for name, use := range uses {
		m := Acquire()
		if err := m.Parse([]byte(msg(reqLine, "From: <sip:a>", "Via: SIP/2.0/UDP a"))); err != nil {
			t.Fatal(err)
		}
		use(m) // fine before
		Release(m)
		func() {
			defer func() {
				if got := recover() != nil; got != poison.Enabled {
					t.Errorf("%s after Release panics: %t, in a build that looks for it: %t", name, got, poison.Enabled)
				}
			}()
			use(m)
		}()
		if poison.Enabled && Acquire() == m {
			t.Errorf("%s: a released message is used again", name)
		}
		if !poison.Enabled {
			return // somebody else may have it by now
		}
	}
}
