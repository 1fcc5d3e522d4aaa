package scenario

import (
	"fmt"
	"strconv"
	"strings"
)

// Options are what a scenario cannot know by itself.
type Options struct {
	Keys    []string                // names of the -key options
	Files   func(name string) error // says whether an injection file is known; nil for yes
	NoTexts bool                    // refuse [file], which reads any file

	// A second scenario for requests that belong to no call: the part behind
	// _called.main. Its name and its text, nil for none.
	OutOfCallName string
	OutOfCall     []byte
}

// compiler holds what is needed while a file is compiled.
type compiler struct {
	file  string
	prog  *Program
	side  Side
	keys  map[string]bool
	sent  []string // methods of the requests sent so far
	files []fileUse

	keyLengths map[string]int // of the suites of a=crypto lines, by line and media
	noTexts    bool
	included   int  // files
	inRecv     bool // the actions are those of a <recv>
}

// fileUse is where an injection file is named.
type fileUse struct {
	n    *node
	name string
}

func newCompiler(file string, keys []string) *compiler {
	c := &compiler{file: file, keys: map[string]bool{}, prog: &Program{
		File: file, UnexpectedJump: None, Called: None, User: None, UserEnd: None, ReturnStep: None, ReturnPause: None,
		labels: map[string]int{}, varIndex: map[string]int{}, rtdIndex: map[string]int{},
		counterIndex: map[string]int{}, txnIndex: map[string]int{},
	}}
	for _, k := range keys {
		c.keys[k] = true
	}
	return c
}

func (c *compiler) fault(n *node, format string, args ...any) error {
	return &Fault{c.fileOf(n), n.line, n.col, n.name, fmt.Sprintf(format, args...)}
}

func (c *compiler) note(n *node, text string) {
	c.prog.Notes = append(c.prog.Notes, Note{c.fileOf(n), n.line, n.name, text})
}

// fileOf is the file that an element is in: for one that is made up, that of
// the scenario.
func (c *compiler) fileOf(n *node) string {
	if n.file != "" {
		return n.file
	}
	return c.file
}

// Compile compiles the scenario in data; file is its name in errors, which are
// of the type *[Fault].
func Compile(file string, data []byte, o Options) (*Program, error) {
	c := newCompiler(file, o.Keys)
	c.noTexts = o.NoTexts
	root, err := c.readScenario(file, data)
	if err != nil {
		return nil, err
	}
	c.prog.Name = c.element(root).str("name")
	if err := c.labels(root, 0); err != nil {
		return nil, err
	}
	for _, n := range root.children {
		if err := c.child(n); err != nil {
			return nil, err
		}
	}
	if len(c.prog.Steps) == 0 {
		return nil, c.fault(root, "there is no <send>, <recv>, <pause> or <nop> in it")
	}
	if err := c.finish(root); err != nil {
		return nil, err
	}
	if o.OutOfCall != nil {
		if err := c.outOfCall(o.OutOfCallName, o.OutOfCall); err != nil {
			return nil, err
		}
	}
	c.unused()
	if o.Files != nil {
		for _, use := range c.files {
			if err := o.Files(use.name); err != nil {
				return nil, c.fault(use.n, "%v", err)
			}
		}
	}
	return c.prog, nil
}

// steps are the elements that are steps.
var steps = map[string]bool{"send": true, "recv": true, "pause": true, "timewait": true, "nop": true}

// labels finds the step that each label stands before, so that a step can name
// a label further down. The first step is number at.
func (c *compiler) labels(root *node, at int) error {
	for _, n := range root.children {
		if steps[n.name] {
			at++
		}
		if n.name != "label" {
			continue
		}
		e := c.element(n)
		id := strings.TrimSpace(e.need("id"))
		if _, ok := parts[id]; ok {
			at++ // the End of the part before
		}
		if _, ok := c.prog.labels[id]; ok {
			e.fail("label %q is there twice", id)
		}
		e.rest()
		if e.err != nil {
			return e.err
		}
		c.prog.labels[id] = at
	}
	return nil
}

// label returns the step of the label that an attribute names.
func (e *element) label(attribute string) int {
	s, ok := e.get(attribute)
	if !ok {
		return None
	}
	at, ok := e.c.prog.labels[strings.TrimSpace(s)]
	if !ok {
		e.fail("%s=%q: there is no such label", attribute, s)
	}
	return at
}

// child compiles one element of the scenario.
func (c *compiler) child(n *node) error {
	switch n.name {
	case "label":
		return c.part(n)
	case "Global":
		return c.declare(n, Global)
	case "User":
		return c.declare(n, PerUser)
	case "Reference":
		return c.reference(n)
	case "init":
		return c.init(n)
	case "ResponseTimeRepartition":
		return c.bounds(n, &c.prog.ResponseTimes)
	case "CallLengthRepartition":
		return c.bounds(n, &c.prog.CallLengths)
	case "DefaultMessage":
		c.note(n, "the messages that end a call which has failed are not the scenario's: no effect")
		return nil
	case "recvCmd", "sendCmd":
		return c.fault(n, "commands between several processes (3PCC) are not supported")
	}
	if !steps[n.name] {
		return c.fault(n, "there is no such element in a scenario")
	}
	s, err := c.step(n)
	if err != nil {
		return err
	}
	s.Side = c.side
	c.prog.Steps = append(c.prog.Steps, *s)
	return nil
}

// parts are the labels that a part of the scenario begins at.
var parts = map[string]Side{"_called.main": Called, "_user.main": User}

// part begins another part of the scenario where the label says so.
func (c *compiler) part(n *node) error {
	id := strings.TrimSpace(c.element(n).str("id"))
	side, ok := parts[id]
	switch {
	case id == "_user.end" && c.side != User:
		return c.fault(n, "label %s is not behind _user.main", id)
	case id == "_user.end":
		c.prog.UserEnd = len(c.prog.Steps)
	case ok && len(c.prog.Steps) == 0:
		return c.fault(n, "label %s: the calls that the run begins must be in front of it", id)
	case ok:
		c.begin(side, n)
	}
	return nil
}

// begin ends the part of the scenario that is there, and begins another one.
func (c *compiler) begin(side Side, n *node) {
	c.prog.Steps = append(c.prog.Steps, Step{
		Kind: End, Side: c.side, Line: n.line, Hide: true, Next: None, Test: None, Cond: None, Counter: None, OnTimeout: None, StartTxn: None, ResponseTxn: None,
	})
	c.side, c.sent = side, nil
	*map[Side]*int{Called: &c.prog.Called, User: &c.prog.User}[side] = len(c.prog.Steps)
}

// init compiles the steps that run once before the first call. They have labels
// of their own.
func (c *compiler) init(n *node) error {
	outside := c.prog.labels
	defer func() { c.prog.labels = outside }()
	c.prog.labels = map[string]int{}
	if err := c.labels(n, len(c.prog.Init)); err != nil {
		return err
	}
	for _, child := range n.children {
		switch child.name {
		case "nop":
		case "label":
			continue
		default:
			return c.fault(child, "only <nop> may be in <init>")
		}
		s, err := c.step(child)
		if err != nil {
			return err
		}
		for i := range s.Actions {
			switch s.Actions[i].Verb {
			case StopCall, SetDest, CloseConn, Verify:
				return c.fault(child, "an action on a call cannot be in <init>: there is none yet")
			}
		}
		c.prog.Init = append(c.prog.Init, *s)
	}
	return nil
}

// bounds reads the list of a repartition table.
func (c *compiler) bounds(n *node, out *[]int) error {
	e := c.element(n)
	for _, s := range e.list("value") {
		v, err := strconv.Atoi(s)
		if err != nil || v < 0 {
			e.fail("value: %q is not a whole number", s)
			break
		}
		if len(*out) > 0 && v <= (*out)[len(*out)-1] {
			c.note(n, fmt.Sprintf("value: %d is not above the number before it", v))
		}
		*out = append(*out, v)
	}
	e.rest()
	return e.err
}

// finish checks what can only be seen once all steps are there.
func (c *compiler) finish(root *node) error {
	p := c.prog
	for i := range p.Steps {
		if k := p.Steps[i].Kind; k == Send || k == Recv {
			p.Server = k == Recv
			break
		}
	}
	if p.Server {
		if p.Called != None || p.User != None {
			return c.fault(root, "a scenario that waits for calls has no other part")
		}
		p.Called = 0
	}
	if err := c.checkTxns(); err != nil {
		return err
	}
	if at, ok := p.labels["_unexp.main"]; ok {
		p.UnexpectedJump = at
		p.ReturnStep, _ = c.variable(root, "_unexp.retaddr")
		p.ReturnPause, _ = c.variable(root, "_unexp.pausedaddr")
	}
	return nil
}

// outOfCall adds another file as the part for calls that come in. It has its
// own labels and transactions.
func (c *compiler) outOfCall(file string, data []byte) error {
	root, err := c.readScenario(file, data)
	if err != nil {
		return err
	}
	c.file = file
	if c.prog.Called != None {
		return c.fault(root, "the scenario takes requests that belong to no call itself")
	}
	c.begin(Called, root)
	c.prog.labels, c.prog.txnIndex = map[string]int{}, map[string]int{}
	if err := c.labels(root, len(c.prog.Steps)); err != nil {
		return err
	}
	for _, n := range root.children {
		if err := c.child(n); err != nil {
			return err
		}
	}
	if at := c.prog.Called; at >= len(c.prog.Steps) || c.prog.Steps[at].Kind != Recv {
		return c.fault(root, "it does not begin with a <recv>")
	}
	return c.checkTxns()
}
