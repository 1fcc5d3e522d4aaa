package load

import (
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// callsConfig is that of an engine with the built-in scenario of users.
func callsConfig(t *testing.T) engine.Config {
	t.Helper()
	data, _ := scenario.Builtin("calls")
	p, err := scenario.Compile("calls", data, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return engine.Defaults(p)
}

// TestNobodyLeft ends a closed loop whose users have all gone before its calls
// were made.
func TestNobodyLeft(t *testing.T) {
	w := &worker{run: &Runner{}, engine: engine.New(callsConfig(t), engine.NewShared()), quota: 5, idle: []int{1, 2}, enrolment: enrolment{has: true, until: 1}}
	if w.begin(2); !w.done || w.begun != 0 {
		t.Errorf("done %t, %d calls begun", w.done, w.begun)
	}
}

// TestHardStop does not wait for users to leave.
func TestHardStop(t *testing.T) {
	shared := engine.NewShared()
	shared.Expect(1)
	w := &worker{run: &Runner{}, engine: engine.New(callsConfig(t), shared), enrolment: enrolment{has: true, until: 1}}
	w.run.unfinished.Store(2)
	w.engine.StartUser(0, 0, 1)
	if w.left(1) || w.engine.Busy() != 1 {
		t.Errorf("%d users", w.engine.Busy())
	}
	w.run.hard.Store(true)
	if !w.left(1) || w.engine.Busy() != 0 {
		t.Errorf("%d users are left", w.engine.Busy())
	}
}

// TestWorkersOfUsers has no worker without a user: its calls would not be made.
func TestWorkersOfUsers(t *testing.T) {
	r := &Runner{Engine: callsConfig(t), Transport: "u1", Local: netip.MustParseAddrPort("127.0.0.1:0"), Rate: &Rate{Base: 1},
		Registered: 3, RegisterRate: 1, Calls: 40, Workers: 4}
	if err := r.Prepare(t.Context(), engine.NewShared()); err != nil {
		t.Fatal(err)
	}
	for _, c := range r.carriers {
		c.close()
	}
	if len(r.workers) != 3 || r.unfinished.Load() != 3 {
		t.Errorf("%d workers", len(r.workers))
	}
}
