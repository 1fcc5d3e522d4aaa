package digest

import "github.com/sipwire/sipwire/internal/abnf"

// QOP is a set of qualities of protection (RFC 3261, 22.4; RFC 7616, 3.4).
type QOP uint8

// The qualities of protection. QOPNone is that of RFC 2069, without a qop
// parameter.
const (
	QOPNone    QOP = 0
	QOPAuth    QOP = 1 // auth
	QOPAuthInt QOP = 2 // auth-int: the body is hashed too
	QOPOther   QOP = 4 // any other token
)

// LookupQOP returns the qualities of protection in a qop parameter as a set: those
// that a challenge offers, or the one that credentials use. An empty list and a
// missing parameter, nil, offer none.
func LookupQOP(list []byte) (set QOP) {
	for i := 0; i < len(list); {
		lo := abnf.SkipLWS(list, i)
		for i = lo; i < len(list) && list[i] != ','; i++ {
		}
		if _, hi := abnf.TrimLWS(list, lo, i); hi > lo {
			set |= lookupQOP(list[lo:hi])
		}
		i++
	}
	return set
}

// usedQOP returns the one quality of protection that credentials name. A list is
// no such name.
func usedQOP(token []byte) QOP {
	if token == nil {
		return QOPNone
	}
	return lookupQOP(token)
}

func lookupQOP(token []byte) QOP {
	switch {
	case abnf.EqualFold(token, "auth"):
		return QOPAuth
	case abnf.EqualFold(token, "auth-int"):
		return QOPAuthInt
	}
	return QOPOther
}
