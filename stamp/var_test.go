package stamp

import (
	"errors"
	"testing"

	"github.com/sipwire/sipwire"
)

// TestVarOfAnotherTemplate asks that a variable names nothing in another
// template, where the variable with its number is another one.
func TestVarOfAnotherTemplate(t *testing.T) {
	text := func(name string) string {
		return "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a;branch={{branch}}\nFrom: <sip:a>;tag=1\nTo: <sip:a>\n" +
			"Call-ID: {{call-id}}\nCSeq: 1 OPTIONS\nMax-Forwards: 70\nX-N: {{" + name + "}}\n\n"
	}
	first, second := compiled(t, text("a")), compiled(t, text("b"))
	var s Stamp
	s.Begin(second)
	if err := s.Set(variable(t, second, "b"), []byte("b")); err != nil {
		t.Fatal(err)
	}
	if err := s.Set(variable(t, first, "a"), []byte("a")); !errors.Is(err, sipwire.ErrState) {
		t.Errorf("the variable of another template: %v", err)
	}
	if v := s.Value(variable(t, second, "b")); string(v) != "b" {
		t.Errorf("it has changed the value to %q", v)
	}
}
