package engine

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"net/netip"
	"strconv"

	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
)

// An Engine runs the calls of one worker.
type Engine struct {
	cfg    Config
	shared *Shared
	steps  []scenario.Step
	ops    [][]op // of the message of each step
	texts  map[*scenario.Template][]op

	calls  slab
	timers wheel
	now    int64

	// Tick, in nanoseconds, is how often what has been received is looked at
	// while much happens. What follows it is due at the next one.
	Tick int64

	nextNumber uint64
	stopping   bool
	users      users
	dialogs    map[uint64]dialogRef // by the hash of their Call-ID, but for the first one of each call
	awaiting   []uint32             // calls that may await the first request of a dialog

	Counts Counts
	arena  []byte
	out    []Outgoing

	flushes uint32

	last     codec.Message // scratch of lastMessage
	invite   codec.Message // scratch of abort
	dialog   compose.Dialog
	digester digest.Digester
	session  registrar.Session
	random   *rand.Rand
	seed     maphash.Seed
	jump     int // where an action has jumped to, or None

	// Full is told when much is to be sent, at any time between a call of the
	// engine and its return: it sends it and calls Flushed. Without it, what a
	// worker that was late has to send at once makes Out large. It may call Clock,
	// too, and nothing else. May be nil.
	Full func()

	// Time is asked around the look-up of a name that a scenario sends to, for
	// which all calls of the engine wait. May be nil.
	Time func() int64

	// Opened makes a connection for a call that has its own; it returns its
	// number and local port. Closed is told when the call has ended.
	Opened func(remote netip.AddrPort) (conn int32, port uint16, err error)
	Closed func(conn int32)
	// From returns the socket that has an address of this host, and AddressOf
	// the address of a socket, where there is one for each address.
	From      func(local netip.Addr) (conn int32, err error)
	AddressOf func(conn int32) netip.Addr
	// Ended is told of each call of the run that ends.
	Ended func(now int64, c Cause)
	// EndedUser is told of each user whose call has ended.
	EndedUser func(user int)
	ports     map[int32]uint16
}

// An Outgoing is a message to send.
type Outgoing struct {
	lo, hi int
	nth    int32 // of those of its call since Flushed
	Conn   int32
	Remote netip.AddrPort
}

// Compare orders messages so that those that are alike are next to each other:
// by their number within their call, by address and by length.
func (o Outgoing) Compare(p Outgoing) int {
	if o.nth != p.nth {
		return int(o.nth - p.nth)
	}
	if o.Remote != p.Remote {
		return o.Remote.Compare(p.Remote)
	}
	return (o.hi - o.lo) - (p.hi - p.lo)
}

// New returns an engine.
func New(cfg Config, shared *Shared) *Engine {
	p := cfg.Program
	e := &Engine{
		cfg: cfg, shared: shared, steps: p.Steps, texts: map[*scenario.Template][]op{},
		Tick: tick, Counts: NewCounts(p), nextNumber: cfg.FirstNumber,
		random: rand.New(rand.NewPCG(cfg.Seed, cfg.FirstNumber)), seed: maphash.MakeSeed(), ports: map[int32]uint16{}, dialogs: map[uint64]dialogRef{}, users: users{conns: map[int]int32{}, ready: newUserSet()},
	}
	e.calls.init(len(p.Vars), len(p.RTDs), len(cfg.Files))
	e.calls.huge = p.Server
	e.timers.init()
	for i := range e.steps {
		e.ops = append(e.ops, bind(e.steps[i].Message, &cfg.Words, cfg.Files, cfg.OwnConn))
		if t := e.steps[i].TimeoutText; t != nil {
			e.texts[t] = bind(t, &cfg.Words, cfg.Files, cfg.OwnConn)
		}
		for k := range e.steps[i].Actions {
			e.bindAction(&e.steps[i].Actions[k])
		}
	}
	for i := range p.Init {
		for k := range p.Init[i].Actions {
			e.bindAction(&p.Init[i].Actions[k])
		}
	}
	return e
}

// bindAction binds the texts of an action.
func (e *Engine) bindAction(a *scenario.Action) {
	for _, t := range []*scenario.Template{a.Text, a.AtLine, a.User, a.Password, a.Host, a.Port, a.Protocol} {
		if t != nil {
			e.texts[t] = bind(t, &e.cfg.Words, e.cfg.Files, e.cfg.OwnConn)
		}
	}
}

// Init runs the steps of <init>, once for a run. No action in them can end a
// call: the compiler refuses those.
func (e *Engine) Init() {
	if len(e.cfg.Program.Init) == 0 {
		return
	}
	id, c := e.calls.take()
	e.prepare(c)
	c.conn = -1
	steps := e.cfg.Program.Init
	for i, n := 0, 0; i < len(steps) && n < endless; n++ {
		s := &steps[i]
		e.jump = scenario.None
		if s.Cond == scenario.None || e.get(c, s.Cond).isSet() != s.CondInverse {
			e.act(id, c, s, i, nil)
		}
		i = e.behind(c, steps, i)
	}
	e.calls.enter(id, 0)
	e.calls.drop(id)
}

// Open returns the number of calls that are open, of those that the run
// begins or that a server has.
func (e *Engine) Open() int { return int(e.Counts.Started - e.Counts.Ended) }

// Busy returns the number of calls of all sides that are open, users included.
func (e *Engine) Busy() int { return e.calls.open }

// Reserve makes memory for calls that will be open at once, before any begins.
func (e *Engine) Reserve(calls int) { e.calls.reserve(calls) }

// Out returns what is to be sent, and Data the bytes of one of them. Both are
// valid until Sent.
func (e *Engine) Out() []Outgoing { return e.out }

// Data returns the bytes of a message.
func (e *Engine) Data(o *Outgoing) []byte { return e.arena[o.lo:o.hi:o.hi] }

// Flushed says that everything in Out was sent.
func (e *Engine) Flushed() {
	e.out, e.arena = e.out[:0], e.arena[:0]
	e.flushes++
}

// Next returns the time of the next timer; ok is false when there is none.
func (e *Engine) Next() (at int64, ok bool) { return e.timers.next() }

// Advance moves the clock and does what timers ask for.
func (e *Engine) Advance(now int64) {
	e.now = max(e.now, now)
	e.timers.advance(now, e.fire)
}

// Stop lets no new calls in; calls that are open go on.
func (e *Engine) Stop() { e.stopping = true }

// prepare makes room for what the scenario keeps for a call.
func (e *Engine) prepare(c *call) {
	p := e.cfg.Program
	c.vars = sized(c.vars, len(p.Vars))
	c.rtd = sized(c.rtd, len(p.RTDs))
	c.lines = sized(c.lines, len(e.cfg.Files))
	c.prepareTxns(len(p.Txns))
	e.prepareDialogs(c)
	c.cseq, c.asks = e.cfg.BaseCSeq, e.cfg.BaseCSeq
	c.number = e.nextNumber
	e.nextNumber += e.cfg.NumberStep
}

// Start begins a call that was due at a time. user is its number with -users,
// else 0.
func (e *Engine) Start(now, due int64, user int) {
	e.now = max(e.now, now)
	if e.cfg.Program.User != scenario.None && user == 0 {
		user = e.nextUser()
	}
	e.start(scenario.Main, 0, due, user)
}

// start begins a call of a side at a step.
func (e *Engine) start(side scenario.Side, step int, due int64, user int) {
	id, c := e.begin(side, step, due, user)
	c.remote = e.cfg.Target
	c.callID = e.appendCallID(c.callID[:0], c.number)
	e.calls.enter(id, maphash.Bytes(e.seed, c.callID))
	var err error
	if conn, ok := e.users.conns[user]; ok {
		c.conn = conn
	} else if e.cfg.OwnConn && e.Opened != nil {
		c.conn = -1
		err = e.connect(c)
	} else if e.cfg.IPField >= 0 && e.From != nil {
		c.conn, err = e.from(c)
	}
	if err != nil {
		e.shared.say("error", []byte(err.Error()))
		e.Counts.SendErrors++
		e.end(id, c, CannotSend)
		return
	}
	e.run(id, c)
}

// begin takes a place for a call of a side, which begins at a step.
func (e *Engine) begin(side scenario.Side, step int, due int64, user int) (uint32, *call) {
	id, c := e.calls.take()
	e.timers.grow(e.calls.size())
	e.prepare(c)
	c.due, c.intended, c.user, c.side, c.step = due, due, user, side, int32(step)
	for i := range c.rtd {
		c.rtd[i] = due
	}
	for i, f := range e.cfg.Files {
		switch {
		case e.cfg.Program.User == scenario.None:
			c.lines[i] = int32(f.Take(user, e.random))
		case side != scenario.Called:
			c.lines[i] = int32(f.Of(user)) // the registration and the calls of a user have one line
		}
	}
	if side == scenario.Main && e.cfg.Program.User != scenario.None {
		c.peer = e.shared.roster.other(user, e.random)
	}
	e.Counts.Of(side).Started++
	return id, c
}

// appendCallID appends the Call-ID of a call after its pattern.
func (e *Engine) appendCallID(dst []byte, number uint64) []byte {
	pattern := e.cfg.Words.CallID
	if pattern == "" {
		pattern = "%u-%p@%s"
	}
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '%' || i+1 == len(pattern) {
			dst = append(dst, pattern[i])
			continue
		}
		i++
		switch pattern[i] {
		case 'u':
			dst = strconv.AppendUint(dst, number, 10)
		case 'p':
			dst = strconv.AppendInt(dst, int64(e.cfg.Words.PID), 10)
		case 's':
			dst = append(dst, bracketed(e.cfg.Words.LocalIP)...)
		default:
			dst = append(dst, pattern[i])
		}
	}
	return dst
}

func (e *Engine) localPort(c *call) int {
	if p, ok := e.ports[c.conn]; ok {
		return int(p)
	}
	return e.cfg.Words.LocalPort
}

// end ends a call; cause is Fine for one that came to the end of the scenario.
func (e *Engine) end(id uint32, c *call, cause Cause) {
	if cause == Fine {
		cause = c.cause
	}
	side, t := c.side, e.Counts.Of(c.side)
	t.Ended++
	if cause == Fine {
		t.Successful++
	} else {
		t.Failed++
		t.ByCause[cause]++
		if cause == CheckFailed {
			e.Counts.Checks[c.check]++
		}
	}
	e.timers.stop(id)
	e.dropDialogs(c)
	if e.ownsConn(c) {
		e.disconnect(c)
	}
	user := c.user
	if side == scenario.User {
		e.gone(c)
	} else if side == scenario.Main {
		record(e.Counts.Lengths, e.now-c.due)
	}
	e.calls.drop(id)
	if side != scenario.Main {
		return
	}
	if e.Ended != nil {
		e.Ended(e.now, cause)
	}
	if e.EndedUser != nil {
		e.EndedUser(user)
	}
}

// StopAll ends all calls that are open. With politely, those that are
// established or wait for the answer to an INVITE get their BYE or CANCEL.
func (e *Engine) StopAll(politely bool) { e.stop(politely, scenario.Sides) }

// StopCalls is StopAll for all but the users.
func (e *Engine) StopCalls(politely bool) { e.stop(politely, scenario.User) }

// StopMade is StopAll for the calls that the run made: those that came in end by
// what the other side sends.
func (e *Engine) StopMade(politely bool) { e.stop(politely, scenario.Called) }

// Resting reports whether all calls that are open are in their <timewait>.
func (e *Engine) Resting() bool {
	for id := range uint32(e.calls.size()) {
		if c := e.calls.at(id); c.open && !c.atEnd {
			return false
		}
	}
	return true
}

// stop ends the calls of all sides below one.
func (e *Engine) stop(politely bool, below scenario.Side) {
	for id := range uint32(e.calls.size()) {
		c := e.calls.at(id)
		if !c.open || c.side >= below {
			continue
		}
		switch {
		case c.atEnd:
			e.end(id, c, Fine)
		case politely:
			e.abort(id, c, Stopped)
		default:
			e.end(id, c, Stopped)
		}
	}
}

// Lost ends the calls of a connection that is gone.
func (e *Engine) Lost(conn int32) {
	for id := range uint32(e.calls.size()) {
		if c := e.calls.at(id); c.open && c.conn == conn {
			if c.atEnd {
				e.end(id, c, Fine)
			} else {
				e.end(id, c, ConnectionLost)
			}
		}
	}
}

// describe names a step for messages to the user.
func (e *Engine) describe(step int) string {
	if step < 0 || step >= len(e.steps) {
		return "the end"
	}
	return fmt.Sprintf("step %d (line %d, %s)", step, e.steps[step].Line, e.steps[step].Label())
}
