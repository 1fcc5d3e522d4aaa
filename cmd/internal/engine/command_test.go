package engine

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestVerify has a command that a call waits for: it goes on when that ends with 0,
// and else fails. Of several, all must end with 0. Without leave to run commands it goes on at once.
func TestVerify(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Log("NOT RUN: there is no /bin/sh")
		return
	}
	for _, c := range []struct {
		line  string
		allow bool
		cause Cause
		waits bool
	}{
		{`sleep 0.1; exit 3"/><exec verify="true`, true, Rejected, true}, {`exit 3"/><exec verify="sleep 0.1`, true, Rejected, true}, {`sleep 0.1"/><exec verify="true`, true, Fine, true},
		{"sleep 0.1; true", true, Fine, true}, {"sleep 0.1; exit 3", true, Rejected, true}, {"exit 3", false, Fine, false},
	} {
		e := newNetwork(t, `<nop><action><exec verify="`+c.line+`"/></action></nop><send><![CDATA[`+request("OPTIONS")+`]]></send><nop/>`, "uas",
			func(cc, _ *Config) { cc.AllowExec = c.allow }).client
		cause := Endless
		e.Ended = func(_ int64, c Cause) { cause = c }
		now := int64(0)
		e.Start(0, 0, 0)
		if waits := len(e.Out()) == 0; waits != c.waits {
			t.Errorf("%s: waits: %t", c.line, waits)
		}
		for end := time.Now().Add(20 * time.Second); e.Open() > 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
			now += millisecond
			e.Advance(now)
		}
		if cause != c.cause || len(e.Out()) == 1 != (cause == Fine) || e.Counts.LateSends != 0 {
			t.Errorf("%s: %v, %d messages, %d late", c.line, cause, len(e.Out()), e.Counts.LateSends)
		}
	}
}

// TestVerifyAtPause has a pause that begins a command: the pause is over before the
// command is, and is not begun again while the call waits for that.
func TestVerifyAtPause(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Log("NOT RUN: there is no /bin/sh")
		return
	}
	dir := t.TempDir()
	ran, leave := filepath.Join(dir, "ran"), filepath.Join(dir, "leave")
	e := newNetwork(t, `<pause milliseconds="20"><action><exec verify="echo >> `+ran+`; until test -e `+leave+`; do sleep 0.01; done"/></action></pause><nop/>`, "uas",
		func(c, _ *Config) { c.AllowExec = true }).client
	now := int64(0)
	advance := func(until func() bool) {
		for end := time.Now().Add(20 * time.Second); !until() && time.Now().Before(end); time.Sleep(time.Millisecond) {
			now += millisecond
			e.Advance(now)
		}
	}
	e.Start(0, 0, 0)
	advance(func() bool { return now > 200*millisecond })
	os.WriteFile(leave, nil, 0o666)
	advance(func() bool { return e.Open() == 0 })
	data, err := os.ReadFile(ran)
	if err != nil || len(data) != 1 || e.Counts.Successful != 1 || e.Counts.Steps[0].Sent != 1 {
		t.Errorf("%v: ran %d times, %d successful, %d pauses", err, len(data), e.Counts.Successful, e.Counts.Steps[0].Sent)
	}
}
