package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// An element reads the attributes of a node. The first that is wrong is kept,
// so that the caller asks once, behind all of them.
type element struct {
	*node
	c    *compiler
	seen map[string]bool
	err  error
}

func (c *compiler) element(n *node) *element {
	return &element{node: n, c: c, seen: map[string]bool{}}
}

func (e *element) fail(format string, args ...any) {
	if e.err == nil {
		e.err = e.c.fault(e.node, format, args...)
	}
}

// get returns an attribute, and whether it is there.
func (e *element) get(name string) (string, bool) {
	e.seen[name] = true
	for _, a := range e.attrs {
		if a.name == name {
			return a.value, true
		}
	}
	return "", false
}

func (e *element) str(name string) string {
	s, _ := e.get(name)
	return s
}

// need returns an attribute that must be there.
func (e *element) need(name string) string {
	s, ok := e.get(name)
	if !ok {
		e.fail("attribute %s is missing", name)
	}
	return s
}

func (e *element) flag(name string) bool {
	s, ok := e.get(name)
	if !ok {
		return false
	}
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "1", "yes", "on":
		return true
	case "false", "0", "no", "off", "":
		return false
	}
	e.fail("%s=%q is neither true nor false", name, s)
	return false
}

// integer returns a whole number; an empty attribute is as one that is missing.
func (e *element) integer(name string, missing int) int {
	s, ok := e.get(name)
	if !ok || s == "" {
		return missing
	}
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		e.fail("%s=%q is not a whole number", name, s)
	}
	return n
}

// number returns a number; that of an empty attribute is 0, as in SIPp.
func (e *element) number(name string, missing float64) float64 {
	s, ok := e.get(name)
	switch {
	case !ok:
		return missing
	case s == "":
		return 0
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		e.fail("%s=%q is not a number", name, s)
	}
	return f
}

// share returns a percentage as a number from 0 to 1, -1 when it is missing.
func (e *element) share(name string) float64 {
	f := e.number(name, -100)
	if f != -100 && (f < 0 || f > 100) {
		e.fail("%s=%q is not from 0 to 100", name, e.str(name))
	}
	return f / 100
}

// duration returns a time; a plain number is in milliseconds.
func (e *element) duration(name string) time.Duration {
	s, ok := e.get(name)
	if !ok || s == "" {
		return 0
	}
	d, err := ParseTime(s, time.Millisecond)
	if err != nil || d < 0 {
		e.fail("%s=%q is not a time", name, s)
	}
	return d
}

// list returns the names of a list that is divided by commas.
func (e *element) list(name string) []string {
	var out []string
	for _, s := range strings.Split(e.str(name), ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// rest notes the attributes that nothing has asked for.
func (e *element) rest() {
	for _, a := range e.attrs {
		if !e.seen[a.name] {
			e.c.note(e.node, fmt.Sprintf("attribute %s is not known and has no effect", a.name))
		}
	}
}

// ParseTime reads a time as SIPp's options and attributes have them: a number
// with an optional unit ms, s, m or h, or hours, minutes and seconds with
// colons. Without a unit it is in units of unit.
func ParseTime(s string, unit time.Duration) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if strings.Contains(s, ":") {
		var total float64
		for _, part := range strings.Split(s, ":") {
			f, err := strconv.ParseFloat(part, 64)
			if err != nil || f < 0 {
				return 0, fmt.Errorf("%q is not a time", s)
			}
			total = total*60 + f
		}
		return seconds(total * float64(time.Second))
	}
	for _, u := range []struct {
		suffix string
		unit   time.Duration
	}{{"us", time.Microsecond}, {"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}} {
		if rest, ok := strings.CutSuffix(s, u.suffix); ok {
			s, unit = rest, u.unit
			break
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time", s)
	}
	return seconds(f * float64(unit))
}

// seconds refuses what a Duration cannot hold.
func seconds(ns float64) (time.Duration, error) {
	if math.IsNaN(ns) || math.Abs(ns) > float64(math.MaxInt64/2) {
		return 0, fmt.Errorf("the time is out of range")
	}
	return time.Duration(ns), nil
}
