package scenario

import (
	"math"
	"strings"
)

// step compiles an element that is a step.
func (c *compiler) step(n *node) (*Step, error) {
	e := c.element(n)
	s := &Step{
		Line: n.line, Next: e.label("next"), Test: e.reads("test"), Chance: e.number("chance", 1),
		Cond: e.reads("condexec"), CondInverse: e.flag("condexec_inverse"),
		RepeatRTD: e.flag("repeat_rtd"), Counter: None, BlankAfter: e.flag("crlf"), Hide: e.flag("hide"),
		Display: e.str("display"), StartTxn: None, AckTxn: None, ResponseTxn: None, OnTimeout: None,
		TimeoutVariable: None, PauseVariable: None, Lost: -1,
	}
	if s.Chance < 0 || s.Chance > 1 {
		e.fail("chance=%q is not from 0 to 1", e.str("chance"))
	}
	s.StopRTD = e.rtds("rtd") // first, as in SIPp: the columns of -trace_stat have the order of names
	s.StartRTD = e.rtds("start_rtd")
	if name, ok := e.get("counter"); ok {
		s.Counter = index(&c.prog.Counters, c.prog.counterIndex, name)
	}
	if e.err != nil {
		return nil, e.err
	}
	var err error
	switch n.name {
	case "send":
		err = c.send(e, s)
	case "recv":
		err = c.recv(e, s)
	case "pause", "timewait":
		err = c.pause(e, s)
	case "nop":
		s.Kind = Nop
		e.get("dummy")
	}
	if err != nil {
		return nil, err
	}
	if err := c.actions(n, s); err != nil {
		return nil, err
	}
	e.rest()
	return s, e.err
}

// rtds reads the names of response time measurements. "true" stands for the
// first one, as in old scenarios.
func (e *element) rtds(attribute string) []int {
	var out []int
	for _, name := range e.list(attribute) {
		switch strings.ToLower(name) {
		case "false":
			continue
		case "true":
			name = "1"
		}
		out = append(out, index(&e.c.prog.RTDs, e.c.prog.rtdIndex, name))
	}
	return out
}

func (c *compiler) send(e *element, s *Step) (err error) {
	s.Kind = Send
	s.Retrans, s.Lost, s.OnTimeout = e.duration("retrans"), e.share("lost"), e.label("ontimeout")
	e.get("timeout") // of a send that waits for its socket: none does here
	if e.err != nil {
		return e.err
	}
	if s.Message, err = c.message(e.node); err != nil {
		return err
	}
	s.Method, s.Dialog = s.Message.Method, e.dialog()
	e.sendTxns(s)
	if s.Method != "" && s.StartTxn == None && s.AckTxn == None {
		c.sent = append(c.sent[:len(c.sent):len(c.sent)], s.Method)
	}
	return e.err
}

// name is for errors: the method or the status.
func (t *Template) name() string {
	if t.Status != 0 {
		return itoa(t.Status)
	}
	return t.Method
}

func (c *compiler) recv(e *element, s *Step) (err error) {
	s.Kind = Recv
	response, isResponse := e.get("response")
	request, isRequest := e.get("request")
	s.Expected = strings.TrimSpace(response + request)
	switch {
	case isResponse && isRequest:
		e.fail("request and response exclude each other")
	case !isResponse && !isRequest:
		c.note(e.node, "without request or response it takes no message")
	case s.Expected == "":
		e.fail("request or response is empty")
	case e.flag("regexp_match"):
		if s.Pattern, err = Pattern(s.Expected); err != nil {
			e.fail("%q: %v", s.Expected, err)
		}
	case isResponse:
		if s.Response = e.integer("response", 0); s.Response <= 0 {
			e.fail("response=%q is no status code", response)
		} else if s.Response < 100 || s.Response > 699 {
			c.note(e.node, "response="+response+" is no status code: no message will match")
		}
	default:
		s.Method = s.Expected
	}
	if isResponse {
		s.IsResponse, s.Sent = true, c.sent
	}
	if o, ok := e.get("optional"); ok {
		switch strings.ToLower(o) {
		case "true":
			s.Optional = Once
		case "global":
			s.Optional = Anywhere
		case "false":
		default:
			e.fail("optional=%q is none of true, false and global", o)
		}
	}
	if a, ok := e.get("advance_state"); ok && strings.EqualFold(a, "false") {
		s.Stay = true
		if s.Optional == Mandatory {
			e.fail("advance_state is for an optional message")
		}
	}
	s.OnTimeout, s.TimeoutVariable = e.label("ontimeout"), e.reads("timeout_variable")
	if strings.Contains(e.str("timeout"), "[") {
		s.TimeoutText = e.template("timeout")
	} else {
		s.Timeout = e.duration("timeout")
	}
	s.Auth, s.Routes, s.Lost = e.flag("auth"), e.flag("rrs"), e.share("lost")
	if e.flag("ignoresdp") {
		c.note(e.node, "ignoresdp has no effect: there are no media")
	}
	s.Dialog = e.dialog()
	e.recvTxns(s)
	return e.err
}

// maxDialogs is how many dialogs a call may have.
const maxDialogs = 64

// dialog returns the number of the dialog that a message belongs to.
func (e *element) dialog() int {
	_, given := e.get("dialog")
	n := e.integer("dialog", 1)
	switch {
	case n < 1 || n > maxDialogs:
		e.fail("dialog=%q is not from 1 to %d", e.str("dialog"), maxDialogs)
	case given:
		e.c.prog.Dialogs = max(e.c.prog.Dialogs, n)
	}
	return n
}

// pause compiles <pause> and <timewait>.
func (c *compiler) pause(e *element, s *Step) error {
	s.Kind, s.TimeWait = Pause, e.name == "timewait"
	s.PauseVariable = e.reads("variable")
	_, hasDistribution := e.get("distribution")
	_, hasMin := e.get("min")
	_, hasMax := e.get("max")
	_, hasTime := e.get("milliseconds")
	switch {
	case hasDistribution:
		s.Pause = e.distribution(e.str("distribution"))
	case e.oldDistribution() != "":
		s.Pause = e.distribution(e.oldDistribution())
	case hasMin || hasMax:
		s.Pause = &Distribution{name: "uniform", a: e.number("min", 0), b: e.number("max", 0)}
		if s.Pause.a > s.Pause.b {
			e.fail("min is above max")
		}
	case hasTime:
		d := e.duration("milliseconds")
		s.Pause = Fixed(math.Round(d.Seconds()*1e6) / 1e3)
	case s.TimeWait:
		e.fail("attribute milliseconds is missing")
	}
	e.get("sanity_check")
	if s.TimeWait && s.Next != None {
		e.fail("timewait cannot have next")
	}
	return e.err
}
