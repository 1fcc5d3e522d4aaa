package scenario

import "strings"

// declare makes the variables of <Global> and <User>.
func (c *compiler) declare(n *node, scope Scope) error {
	e := c.element(n)
	for _, name := range e.list("variables") {
		if _, ok := c.prog.varIndex[name]; ok {
			return c.fault(n, "variable %s is declared a second time, or used above", name)
		}
		v, err := c.variable(n, name)
		if err != nil {
			return err
		}
		c.prog.Vars[v].Scope = scope
	}
	e.rest()
	return e.err
}

// reference counts the variables of <Reference> as read and set.
func (c *compiler) reference(n *node) error {
	e := c.element(n)
	for _, name := range e.list("variables") {
		v, err := c.variable(n, name)
		if err != nil {
			return err
		}
		c.prog.Vars[v].reads++
		c.prog.Vars[v].sets++
	}
	e.rest()
	return e.err
}

// variable returns the index of a variable, which it makes if need be.
func (c *compiler) variable(n *node, name string) (int, error) {
	name = strings.TrimPrefix(strings.TrimSpace(name), "$")
	if name == "" || strings.ContainsAny(name, " \t\r\n[]") {
		return None, c.fault(n, "%q is not the name of a variable", name)
	}
	if v, ok := c.prog.varIndex[name]; ok {
		return v, nil
	}
	c.prog.Vars = append(c.prog.Vars, Variable{Name: name, file: c.fileOf(n), line: n.line})
	v := len(c.prog.Vars) - 1
	c.prog.varIndex[name] = v
	return v, nil
}

// reads returns the variable that an attribute names, None when it is missing.
func (e *element) reads(attribute string) int {
	v := e.named(attribute)
	if v != None {
		e.c.prog.Vars[v].reads++
	}
	return v
}

func (e *element) named(attribute string) int {
	s, ok := e.get(attribute)
	if !ok {
		return None
	}
	v, err := e.c.variable(e.node, s)
	if err != nil && e.err == nil {
		e.err = err
	}
	return v
}

// sets returns the variables that the list in an attribute names.
func (e *element) sets(attribute string) []int {
	var out []int
	for _, name := range e.list(attribute) {
		v, err := e.c.variable(e.node, name)
		if err != nil {
			e.fail("%v", err)
			return nil
		}
		e.c.prog.Vars[v].sets++
		out = append(out, v)
	}
	if len(out) == 0 {
		e.fail("attribute %s is missing", attribute)
	}
	return out
}

// unused notes the variables that are only set, or only read: most often a
// name that is misspelt.
func (c *compiler) unused() {
	for _, v := range c.prog.Vars {
		switch {
		case v.Scope != PerCall || v.reads > 0 && v.sets > 0 || strings.HasPrefix(v.Name, "_unexp."):
		case v.reads == 0 && v.sets > 0:
			c.prog.Notes = append(c.prog.Notes, Note{v.file, v.line, "", "variable " + v.Name + " is set and never read"})
		case v.sets == 0:
			c.prog.Notes = append(c.prog.Notes, Note{v.file, v.line, "", "variable " + v.Name + " is read and never set"})
		}
	}
}

// index returns the number of a name in a list, to which it is added.
func index(list *[]string, m map[string]int, name string) int {
	if i, ok := m[name]; ok {
		return i
	}
	*list = append(*list, name)
	m[name] = len(*list) - 1
	return m[name]
}
