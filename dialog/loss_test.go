package dialog

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// With every tenth message lost, both ways, each call is set up, is ended by
// one of the two, and leaves nothing; every message that was sent is accounted
// for. SIPWIRE_DEEP makes that 100,000 calls instead of 10,000, as .ci/run does.
func TestLoss(t *testing.T) {
	calls := 10_000
	switch {
	case testing.Short():
		calls = 3000
	case os.Getenv("SIPWIRE_DEEP") != "":
		calls = 100_000
	}
	n := newNetwork(t)
	n.quiet = true
	a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
	n.lossy(0.1, 42)
	var answered, failed, endedA, endedB, began int
	endings := map[string]int{}
	a.caller(3 * time.Second)
	caller := a.on
	a.on = func(ev Event, m *codec.Message) {
		caller(ev, m)
		switch {
		case ev.Task == TaskACK:
			answered++
		case ev.Kind == transaction.Timeout && ev.Timer == transaction.TimerB:
			failed++
		}
		if ev.Ended {
			endedA++
			endings["caller: "+ev.Kind.String()+" "+ev.Timer.String()+" "+ev.Method.String()]++
		}
	}
	b.callee(200*ms, 200)
	callee := b.on
	b.on = func(ev Event, m *codec.Message) {
		callee(ev, m)
		if ev.Kind == transaction.Request && ev.Method == header.MethodINVITE {
			began++
		}
		if ev.Ended {
			endedB++
			endings["callee: "+ev.Kind.String()+" "+ev.Timer.String()+" "+ev.Method.String()]++
		}
	}
	id := 0
	var call func()
	call = func() {
		a.begin("INVITE", fmt.Sprint("x", id), b)
		if id++; id < calls {
			n.later(2*ms, call)
		}
	}
	n.later(0, call)
	n.run(time.Duration(calls)*2*ms + 10*time.Minute)
	n.empty()
	sa, sb := a.Transactions().Stats(), b.Transactions().Stats()
	t.Logf("%d calls: %d set up, %d failed; %d messages, %d lost, %d received; the caller's transactions sent again %d, the callee's %d; 2xx repeated %d, ACKs %d; %v",
		calls, began, failed, n.sent, n.lost, n.got, sa.Repeats, sb.Repeats, b.Stats().Repeated2xx, a.Stats().RepeatedACKs, endings)
	if began+failed < calls || began > calls || answered > began || answered < began-failed || failed > calls/1000 {
		t.Errorf("of %d calls %d began, %d were answered and %d failed", calls, began, answered, failed)
	}
	if int(a.Stats().Begun) != endedA || int(b.Stats().Begun) != endedB || endedA < calls-failed || endedB < began {
		t.Errorf("dialogs: %d begun and %d ended at the caller, %d and %d at the callee", a.Stats().Begun, endedA, b.Stats().Begun, endedB)
	}
	if share := float64(n.lost) / float64(n.sent); share < 0.08 || share > 0.12 {
		t.Errorf("%.3f of the messages were lost", share)
	}
	if sa.Malformed+sb.Malformed+sa.Refused+sb.Refused+sa.NotKept+sb.NotKept != 0 {
		t.Errorf("%+v\n%+v", sa, sb)
	}
}
