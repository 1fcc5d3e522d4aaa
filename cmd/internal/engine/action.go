package engine

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
)

// act runs the actions of a step; m is the message that has come, nil when the
// step is no recv. It reports whether the call goes on.
func (e *Engine) act(id uint32, c *call, s *scenario.Step, step int, m *codec.Message) bool {
	for i := range s.Actions {
		a := &s.Actions[i]
		switch a.Verb {
		case scenario.Match:
			if !e.matches(c, a, m) {
				// The call goes on and counts as failed at its end; the
				// actions behind this one are left out.
				c.cause = CheckFailed
				return true
			}
		case scenario.Test, scenario.StringCompare:
			if !e.compares(c, a, step) {
				c.cause = CheckFailed
				return true
			}
		case scenario.StopCall:
			e.rememberLast(c, m)
			e.abort(id, c, Rejected)
			return false
		case scenario.StopNow:
			e.shared.halt()
		case scenario.StopSoon:
			e.shared.Stop.CompareAndSwap(Run, StopSoon)
		case scenario.Jump:
			e.jump = max(int(e.operand(c, a)), 0)
		case scenario.PauseRestore:
			c.pauseUntil = int64(e.operand(c, a) * 1e6)
		case scenario.CloseConn:
			if e.ownsConn(c) {
				e.disconnect(c)
			}
		case scenario.SetDest:
			if err := e.setRemote(c, e.text(c, a.Host, step), e.text(c, a.Port, step)); err != nil {
				e.shared.say("error", []byte("setdest: "+err.Error()))
				e.rememberLast(c, m)
				e.abort(id, c, CannotSend)
				return false
			}
		default:
			e.compute(c, a, step, m)
		}
	}
	return true
}

// rememberLast makes m the last message received, before the call ends.
func (e *Engine) rememberLast(c *call, m *codec.Message) {
	if m != nil {
		c.recv = append(c.recv[:0], m.Bytes()...)
	}
}

// text renders a text of an action. An error leaves it empty.
func (e *Engine) text(c *call, t *scenario.Template, step int) string {
	b, err := e.render(nil, c, e.texts[t], step, "")
	if err != nil {
		return ""
	}
	return string(b)
}

func (e *Engine) operand(c *call, a *scenario.Action) float64 {
	if a.Operand.Var != scenario.None {
		return e.get(c, a.Operand.Var).float()
	}
	return a.Operand.Value
}

// compute runs an action that only sets variables or talks to the outside.
func (e *Engine) compute(c *call, a *scenario.Action, step int, m *codec.Message) {
	var into int
	if len(a.Into) > 0 {
		into = a.Into[0]
	}
	switch a.Verb {
	case scenario.Log:
		e.shared.say("log", []byte(e.text(c, a.Text, step)))
	case scenario.Warn:
		e.shared.say("warning", []byte(e.text(c, a.Text, step)))
	case scenario.Error:
		e.shared.say("error", []byte(e.text(c, a.Text, step)))
		e.shared.halt()
	case scenario.Command:
		e.execute(e.text(c, a.Text, step))
	case scenario.Verify:
		if next := e.execute(e.text(c, a.Text, step)); next != nil {
			next.before, c.command = c.command, next
		}
	case scenario.Assign:
		e.put(c, into, number(e.operand(c, a)))
	case scenario.Add, scenario.Subtract, scenario.Multiply, scenario.Divide:
		e.put(c, into, number(calculate(a.Verb, e.get(c, into).float(), e.operand(c, a))))
	case scenario.AssignText:
		e.put(c, into, text(e.text(c, a.Text, step)))
	case scenario.ToDouble:
		if n, ok := e.get(c, a.Var).toNumber(); ok {
			e.put(c, into, number(n))
		}
	case scenario.Sample:
		e.put(c, into, number(a.Draw.Sample(e.random)))
	case scenario.TimeOfDay:
		now := time.Now()
		e.put(c, a.Into[0], number(float64(now.Unix())))
		e.put(c, a.Into[1], number(float64(now.Nanosecond()/1000)))
	case scenario.Lookup:
		line := -1
		if f := e.cfg.Files.Find(a.File); f >= 0 {
			line = e.cfg.Files[f].Lookup([]byte(e.text(c, a.Text, step)))
		}
		e.put(c, into, number(float64(line)))
	case scenario.Insert:
		if f := e.cfg.Files.Find(a.File); f >= 0 {
			e.cfg.Files[f].Insert(e.text(c, a.Text, step))
		}
	case scenario.Replace:
		line, ok := parseNumber(e.text(c, a.AtLine, step))
		if f := e.cfg.Files.Find(a.File); f >= 0 && ok {
			e.cfg.Files[f].Replace(int(line), e.text(c, a.Text, step))
		}
	case scenario.VerifyAuth:
		e.put(c, into, boolean(e.verified(c, a, step, m)))
	case scenario.Trim:
		e.put(c, into, text(strings.TrimSpace(string(e.get(c, into).append(nil)))))
	case scenario.URLEncode:
		e.put(c, into, text(strings.ReplaceAll(url.QueryEscape(string(e.get(c, into).append(nil))), "+", "%20")))
	case scenario.URLDecode:
		if s, err := url.PathUnescape(string(e.get(c, into).append(nil))); err == nil {
			e.put(c, into, text(s))
		}
	case scenario.Register:
		status, fields := e.register(c, m)
		e.put(c, a.Into[0], text(status))
		e.put(c, a.Into[1], text(fields))
	case scenario.StepIndex:
		e.put(c, into, number(float64(step)))
	}
}

// compares runs a test or strcmp; it reports false when a check has failed. The
// texts of a strcmp are checked for being equal.
func (e *Engine) compares(c *call, a *scenario.Action, step int) bool {
	var result Value
	holds := false
	if a.Verb == scenario.Test {
		holds = compare(a.Compare, e.get(c, a.Var).float(), e.operand(c, a))
		result = boolean(holds)
	} else {
		with := ""
		if a.Var2 != scenario.None {
			with = string(e.get(c, a.Var2).append(nil))
		} else {
			with = e.text(c, a.Text, step)
		}
		order := strings.Compare(string(e.get(c, a.Var).append(nil)), with)
		holds, result = order == 0, number(float64(order))
	}
	for _, v := range a.Into {
		e.put(c, v, result)
	}
	which := [2]Check{TextDiffers, TextIsEqual}
	if a.Verb == scenario.Test {
		which = [2]Check{TestFails, TestHolds}
	}
	switch {
	case a.Check && !holds:
		return c.fails(which[0])
	case a.CheckInverse && holds:
		return c.fails(which[1])
	}
	return true
}

func calculate(v scenario.Verb, a, b float64) float64 {
	switch v {
	case scenario.Add:
		return a + b
	case scenario.Subtract:
		return a - b
	case scenario.Multiply:
		return a * b
	}
	if b == 0 {
		return 0
	}
	return a / b
}

func compare(c scenario.Compare, a, b float64) bool {
	switch c {
	case scenario.Equal:
		return a == b
	case scenario.NotEqual:
		return a != b
	case scenario.Greater:
		return a > b
	case scenario.Less:
		return a < b
	case scenario.GreaterEqual:
		return a >= b
	}
	return a <= b
}

// matches runs an ereg; it reports false when a check has failed.
func (e *Engine) matches(c *call, a *scenario.Action, m *codec.Message) bool {
	var in []byte
	found := true
	switch {
	case a.In == scenario.InVariable:
		in = e.get(c, a.Var).append(nil)
	case m == nil && len(c.recv) == 0:
		found = false
	default:
		if m == nil {
			m = e.lastMessage(c)
		}
		switch a.In {
		case scenario.InMessage:
			in = m.Bytes()
		case scenario.InBody:
			in = m.Body()
		case scenario.InHeader:
			in, found = findHeader(m.Bytes()[:len(m.Bytes())-len(m.Body())], a)
		}
	}
	var groups []int
	if found {
		groups = a.Pattern.FindSubmatchIndex(in)
	}
	for i, v := range a.Into {
		if 2*i+1 < len(groups) && groups[2*i] >= 0 {
			e.put(c, v, text(string(in[groups[2*i]:groups[2*i+1]])))
		} else if groups == nil {
			e.put(c, v, Value{})
		} else {
			e.put(c, v, text(""))
		}
	}
	switch {
	case groups != nil && a.CheckInverse:
		return c.fails(AMatch)
	case groups == nil && a.Check && !found && a.In == scenario.InHeader:
		return c.fails(NoHeader)
	case groups == nil && a.Check:
		return c.fails(NoMatch)
	}
	return true
}

// fails notes the check that the call fails by, if it is the first; it reports
// false.
func (c *call) fails(which Check) bool {
	if c.cause == Fine {
		c.check = which
	}
	return false
}

// findHeader returns what stands behind the text of the header attribute, to
// the end of that line: most often "Name:", but any text of the header section
// will do.
func findHeader(head []byte, a *scenario.Action) ([]byte, bool) {
	want := []byte(a.Header)
	search := head
	if a.CaseIndependent {
		search, want = bytes.ToLower(head), bytes.ToLower(want)
	}
	at, from := -1, 0
	for n := 0; n < a.Occurrence; {
		i := bytes.Index(search[from:], want)
		if i < 0 {
			return nil, false
		}
		at = from + i
		from = at + len(want)
		if !a.AtStart || at == 0 || head[at-1] == '\n' {
			n++
		}
	}
	line := head[at+len(want):]
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	return line, true
}
