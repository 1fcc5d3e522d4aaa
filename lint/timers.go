package lint

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
)

// minSE is the least that Session-Expires and Min-SE may be, and what Min-SE is
// when it is missing, in seconds (RFC 4028, 4 and 5).
const minSE = 90

// timers reports what is wrong with session timers.
func (c *checker) timers() {
	least := uint32(minSE)
	if f, v, ok := c.deltaSeconds(header.IDMinSE); ok {
		if v.Seconds() < minSE {
			c.add(Warning, RuleSessionTimer, "RFC 4028, 5", f.ID.String(), f.ValueOffset, "Min-SE is %d, and must not be below %d", v.Seconds(), minSE)
		}
		least = max(least, v.Seconds())
	}
	if f, v, ok := c.deltaSeconds(header.IDSessionExpires); ok {
		switch s := v.Seconds(); {
		case s < minSE:
			c.add(Warning, RuleSessionTimer, "RFC 4028, 4", f.ID.String(), f.ValueOffset, "Session-Expires is %d, and must not be below %d", s, minSE)
		case s < least:
			c.add(Warning, RuleSessionTimer, "RFC 4028, 7.1", f.ID.String(), f.ValueOffset, "Session-Expires is %d, less than the Min-SE of %d", s, least)
		}
		var e ext.SessionExpires
		if _, err := e.Parse(f.Value); err == nil && e.Params().Has("refresher") && e.Refresher() == ext.RefresherNone {
			r, _ := e.Params().Get("refresher")
			c.add(Warning, RuleSessionTimer, "RFC 4028, 4", f.ID.String(), f.ValueOffset, "refresher is %s, neither uac nor uas", quote(r))
		}
	}
	if c.m.Status() == 422 && c.headersRead && !c.m.Has(header.IDMinSE) {
		c.add(Warning, ruleOf(sipwire.ErrMissing), "RFC 4028, 6", header.IDMinSE.String(), c.lineOffset(), "no Min-SE, which a 422 response must have")
	}
}

// deltaSeconds returns the first field of a header whose value is a number of
// seconds, when it parses.
func (c *checker) deltaSeconds(id header.ID) (f codec.Field, v header.DeltaSeconds, ok bool) {
	i := c.m.Index(id)
	if i < 0 {
		return f, v, false
	}
	f = c.m.At(i)
	_, err := v.Parse(f.Value)
	return f, v, err == nil
}
