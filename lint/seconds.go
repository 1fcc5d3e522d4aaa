package lint

import (
	"bytes"
	"math"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/value"
)

// twiceParam reports a parameter that is given again in the value at offset at.
func (c *checker) twiceParam(id header.ID, list header.ParamList, at int) {
	if name, ok := list.Duplicate(); ok {
		c.add(Warning, ruleOf(sipwire.ErrParamTwice), rfc3261("7.3.1"), id.String(), at, "parameter %s twice; the first one counts", quote(name))
	}
}

// secondsParam reports a parameter whose number of seconds is too large.
func (c *checker) secondsParam(id header.ID, v []byte, list header.ParamList, name string, at int) {
	lo, hi, ok := value.FindParam(list.Bytes(), name)
	if !ok {
		return
	}
	got, _ := list.Get(name)
	c.seconds(id, "parameter "+name, got, at+bytes.LastIndex(v, list.Bytes())+max(lo, hi-len(got)))
}

// seconds reports a number of seconds above 2^32-1 (RFC 3261, 20.19 and 25.1:
// delta-seconds).
func (c *checker) seconds(id header.ID, what string, v []byte, at int) {
	v = bytes.TrimSpace(v)
	if len(v) == 0 || len(bytes.Trim(v, "0123456789")) > 0 {
		return
	}
	if _, _, err := header.ParseUint(v, math.MaxUint32); err == sipwire.ErrRange {
		c.add(Warning, ruleOf(sipwire.ErrRange), rfc3261("20.19"), id.String(), at,
			"%s is above 2^32-1 seconds, and may be taken for 2^32-1", what)
	}
}
