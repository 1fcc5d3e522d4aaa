package engine

import (
	"math"
	"strconv"
	"strings"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A Value is what a variable of a scenario holds.
type Value struct {
	kind   valueKind
	number float64 // also 0 and 1 of a bool
	text   string
}

type valueKind uint8

const (
	unset valueKind = iota
	isNumber
	isText
	isBool
)

func number(f float64) Value { return Value{kind: isNumber, number: f} }
func text(s string) Value    { return Value{kind: isText, text: s} }

func boolean(b bool) Value {
	v := Value{kind: isBool}
	if b {
		v.number = 1
	}
	return v
}

// isSet reports whether test and condexec take the value for true. As in SIPp, a
// number that is 0 is none, and a text is always set.
func (v Value) isSet() bool { return v.kind == isText || v.number != 0 }

// float returns the value as a number; a text that is none is 0.
func (v Value) float() float64 {
	if v.kind != isText {
		return v.number
	}
	f, err := strconv.ParseFloat(v.text, 64)
	if err != nil || math.IsNaN(f) {
		return 0
	}
	return f
}

// toNumber returns the value as a number; ok is false when there is none.
func (v Value) toNumber() (f float64, ok bool) {
	if v.kind == isText {
		return parseNumber(v.text)
	}
	return v.number, v.kind != unset
}

// parseNumber reads a number as strtod does, of which SIPp makes use: with white
// space in front, and nothing for 0.
func parseNumber(s string) (f float64, ok bool) {
	if s == "" {
		return 0, true
	}
	f, err := strconv.ParseFloat(strings.TrimLeft(s, " \t\n\v\f\r"), 64)
	return f, err == nil && !math.IsNaN(f)
}

// append appends the value as a message has it: as in SIPp, nothing for a number
// that is 0.
func (v Value) append(dst []byte) []byte {
	switch v.kind {
	case isNumber:
		if v.number == 0 {
			return dst
		}
		return strconv.AppendFloat(dst, v.number, 'f', 6, 64)
	case isText:
		return append(dst, v.text...)
	case isBool:
		return strconv.AppendBool(dst, v.number != 0)
	}
	return dst
}

// get returns a variable of a call.
func (e *Engine) get(c *call, v int) Value {
	switch e.cfg.Program.Vars[v].Scope {
	case scenario.Global:
		e.shared.mu.Lock()
		defer e.shared.mu.Unlock()
		return e.shared.globals[v]
	case scenario.PerUser:
		e.shared.mu.Lock()
		defer e.shared.mu.Unlock()
		return e.shared.users[c.user][v]
	}
	return c.vars[v]
}

// put sets a variable of a call.
func (e *Engine) put(c *call, v int, value Value) {
	switch e.cfg.Program.Vars[v].Scope {
	case scenario.Global:
		e.shared.mu.Lock()
		defer e.shared.mu.Unlock()
		e.shared.globals[v] = value
		return
	case scenario.PerUser:
		e.shared.mu.Lock()
		defer e.shared.mu.Unlock()
		m := e.shared.users[c.user]
		if m == nil {
			m = map[int]Value{}
			e.shared.users[c.user] = m
		}
		m[v] = value
		return
	}
	c.vars[v] = value
}
