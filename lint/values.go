package lint

import (
	"bytes"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/lenient"
	"github.com/sipwire/sipwire/uri"
)

// values reports every header field of the table whose value does not follow
// its grammar, each with its first defect, and what is wrong with the values
// that do: what the parser tolerates, and what no grammar says.
func (c *checker) values() {
	for _, f := range c.m.Fields() {
		if f.ID == header.IDOther {
			continue
		}
		n, err := f.ID.Check(f.Value)
		if err != nil {
			c.value(&f, n, codeOf(err))
		}
		if err == nil || f.ID.IsSplit() {
			c.inside(&f)
		}
	}
}

// inside looks at each value of a field that parses.
func (c *checker) inside(f *codec.Field) {
	class := grammar.Of(uint8(f.ID))
	switch class {
	case grammar.Challenge, grammar.Credentials, grammar.AuthInfo:
		c.auth(f)
		return
	case grammar.CallIDParams:
		c.dialogRef(f)
	case grammar.IdentityValue:
		c.identity(f)
		return
	}
	for next := 0; next <= len(f.Value); {
		var lo, hi int
		lo, hi, next = f.ID.NextValue(f.Value, next)
		if lo == hi {
			continue
		}
		v, at := f.Value[lo:hi:hi], f.ValueOffset+lo
		if c.oneValue(f.ID, class, v, at) {
			lenient.Value(f.ID, v, func(l lenient.Leniency, i int) { c.tolerated(f.ID, l, v, i, at) })
		}
	}
}

// oneValue looks at one value of a class, at offset at, and reports whether it
// parses.
func (c *checker) oneValue(id header.ID, class grammar.Class, v []byte, at int) bool {
	var err error
	switch class {
	case grammar.NameAddrValue, grammar.NameAddrList, grammar.ContactList:
		return c.nameAddr(id, v, at)
	case grammar.URIRef, grammar.URIRefList, grammar.URIList:
		var r header.Reference
		if _, err = r.ParseBare(v); err == nil {
			c.twiceParam(id, r.Params(), at)
			if u, err := r.URI(); err == nil {
				c.uri(place{id, "the URI", at + bytes.Index(v, u.Bytes())}, &u)
			}
		}
	case grammar.ViaList:
		var via header.Via
		_, err = via.Parse(v)
		c.twiceParam(id, via.Params(), at)
	case grammar.Integer:
		if id == header.IDExpires || id == header.IDMinExpires {
			c.seconds(id, id.String(), v, at)
		}
	case grammar.IntParams, grammar.IntCommentParams:
		var d header.DeltaSeconds
		if _, err = d.ParseComment(v); err == nil {
			c.twiceParam(id, d.Params(), at)
			c.seconds(id, id.String(), v[:abnf.Span(v, 0, abnf.Digit)], at)
			c.secondsParam(id, v, d.Params(), "duration", at)
		}
	case grammar.MediaType, grammar.MediaRangeList:
		var t header.ContentType
		_, err = t.ParseRange(v)
		c.twiceParam(id, t.Params(), at)
	case grammar.Params:
		var p header.ParamList
		_, err = p.Parse(v)
		c.twiceParam(id, p, at)
	case grammar.CallIDParams:
		var r ext.DialogRef
		_, err = r.Parse(v)
		c.twiceParam(id, r.Params(), at)
	case grammar.TokenParams, grammar.TokenParamsList, grammar.TokQParamsList, grammar.StarParamsList:
		var t header.Item
		if _, err = t.ParseQuoted(v); err == nil {
			c.twiceParam(id, t.Params(), at)
			if id == header.IDSubscriptionState {
				c.secondsParam(id, v, t.Params(), "expires", at)
				c.secondsParam(id, v, t.Params(), "retry-after", at)
			}
		}
	}
	return err == nil
}

// nameAddr looks at a URI and the parameters behind it.
func (c *checker) nameAddr(id header.ID, v []byte, at int) bool {
	if id == header.IDContact && string(v) == "*" {
		return true
	}
	var a header.NameAddr
	if _, err := a.Parse(v); err != nil {
		return false
	}
	c.twiceParam(id, a.Params(), at)
	var u uri.URI
	if n, err := a.ParseURI(&u); err == nil {
		c.uri(place{id, "the URI", at + n - len(u.Bytes())}, &u)
	}
	return true
}

// identity reports a PASSporT that nobody can check: without the URI of its
// certificate. One of RFC 4474 had it in Identity-Info.
func (c *checker) identity(f *codec.Field) {
	var v ext.Identity
	if _, err := v.Parse(f.Value); err == nil && v.Info() == nil && !c.m.Has(header.IDIdentityInfo) {
		c.add(Warning, RuleIdentityInfo, "RFC 8224, 4", f.ID.String(), f.ValueOffset, "Identity without info: the certificate cannot be found")
	}
}
