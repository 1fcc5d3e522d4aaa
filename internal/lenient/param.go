package lenient

import (
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// params looks at *( SEMI generic-param ) at i, up to a comma or the end of b.
func params(b []byte, i int, ofVia bool, yield Yield) {
	for {
		i = value.SkipLWS(b, i)
		if i >= len(b) || b[i] != ';' {
			return
		}
		semicolon := i
		if i = value.SkipLWS(b, i+1); value.AtValueEnd(b, i) {
			yield(TrailingSemicolon, semicolon)
			return
		}
		var a value.Param
		j, code := value.ConsumeParam(b, i, &a)
		if code != 0 {
			return
		}
		paramValue(b, &a, ofVia, yield)
		i = j
	}
}

// paramValue looks at the value of one parameter (RFC 3261, 25.1: gen-value =
// token / host / quoted-string).
func paramValue(b []byte, a *value.Param, ofVia bool, yield Yield) {
	v := a.Value(b)
	switch {
	case v == nil:
		return
	case len(v) == 0:
		yield(EmptyParam, a.ValueLo)
		return
	case v[0] == '"' || abnf.All(v, abnf.Token):
		return
	case v[0] == '[':
		if j, code := abnf.ConsumeHost(v, 0); code == 0 && j == len(v) {
			host(v, a.ValueLo, yield)
			return
		}
	case ofVia && a.Is(b, "received"): // an IPv6 address without brackets (RFC 3261, 25.1)
		if _, j, ok := abnf.ConsumeIPv6(v, 0); ok && j == len(v) {
			return
		}
	}
	yield(ParamByte, a.ValueLo+abnf.Span(v, 0, abnf.Token))
}
