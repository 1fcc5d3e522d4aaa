package state

import (
	"testing"

	"github.com/sipwire/sipwire/codec"
)

// TestUnreachable: an ICMP error is believed when it quotes what only who has seen it can
// know. The branch of a CANCEL of nothing is made of what its sender has chosen.
func TestUnreachable(t *testing.T) {
	for _, c := range []struct {
		rows   []row
		quoted string
		known  bool
	}{
		{[]row{{"alice INVITE", "b1:INVITE"}}, "b1 INVITE", true},
		{[]row{{"alice INVITE", "b1:INVITE"}, {"b1 200", "alice:200"}, {"+1m", ""}, {"alice CANCEL", "b1:CANCEL"}}, "b1 CANCEL", false},
	} {
		w := newWorld(t, nextHops{"b1"}, nil)
		w.run(c.rows)
		var m codec.Message
		if err := m.Parse(w.last[c.quoted]); err != nil {
			t.Fatalf("%s: %v", c.quoted, err)
		}
		if known := w.p.Unreachable(&m, elements["b1"].Addr, w.now); known != c.known {
			t.Errorf("%s: %v", c.quoted, known)
		}
	}
}
