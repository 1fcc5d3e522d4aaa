package engine

import (
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// TestEndsAt asks behind which recv a call is certainly over: what it has received
// there is not kept.
func TestEndsAt(t *testing.T) {
	const first = `<send><![CDATA[` + `OPTIONS sip:a@b SIP/2.0` + "\r\n\r\n" + `]]></send>`
	for _, c := range []struct {
		rest string
		step int
		want bool
	}{
		{`<recv response="200"/>`, 1, true},
		{`<recv response="100" optional="true"/><recv response="200"/>`, 1, false},
		{`<recv response="100" optional="true"/><recv response="200"/>`, 2, true},
		{`<recv response="200" optional="true"/>`, 1, false},
		{`<recv response="200"/><pause milliseconds="1"/>`, 1, false},
		{`<label id="1"/><recv response="200" next="1"/>`, 1, false},
	} {
		e := New(Defaults(compile(t, first+c.rest)), NewShared())
		_, call := e.calls.take()
		if got := e.endsAt(call, &e.steps[c.step], c.step); got != c.want {
			t.Errorf("%s: step %d (%v): %t", c.rest, c.step, e.steps[c.step].Kind == scenario.Recv, got)
		}
		call.command = &command{} // the call waits for its end
		if e.endsAt(call, &e.steps[c.step], c.step) {
			t.Errorf("%s: at its end in front of a command's", c.rest)
		}
	}
}
