package engine

import "testing"

// TestInit has the steps in front of all calls go to their own labels.
func TestInit(t *testing.T) {
	n := newNetwork(t, `<Global variables="g"/><label id="past"/><init>
		<nop next="past"/><nop><action><assign assign_to="g" value="1"/></action></nop>
		<label id="past"/><nop><action><add assign_to="g" value="5"/></action></nop></init>
		<nop><action><test variable="g" compare="equal" value="5" check_it="true"/></action></nop>`, "uas", nil)
	n.client.Init()
	n.start(1)
	if c := &n.client.Counts; c.Successful != 1 {
		t.Errorf("%v", c.ByCause)
	}
}

// TestTimeoutText has a timeout that a variable is put into, and a recv that takes
// no message.
func TestTimeoutText(t *testing.T) {
	n := newNetwork(t, `<send><![CDATA[`+request("OPTIONS")+`]]></send><nop><action><assignstr assign_to="t" value="30"/></action></nop>
		<recv timeout="[$t]00" ontimeout="late"/><label id="late"/><nop/>`, "uas", nil)
	n.start(1)
	n.run(second * 29 / 10)
	if c := &n.client.Counts; c.Ended != 0 {
		t.Errorf("%+v", c.Tally)
	}
	n.run(second * 31 / 10)
	if c := &n.client.Counts; c.Successful != 1 || c.Steps[2].TimedOut != 1 {
		t.Errorf("%+v", c.Tally)
	}
}
