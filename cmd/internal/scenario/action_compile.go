package scenario

import (
	"fmt"
	"strings"
)

// actions compiles the <action> elements in a step.
func (c *compiler) actions(n *node, s *Step) error {
	c.inRecv = s.Kind == Recv
	for _, child := range n.children {
		if child.name != "action" {
			return c.fault(child, "cannot be in <%s>", n.name)
		}
		for _, a := range child.children {
			e := c.element(a)
			act := Action{Line: a.line, Var: None, Var2: None, Operand: Operand{Var: None}}
			keep, err := c.action(e, &act)
			both := false
			second := act
			if act.Verb == Command {
				// An <exec> with a command and a verify is two actions.
				if _, both = e.get("verify"); both {
					second.Verb, second.Text = Verify, e.template("verify")
				}
			}
			if err == nil {
				err = e.err
			}
			if err != nil {
				return err
			}
			e.rest()
			if keep {
				s.Actions = append(s.Actions, act)
			}
			if both {
				s.Actions = append(s.Actions, second)
			}
		}
	}
	return nil
}

// verbs are the actions that set a variable from a number or another variable.
var arithmetic = map[string]Verb{
	"assign": Assign, "add": Add, "subtract": Subtract, "multiply": Multiply, "divide": Divide,
}

// comparisons are the values of compare.
var comparisons = map[string]Compare{
	"equal": Equal, "not_equal": NotEqual, "greater_than": Greater, "less_than": Less,
	"greater_than_equal": GreaterEqual, "less_than_equal": LessEqual,
}

// action compiles one action; keep is false for one that has no effect here.
func (c *compiler) action(e *element, a *Action) (keep bool, err error) {
	if v, ok := arithmetic[e.name]; ok {
		a.Verb, a.Into, a.Operand = v, e.sets("assign_to"), e.operand()
		if v == Divide && a.Operand.Var == None && a.Operand.Value == 0 {
			e.fail("divides by 0")
		}
		return true, nil
	}
	switch e.name {
	case "ereg":
		return true, c.match(e, a)
	case "log", "warning", "error":
		a.Verb = map[string]Verb{"log": Log, "warning": Warn, "error": Error}[e.name]
		a.Text = e.template("message")
	case "exec":
		return c.exec(e, a)
	case "assignstr":
		a.Verb, a.Into, a.Text = AssignText, e.sets("assign_to"), e.template("value")
	case "todouble":
		a.Verb, a.Into, a.Var = ToDouble, e.sets("assign_to"), e.readsNeeded("variable")
	case "sample":
		a.Verb, a.Into, a.Draw = Sample, e.sets("assign_to"), e.distribution(e.need("distribution"))
	case "test":
		a.Verb, a.Into, a.Var = Test, e.checks(a), e.readsNeeded("variable")
		var ok bool
		if a.Compare, ok = comparisons[e.need("compare")]; !ok {
			e.fail("compare=%q is not known", e.str("compare"))
		}
		if a.Operand.Var = e.reads("variable2"); a.Operand.Var == None {
			e.need("value")
			a.Operand.Value = e.number("value", 0)
		}
	case "strcmp":
		a.Verb, a.Into, a.Var = StringCompare, e.checks(a), e.readsNeeded("variable")
		if a.Var2 = e.reads("variable2"); a.Var2 == None {
			a.Text = e.template("value")
		}
	case "jump", "pauserestore":
		a.Verb, a.Operand = map[string]Verb{"jump": Jump, "pauserestore": PauseRestore}[e.name], e.operand()
		if e.name == "jump" && c.inRecv {
			c.note(e.node, "a jump in a <recv> has no effect, in SIPp neither: a <nop> behind it can jump")
		}
		if at := a.Operand; e.name == "jump" && at.Var == None && (at.Value < 0 || at.Value != float64(int(at.Value))) {
			e.fail("value=%q is not the number of a step", e.str("value"))
		}
	case "gettimeofday":
		if a.Verb, a.Into = TimeOfDay, e.sets("assign_to"); len(a.Into) != 2 {
			e.fail("assign_to must name two variables, for seconds and microseconds")
		}
	case "lookup":
		a.Verb, a.Into, a.Text = Lookup, e.sets("assign_to"), e.template("key")
		e.file(a)
	case "insert", "replace":
		a.Verb, a.Text = Insert, e.template("value")
		if e.name == "replace" {
			a.Verb, a.AtLine = Replace, e.template("line")
		}
		e.file(a)
	case "setdest":
		a.Verb, a.Host, a.Port, a.Protocol = SetDest, e.template("host"), e.template("port"), e.template("protocol")
	case "verifyauth":
		c.uses(LastMessage)
		a.Verb, a.Into, a.User, a.Password = VerifyAuth, e.sets("assign_to"), e.template("username"), e.template("password")
	case "trim", "urlencode", "urldecode":
		a.Verb = map[string]Verb{"trim": Trim, "urlencode": URLEncode, "urldecode": URLDecode}[e.name]
		attribute := "assign_to"
		if _, ok := e.get(attribute); !ok {
			attribute = "variable"
		}
		a.Into = e.sets(attribute)
		e.c.prog.Vars[max(a.first(), 0)].reads++
	case "index":
		a.Verb, a.Into = StepIndex, e.sets("assign_to")
	case "register": // not one of SIPp's
		c.uses(LastMessage)
		if a.Verb, a.Into = Register, e.sets("assign_to"); len(a.Into) != 2 {
			e.fail("assign_to must name two variables, for the status and the header fields")
		}
	case "closecon":
		a.Verb = CloseConn
	case "setdest_media", "rtp_echo", "rtpecho", "rtp_dtmf", "rtp_stats":
		for _, a := range e.attrs {
			if strings.HasSuffix(a.name, "assign_to") {
				e.sets(a.name)
			}
			e.get(a.name)
		}
		c.note(e.node, "media are not sent: the action is skipped")
		return false, nil
	default:
		return false, c.fault(e.node, "there is no such action")
	}
	return true, nil
}

// checks reads what becomes of a comparison: a variable, or the failure of the
// call.
func (e *element) checks(a *Action) []int {
	a.Check, a.CheckInverse = e.flag("check_it"), e.flag("check_it_inverse")
	if a.Check && a.CheckInverse {
		e.fail("check_it and check_it_inverse exclude each other")
	}
	if _, ok := e.get("assign_to"); !ok && (a.Check || a.CheckInverse) {
		return nil
	}
	return e.sets("assign_to")
}

func (a *Action) first() int {
	if len(a.Into) == 0 {
		return None
	}
	return a.Into[0]
}

// operand reads value or variable.
func (e *element) operand() Operand {
	if v := e.reads("variable"); v != None {
		return Operand{Var: v}
	}
	e.need("value")
	return Operand{Var: None, Value: e.number("value", 0)}
}

func (e *element) readsNeeded(attribute string) int {
	e.need(attribute)
	return e.reads(attribute)
}

// template compiles the text of an attribute, which must be there.
func (e *element) template(attribute string) *Template {
	s := e.need(attribute)
	t, err := e.c.template(e.node, s)
	if err != nil && e.err == nil {
		e.err = err
	}
	return t
}

// file reads the attribute of the injection file.
func (e *element) file(a *Action) {
	a.File = e.need("file")
	e.c.files = append(e.c.files, fileUse{e.node, a.File})
}

// match compiles <ereg>.
func (c *compiler) match(e *element, a *Action) error {
	a.Verb, a.Occurrence = Match, e.integer("occurrence", e.integer("occurence", 1)) // the second is an old misspelling
	a.CaseIndependent, a.AtStart = e.flag("case_indep"), e.flag("start_line")
	a.Check, a.CheckInverse = e.flag("check_it"), e.flag("check_it_inverse")
	if _, ok := e.get("assign_to"); ok {
		a.Into = e.sets("assign_to")
	}
	expr := e.need("regexp")
	re, err := Pattern(expr)
	if err != nil {
		e.fail("regexp=%q: %v", expr, err)
		return nil
	}
	a.Pattern = re
	in, ok := e.get("search_in")
	if !ok {
		in = "msg"
	}
	switch in {
	case "msg":
		a.In = InMessage
	case "body":
		a.In = InBody
	case "hdr":
		a.In, a.Header = InHeader, e.need("header")
		if strings.TrimSpace(a.Header) == "" {
			e.fail("header is empty")
		}
	case "var":
		a.In, a.Var = InVariable, e.readsNeeded("variable")
	default:
		e.fail("search_in=%q is none of msg, hdr, body and var", in)
	}
	switch {
	case a.Occurrence < 1:
		e.fail("occurrence counts from 1")
	case a.Check && a.CheckInverse:
		e.fail("check_it and check_it_inverse exclude each other")
	case len(a.Into) > re.NumSubexp()+1:
		c.note(e.node, fmt.Sprintf("assign_to names %d variables, and the regular expression has only %d groups", len(a.Into), re.NumSubexp()))
	}
	return nil
}

// exec compiles <exec>.
func (c *compiler) exec(e *element, a *Action) (keep bool, err error) {
	if cmd, ok := e.get("int_cmd"); ok {
		switch strings.TrimSpace(cmd) {
		case "stop_call":
			a.Verb = StopCall
		case "stop_now":
			a.Verb = StopNow
		case "stop_gracefully":
			a.Verb = StopSoon
		default:
			return false, c.fault(e.node, "int_cmd=%q is none of stop_call, stop_gracefully and stop_now", cmd)
		}
		return true, nil
	}
	if _, ok := e.get("command"); ok {
		a.Verb, a.Text, c.prog.Executes = Command, e.template("command"), true
		return true, nil
	}
	if _, ok := e.get("verify"); ok {
		a.Verb, a.Text, c.prog.Executes = Verify, e.template("verify"), true
		return true, nil
	}
	for _, media := range []string{"play_pcap_audio", "play_pcap_video", "play_pcap_image", "play_pcap_text", "play_dtmf", "rtp_stream", "rtp_echo", "play_audio"} {
		if _, ok := e.get(media); ok {
			c.note(e.node, "media are not sent: "+media+" is skipped")
			return false, nil
		}
	}
	return false, c.fault(e.node, "one of int_cmd, command and verify must be given")
}
