package engine

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/inject"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// An aRegistrar stands between the users of an engine: it answers REGISTER with
// bindings of four seconds, after a challenge, and sends all else back.
type aRegistrar struct {
	t         *testing.T
	n         *network
	registers []string // the lines of Expires
	refuse    string   // the user whose credentials are wrong
	wrong     string   // and who gets the calls of user1
	granted   string   // seconds
	rings     bool     // an INVITE gets 180 and no more
}

// users makes a network whose client has three of them.
func usersNetwork(t *testing.T) (*network, *aRegistrar) {
	file, err := inject.Parse("users", "USERS,PRINTF=3,PRINTFOFFSET=1\nuser%d;secret\n")
	if err != nil {
		t.Fatal(err)
	}
	n := newNetwork(t, "calls", "uas", func(c, _ *Config) { c.Files = inject.Set{file} })
	r := &aRegistrar{t: t, n: n, granted: "4"}
	n.lose = r.take
	n.client.shared.Expect(3)
	n.client.Init()
	return n, r
}

func (r *aRegistrar) take(_ *Engine, data []byte) bool {
	var m codec.Message
	if err := m.Parse(data); err != nil {
		r.t.Fatalf("sent: %v\n%s", err, data)
	}
	r.n.log = append(r.n.log, string(m.StartLine()))
	out := string(data)
	switch to, _ := m.ToURI(); {
	case string(m.MethodBytes()) == "REGISTER" && m.IsRequest():
		out = r.answer(&m, string(to.User()))
	case r.rings && strings.HasPrefix(out, "INVITE"):
		ringing, err := compose.AppendReply(nil, &m, &compose.Reply{Status: 180, Tag: []byte("r")})
		if err != nil {
			r.t.Fatal(err)
		}
		out = string(ringing)
	case m.IsRequest():
		if r.wrong != "" {
			out = strings.Replace(out, "INVITE sip:user1@", "INVITE sip:"+r.wrong+"@", 1)
		}
		out = strings.Replace(out, "@127.0.0.1:5060 SIP/2.0", "@127.0.0.1:5061 SIP/2.0", 1)
	}
	r.n.inFlight = append(r.n.inFlight, packet{r.n.now + r.n.delay, r.n.client, []byte(out)})
	return true
}

func (r *aRegistrar) answer(m *codec.Message, user string) string {
	reply := compose.Reply{Status: 200, Tag: []byte("r")}
	field := "Contact: " + string(m.Value(header.IDContact)) + ";expires=" + r.granted
	if user == r.refuse || !strings.Contains(string(m.Bytes()), "Authorization: ") {
		reply.Status, field = 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\""
	} else {
		expires, _ := m.Expires()
		r.registers = append(r.registers, user+" "+strconv.Itoa(int(expires)))
	}
	out, err := compose.AppendReply(nil, m, &reply)
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.Replace(string(out), "Content-Length", field+"\r\nContent-Length", 1)
}

// TestUsers has three users who register, call each other in one engine, where
// both ends of a call have one Call-ID, refresh at half of what was granted, and
// leave.
func TestUsers(t *testing.T) {
	n, r := usersNetwork(t)
	e := n.client
	for u := range 3 {
		e.StartUser(0, 0, u+1)
	}
	if e.shared.Registered() || e.CanCall(0) {
		t.Fatal("registered before anything was answered")
	}
	n.run(1 * second)
	if !e.shared.Registered() || !e.CanCall(0) || !e.CanCall(3) || e.CanCall(4) {
		t.Fatalf("not registered: sent %q", n.log)
	}
	n.start(20)
	n.run(5 * second)
	e.Leave(n.now, millisecond)
	n.run(100 * second)
	if c := &e.Counts; c.Successful != 20 || c.Called.Successful != 20 || c.Users.Successful != 3 ||
		c.Failed+c.Called.Failed+c.Users.Failed+c.Unexpected+c.OutOfCall != 0 || e.Busy() != 0 || c.Started != 20 {
		t.Errorf("calls %+v, called %+v, users %+v, %d unexpected", c.Tally, c.Called, c.Users, c.Unexpected)
	}
	// At 0, 2 and 4 seconds, and at the end.
	if got := strings.Join(r.registers, ","); strings.Count(got, "user2 3600") != 3 || strings.Count(got, "user2 0") != 1 || len(r.registers) != 12 {
		t.Errorf("registered %s", got)
	}
	for _, line := range n.log {
		if strings.HasPrefix(line, "SIP/2.0 4") {
			t.Error("sent", line)
		}
	}
}

// TestUserRefused has a user who is not let in: the others call each other.
func TestUserRefused(t *testing.T) {
	n, r := usersNetwork(t)
	r.refuse = "user2"
	e := n.client
	for u := range 3 {
		e.StartUser(0, 0, u+1)
	}
	n.run(1 * second)
	if !e.shared.Registered() || e.CanCall(2) || !e.CanCall(1) {
		t.Fatalf("sent %q", n.log)
	}
	n.start(10)
	n.run(2 * second)
	if c := &e.Counts; c.Successful != 10 || c.Called.Successful != 10 || c.Users.Failed != 1 || c.Users.ByCause[UnexpectedMessage] != 1 {
		t.Errorf("calls %+v, called %+v, users %+v", c.Tally, c.Called, c.Users)
	}
	if got := strings.Join(n.log, ","); strings.Contains(got, "INVITE sip:user2@") || !strings.Contains(got, "INVITE sip:user3@") {
		t.Errorf("sent %s", got)
	}
}

// TestMisdelivered has calls for user1 that come to user3.
func TestMisdelivered(t *testing.T) {
	n, r := usersNetwork(t)
	r.wrong = "user3"
	e := n.client
	for u := range 3 {
		e.StartUser(0, 0, u+1)
	}
	n.run(1 * second)
	n.start(30)
	n.run(100 * second)
	c := &e.Counts
	wrong := c.Counters[0]
	if wrong == 0 || wrong == 30 || c.Failed != wrong || c.Called.ByCause[Rejected] != wrong || c.Codes[404] != uint32(wrong) {
		t.Errorf("%d misdelivered; calls %+v, called %+v", wrong, c.Tally, c.Called)
	}
}

// TestOther has a user choose among the others, each as often.
func TestOther(t *testing.T) {
	n, _ := usersNetwork(t)
	r := &n.client.shared.roster
	if r.other(1, n.client.random) != 0 {
		t.Error("there is nobody to choose")
	}
	for _, u := range []int{5, 6, 7} {
		r.ready.add(u)
	}
	r.ready.remove(9)
	count := map[int]int{}
	for range 3000 {
		count[r.other(6, n.client.random)]++
	}
	if len(count) != 2 || count[5] < 1300 || count[7] < 1300 {
		t.Errorf("chose %v", count)
	}
	if r.ready.remove(5); r.other(6, n.client.random) != 7 || r.other(7, n.client.random) != 6 {
		t.Errorf("left %v", r.ready.list)
	}
}

// TestRingsForEver has a target that rings and no more: the calls end all the
// same, with CANCEL.
func TestRingsForEver(t *testing.T) {
	n, r := usersNetwork(t)
	r.rings = true
	for u := range 3 {
		n.client.StartUser(0, 0, u+1)
	}
	n.run(1 * second)
	n.start(2)
	n.run(250 * second)
	if c := &n.client.Counts; c.ByCause[NothingCame] != 2 || strings.Count(strings.Join(n.log, ","), "CANCEL ") != 2 {
		t.Errorf("calls %+v", c.Tally)
	}
}

// TestGrantedNothing has a registrar that grants no time: a user asks again, but
// not at once.
func TestGrantedNothing(t *testing.T) {
	n, r := usersNetwork(t)
	r.granted = "0"
	n.client.StartUser(0, 0, 1)
	n.run(1 * second)
	if got := len(r.registers); got < 5 || got > 10 {
		t.Errorf("registered %d times in a second", got)
	}
}

// TestStopMade stops the calls that the run has made: those that came in end by
// their BYE.
func TestStopMade(t *testing.T) {
	n, _ := usersNetwork(t)
	e := n.client
	e.cfg.Pause = scenario.Fixed(60000)
	for u := range 3 {
		e.StartUser(0, 0, u+1)
	}
	n.run(1 * second)
	n.start(5)
	n.run(2 * second)
	e.StopMade(true)
	n.run(3 * second)
	if c := &e.Counts; c.ByCause[Stopped] != 5 || c.Called.Successful != 5 || e.Open()+e.OpenCalled() != 0 {
		t.Errorf("calls %+v, called %+v", c.Tally, c.Called)
	}
}

// TestPauseAtEnd has a user that pauses between the end of its time and its last
// REGISTER.
func TestPauseAtEnd(t *testing.T) {
	n := newNetwork(t, `<nop/><label id="_user.main"/><pause milliseconds="100000"/>
		<label id="_user.end"/><pause milliseconds="50"/><send><![CDATA[`+request("REGISTER")+`]]></send>`, "uas", nil)
	e := n.client
	e.shared.Expect(1)
	e.StartUser(0, 0, 1)
	n.run(1 * second)
	e.Leave(n.now, millisecond)
	n.run(2 * second)
	if !contains(n.log, "> REGISTER sip:127.0.0.1 SIP/2.0") || e.Counts.Users.Successful != 1 || len(e.users.ready.list) != 0 {
		t.Errorf("sent %q; users %+v", n.log, e.Counts.Users)
	}
}

// TestUserReconnects has a user whose connection is closed by its scenario, and not
// by those of its calls: what the user sends next goes over a new one, and the calls
// that begin then as well.
func TestUserReconnects(t *testing.T) {
	send := `<send><![CDATA[` + request("OPTIONS") + `]]></send>`
	e := newNetwork(t, `<nop><action><closecon/></action></nop>`+send+`<recv response="200"/><label id="_user.main"/>`+send+
		`<nop><action><closecon/></action></nop>`+send+`<pause milliseconds="1000"/>`, "uas", func(c, _ *Config) { c.Reliable, c.OwnConn = true, true }).client
	opened, closed := int32(0), []int32{}
	e.Opened = func(netip.AddrPort) (int32, uint16, error) { opened++; return opened, 1000, nil }
	e.Closed = func(conn int32) { closed = append(closed, conn) }
	e.shared.Expect(1)
	e.StartUser(0, 0, 1)
	e.Start(0, 0, 1)
	out := e.Out()
	if len(out) != 3 || out[0].Conn != 1 || out[1].Conn != 2 || out[2].Conn != 2 || opened != 2 || len(closed) != 1 {
		t.Errorf("%+v, %d opened, %v closed", out, opened, closed)
	}
}
