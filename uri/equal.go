package uri

import (
	"bytes"

	"github.com/sipwire/sipwire/internal/abnf"
)

// Equal reports whether a and b are equivalent.
//
// Two sip or two sips URIs are compared by the rules of RFC 3261, 19.1.4 and
// RFC 5954, 4.2: user and password with case, the rest without; bytes outside
// the reserved set are equal to their escapes; a port, and a transport, user,
// ttl, method or maddr parameter, must be in both or in neither; every other
// parameter must match only when it is in both; headers must all match, in
// any order. IPv6 addresses are compared as addresses. That relation is not
// transitive. The method parameter is compared with case, as are the values
// of headers that hold URIs, Call-IDs or a body; a compact header name does
// not match its long form.
//
// Two tel URIs are compared by RFC 3966, 4: numbers, extensions and contexts
// without visual separators, everything without case, all parameters in both.
//
// A urn is compared by RFC 8141, 3.1, those of the service namespace without
// case (RFC 5031); any other URI by its bytes, but for the case of its scheme
// and needless escapes.
//
// A URI with more than 64 parameters, or as many headers, is equal only to
// one that has the same in the same order. An invalid URI is equal to none.
func Equal(a, b *URI) bool {
	if a.scheme != b.scheme {
		return false
	}
	if bytes.Equal(a.b, b.b) {
		return a.IsValid()
	}
	switch a.scheme {
	case SIP, SIPS:
		return equalAuthority(a, b) &&
			equalParams(a.params(), b.params()) &&
			equalSet(a.headers(), b.headers(), '&', headerMode)
	case Tel:
		return equalText(a.User(), fold|bare, b.User(), fold|bare) &&
			equalSet(a.params(), b.params(), ';', telMode)
	case URN:
		an, as := a.urn()
		bn, bs := b.urn()
		m := urnMode(an)
		return abnf.EqualFold(an, bn) && equalText(as, m, bs, m)
	case Other:
		return abnf.EqualFold(a.SchemeBytes(), b.SchemeBytes()) &&
			equalText(a.Opaque(), 0, b.Opaque(), 0)
	}
	return false
}

// equalAuthority compares user, password, host and port.
func equalAuthority(a, b *URI) bool {
	kind := a.HostKind()
	if a.at.Flags != b.at.Flags || a.at.Port != b.at.Port || kind != b.HostKind() {
		return false
	}
	ap, _ := a.Password()
	bp, _ := b.Password()
	if !equalText(a.User(), 0, b.User(), 0) || !equalText(ap, 0, bp, 0) {
		return false
	}
	if abnf.EqualFold(a.Host(), b.Host()) {
		return true
	}
	if kind != HostIPv6 {
		return false
	}
	ah, az := abnf.CutZone(a.Host())
	bh, bz := abnf.CutZone(b.Host())
	aa, _, _ := abnf.ConsumeIPv6(ah, 1)
	ba, _, _ := abnf.ConsumeIPv6(bh, 1)
	return aa == ba && bytes.Equal(az, bz)
}

// mustMatch lists the parameters that are never ignored (RFC 3261, 19.1.4).
var mustMatch = [...]string{"transport", "user", "method", "ttl", "maddr"}

// mustIndex returns the index of a raw name in mustMatch, or -1.
func mustIndex(name []byte) int {
	for i, must := range mustMatch {
		if len(name) >= len(must) && nameIs(name, must) {
			return i
		}
	}
	return -1
}

// equalParams compares the parameters of sip URIs, each given from its first
// ";" on. Of a parameter given twice the first counts.
func equalParams(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	if bytes.Count(a, semicolon) > maxAnyOrder || bytes.Count(b, semicolon) > maxAnyOrder {
		return equalInOrder(a, b, ';', paramMode)
	}
	var x, y index
	x.addNames(a, ';')
	y.addNames(b, ';')
	for i := range x.n {
		name, av, _ := nextPair(a, int(x.at[i])+1, ';')
		if k, bv := y.find(b, ';', y.n, x.hash[i], name); k >= 0 {
			m := paramMode(name, nil)
			if equalText(av, m, bv, m) {
				continue
			}
			if k, _ := x.find(a, ';', i, x.hash[i], name); k < 0 {
				return false
			}
		} else if mustIndex(name) >= 0 {
			return false
		}
	}
	for i := range y.n {
		name, _, _ := nextPair(b, int(y.at[i])+1, ';')
		if mustIndex(name) >= 0 {
			if k, _ := x.find(a, ';', x.n, y.hash[i], name); k < 0 {
				return false
			}
		}
	}
	return true
}

var semicolon = []byte(";")

// equalSet compares lists of pairs in any order, each of which must be in
// both as often.
func equalSet(a, b []byte, sep byte, valueMode func(name, value []byte) mode) bool {
	if bytes.Equal(a, b) {
		return true
	}
	n := countPairs(a, sep)
	if n != countPairs(b, sep) {
		return false
	}
	if n > maxAnyOrder {
		return equalInOrder(a, b, sep, valueMode)
	}
	var x, y index
	x.addPairs(a, sep, valueMode)
	y.addPairs(b, sep, valueMode)
	// Equal pairs are interchangeable, so the first one free is as good
	// as any.
	var used uint64
next:
	for i := range x.n {
		an, av, _ := nextPair(a, int(x.at[i])+1, sep)
		am := valueMode(an, av)
		for k := range y.n {
			if used>>k&1 != 0 || x.hash[i] != y.hash[k] {
				continue
			}
			bn, bv, _ := nextPair(b, int(y.at[k])+1, sep)
			if equalText(an, fold, bn, fold) && equalText(av, am, bv, valueMode(bn, bv)) {
				used |= 1 << k
				continue next
			}
		}
		return false
	}
	return true
}

// countPairs counts the pairs of b, each of which has one byte before it.
func countPairs(b []byte, sep byte) int {
	if len(b) == 0 {
		return 0
	}
	n := 1
	for _, c := range b[1:] {
		if c == sep {
			n++
		}
	}
	return n
}

// equalInOrder compares lists of pairs one by one.
func equalInOrder(a, b []byte, sep byte, valueMode func(name, value []byte) mode) bool {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		var an, av, bn, bv []byte
		an, av, i = nextPair(a, i+1, sep)
		bn, bv, j = nextPair(b, j+1, sep)
		if !equalText(an, fold, bn, fold) || !equalText(av, valueMode(an, av), bv, valueMode(bn, bv)) {
			return false
		}
	}
	return i == len(a) && j == len(b)
}

// paramMode is the mode of a parameter of a sip URI. A Method keeps its case:
// the grammar spells the methods as bytes (RFC 3261, 25.1).
func paramMode(name, _ []byte) mode {
	if nameIs(name, "method") {
		return 0
	}
	return fold
}

// telMode is the mode of a parameter of a tel URI. A phone-context that is a
// number and an extension may have visual separators; in a domain name "-"
// and "." count.
func telMode(name, value []byte) mode {
	if nameIs(name, "ext") || len(value) > 0 && value[0] == '+' && nameIs(name, "phone-context") {
		return fold | bare
	}
	return fold
}

// headerMode is the mode of a header of a sip URI. Values are compared
// without case unless their header defines otherwise (RFC 3261, 7.3.1 and
// 19.1.4): these hold user parts, Call-IDs, tags, credentials or a body.
func headerMode(name, _ []byte) mode {
	escaped := bytes.IndexByte(name, '%') >= 0
	for _, n := range caseHeaders {
		if (escaped || len(name) == len(n)) && nameIs(name, n) {
			return 0
		}
	}
	return fold
}

var caseHeaders = [...]string{
	"body", "to", "t", "from", "f", "contact", "m", "call-id", "i", "in-reply-to",
	"route", "record-route", "path", "reply-to", "refer-to", "r", "referred-by", "b",
	"replaces", "join", "target-dialog", "history-info", "diversion",
	"p-asserted-identity", "p-preferred-identity", "authorization", "proxy-authorization",
}

// urn splits a urn into its namespace and what that names, without the r- and
// q-components, which do not count (RFC 8141, 3.1).
func (u *URI) urn() (nid, nss []byte) {
	nss = u.Opaque()
	if i := bytes.IndexByte(nss, ':'); i >= 0 {
		nid, nss = nss[:i], nss[i+1:]
	}
	for j := 0; j+1 < len(nss); j++ {
		if nss[j] == '?' && (nss[j+1] == '+' || nss[j+1] == '=') {
			return nid, nss[:j]
		}
	}
	return nid, nss
}

func urnMode(nid []byte) mode {
	if abnf.EqualFold(nid, "service") {
		return keep | fold
	}
	return keep
}
