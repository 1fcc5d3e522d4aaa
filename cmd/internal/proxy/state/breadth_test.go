package state

import (
	"strings"
	"testing"
)

// TestMaxBreadth: the branches of a request share its Max-Breadth, and those that it
// does not suffice for wait for others to fail (RFC 5393, 5.3.3).
func TestMaxBreadth(t *testing.T) {
	breadth := func(w *world, name string) string {
		_, value, _ := strings.Cut(string(w.last[name+" INVITE"]), "\r\nMax-Breadth: ")
		value, _, _ = strings.Cut(value, "\r\n")
		return value
	}
	for _, c := range []struct {
		name     string
		contacts []string
		rows     []row
		want     string // Max-Breadth of the INVITEs of b1, b2 and b3
	}{
		{"none: 60", []string{"b1", "b2", "b3"}, []row{{"alice INVITE", "b1:INVITE b2:INVITE b3:INVITE"}}, "20 20 20"},
		{"one branch has it all", []string{"b1"}, []row{{"alice INVITE|Max-Breadth: 7", "b1:INVITE"}}, "7  "},
		{"one branch of none has none", []string{"b1"}, []row{{"alice INVITE", "b1:INVITE"}}, "  "},
		{"shared", []string{"b1", "b2", "b3"}, []row{{"alice INVITE|Max-Breadth: 8", "b1:INVITE b2:INVITE b3:INVITE"}}, "2 2 2"},
		{"not enough for all at a time", []string{"b1", "b2", "b3"}, []row{
			{"alice INVITE|Max-Breadth: 2", "b1:INVITE b2:INVITE"},
			{"b1 404", "b1:ACK"},
			{"b2 486", "b2:ACK b3:INVITE"},
			{"b3 200", "alice:200"},
		}, "1 1 2"},
		{"the last one of three, with one of a lower q", []string{"b1;q=0.5", "b2;q=0.5", "b3;q=0.1"}, []row{
			{"alice INVITE|Max-Breadth: 1", "b1:INVITE"},
			{"b1 404", "b1:ACK b2:INVITE"},
			{"b2 404", "b2:ACK b3:INVITE"},
			{"b3 404", "alice:404 b3:ACK"},
		}, "1 1 1"},
		{"none left", []string{"b1"}, []row{{"alice INVITE|Max-Breadth: 0", "alice:440"}}, "  "},
		{"too much for one branch", []string{"b1"}, []row{{"alice INVITE|Max-Breadth: 600", "b1:INVITE"}}, "60  "},
		{"and for two", []string{"b1", "b2"}, []row{{"alice INVITE|Max-Breadth: 600", "b1:INVITE b2:INVITE"}}, "30 30 "},
		{"one that cannot be read", []string{"b1", "b2"}, []row{{"alice INVITE|Max-Breadth: x", "b1:INVITE b2:INVITE"}}, "30 30 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nextHops(nil), withRegistrar)
			w.bind(c.contacts...)
			w.run(c.rows)
			if got := breadth(w, "b1") + " " + breadth(w, "b2") + " " + breadth(w, "b3"); got != c.want {
				t.Errorf("Max-Breadth %q, want %q", got, c.want)
			}
			w.end()
		})
	}
}
