package stamp

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// checkParams asks for parameters, each behind a ";", without whitespace, or for
// nothing: generic-param, or uri-parameter in a URI (RFC 3261, 25.1). None may be
// given twice (7.3.1); each is compared with the first 64, so that the cost stays
// linear.
func checkParams(b []byte, inURI bool) sipwire.Code {
	var names [64]struct{ lo, hi int }
	n := 0
	for i := 0; i < len(b); {
		if b[i] != ';' {
			return sipwire.ErrParam
		}
		lo := i + 1
		var hi int
		if inURI {
			hi, i = uriParam(b, lo)
		} else {
			hi, i = genericParam(b, lo)
		}
		if i < 0 {
			return sipwire.ErrParam
		}
		for _, name := range names[:n] {
			if abnf.EqualFold(b[name.lo:name.hi], b[lo:hi]) {
				return sipwire.ErrParamTwice
			}
		}
		if n < len(names) {
			names[n].lo, names[n].hi = lo, hi
			n++
		}
	}
	return 0
}

// genericParam returns where the name that begins at i ends, and the index behind
// the parameter, -1 when it is none.
func genericParam(b []byte, i int) (name, end int) {
	name = abnf.Span(b, i, abnf.Token)
	switch {
	case name == i:
		return name, -1
	case name == len(b) || b[name] != '=':
		return name, name
	}
	i = name + 1
	if i < len(b) && b[i] == '"' {
		end, code := abnf.ConsumeQuoted(b, i)
		if code != 0 {
			return name, -1
		}
		return name, end
	}
	if end = abnf.Span(b, i, abnf.Token); end > i {
		return name, end
	}
	end, code := abnf.ConsumeHost(b, i)
	if code != 0 {
		return name, -1
	}
	return name, end
}

// uriParam is genericParam for a sip URI.
func uriParam(b []byte, i int) (name, end int) {
	name, code := abnf.ConsumeEscapes(b, i, abnf.URIParam)
	switch {
	case code != 0 || name == i:
		return name, -1
	case name == len(b) || b[name] != '=':
		return name, name
	}
	end, code = abnf.ConsumeEscapes(b, name+1, abnf.URIParam)
	if code != 0 || end == name+1 {
		return name, -1
	}
	return name, end
}
