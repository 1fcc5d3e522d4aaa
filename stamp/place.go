package stamp

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
)

// Where a variable is, which says what it may hold.

// A place is a position in a header field.
type place struct {
	pos  position
	bare bool // in a URI without "<>", which a "," ";" or "?" would end
	id   header.ID
}

type position uint8

const (
	posText      position = iota // any text
	posBody                      // any bytes
	posLines                     // header fields
	posField                     // the whole value of one
	posToken                     // part of a token
	posDigits                    // part of a number
	posStatus                    // a status code
	posReason                    // part of a reason phrase
	posWord                      // part of a word of a Call-ID
	posCallID                    // part of a Call-ID which may be both its words
	posQuoted                    // part of a quoted string
	posDisplay                   // part of a display name without quotes
	posParam                     // the value of a parameter
	posURI                       // part of a URI
	posWholeURI                  // a URI
	posScheme                    // part of a scheme
	posUser                      // part of a user
	posPassword                  // part of a password
	posHost                      // a host
	posHostPort                  // a host, which a port may follow
	posHostPart                  // part of a host name or IPv4 address
	posPort                      // a port
	posIPv6                      // part of an IPv6 address
	posURIParam                  // part of the parameters of a URI
	posURIHeader                 // part of the headers of a URI
	posParams                    // all parameters of a value, or some
	posURIParams                 // those of a URI
)

// A finder finds the places of the variables, which are NULs, in a line.
type finder struct {
	b  []byte
	id header.ID
	at []place // for each byte of b

	code sipwire.Code // what is malformed
	bad  int          // the index of the byte that is
}

func (f *finder) fail(code sipwire.Code, i int) {
	if f.code == 0 {
		f.code, f.bad = code, i
	}
}

// mark gives the variables of b[lo:hi] the position.
func (f *finder) mark(lo, hi int, pos position, bare bool) {
	for i := lo; i < hi; i++ {
		if f.b[i] == 0 {
			f.at[i] = place{pos: pos, bare: bare}
		}
	}
}

// field finds the places in a value, which begins at lo.
func (f *finder) field(lo int) (sipwire.Code, int) {
	lo, hi := abnf.TrimLWS(f.b, lo, len(f.b))
	g := grammar.Of(uint8(f.id))
	switch {
	case bytes.IndexByte(f.b[lo:hi], 0) < 0:
	case g == grammar.Text, g == grammar.Opaque && hi == lo+1:
		f.mark(lo, hi, posText, false)
	case g == grammar.Opaque:
		// Nothing is known of the value, but where it has quotes they are
		// taken for some.
		trial := *f
		if trial.rest(lo, hi, posText); trial.code != 0 {
			f.mark(lo, hi, posText, false)
		}
	case hi == lo+1:
		f.mark(lo, hi, posField, false)
	default:
		f.value(g, lo, hi)
	}
	return f.code, f.bad
}

func (f *finder) value(g grammar.Class, lo, hi int) {
	switch g {
	case grammar.Integer:
		f.mark(lo, hi, posDigits, false)
	case grammar.IntParams, grammar.IntCommentParams:
		n := f.until(lo, hi, "; (")
		f.mark(lo, n, posDigits, false)
		f.rest(n, hi, posParam)
	case grammar.CSeqValue, grammar.RAckValue:
		word := f.words(lo, hi)
		f.mark(lo, word, posDigits, false)
		f.mark(word, hi, posToken, false)
	case grammar.CallIDValue, grammar.CallIDList:
		f.callID(lo, hi)
	case grammar.CallIDParams:
		n := f.until(lo, hi, ";")
		f.callID(lo, n)
		f.rest(n, hi, posParam)
	case grammar.ViaList:
		f.vias(lo, hi)
	case grammar.NameAddrValue, grammar.NameAddrList, grammar.ContactList,
		grammar.URIRef, grammar.URIRefList, grammar.URIList:
		f.addrs(lo, hi)
	case grammar.DateValue, grammar.TimestampValue, grammar.Product, grammar.WarningList, grammar.Version, grammar.MsgID:
		f.rest(lo, hi, posText)
	default:
		f.rest(lo, hi, posParam)
	}
}

// callID finds the places in word ["@" word]. One variable may bring the "@"
// along when the template has none.
func (f *finder) callID(lo, hi int) {
	pos := posWord
	if b := f.b[lo:hi]; bytes.IndexByte(b, '@') < 0 && bytes.Count(b, []byte{0}) == 1 {
		pos = posCallID
	}
	f.mark(lo, hi, pos, false)
}

// until returns the index of the first byte of set in b[lo:hi], or hi.
func (f *finder) until(lo, hi int, set string) int {
	if n := bytes.IndexAny(f.b[lo:hi], set); n >= 0 {
		return lo + n
	}
	return hi
}

// words returns the index of the last of the words of b[lo:hi].
func (f *finder) words(lo, hi int) int {
	return max(bytes.LastIndexAny(f.b[:hi], " \t")+1, lo)
}

// quoted gives the variables of the quoted string that begins at i their
// place, and returns the index behind it.
func (f *finder) quoted(i, hi int) int {
	for j := i + 1; j < hi; j++ {
		switch f.b[j] {
		case '"':
			f.mark(i, j, posQuoted, false)
			return j + 1
		case '\\':
			if j++; j < hi && f.b[j] == 0 {
				f.fail(sipwire.ErrQuote, j) // half of a quoted pair
			}
		}
	}
	f.fail(sipwire.ErrQuote, i)
	return hi
}

// rest gives variables between quotes their place, and all others that one.
func (f *finder) rest(lo, hi int, pos position) {
	for i := lo; i < hi; {
		switch {
		case f.b[i] == '"':
			i = f.quoted(i, hi)
			continue
		case pos == posParam:
			f.param(i, hi)
		default:
			f.mark(i, i+1, pos, false)
		}
		i++
	}
}

// param gives the variable at i, if there is one, its place: the whole value
// of a parameter may be an address in brackets, all else is part of a token.
func (f *finder) param(i, hi int) {
	if f.b[i] != 0 {
		return
	}
	pos := posToken
	before := bytes.TrimRight(f.b[:i], " \t")
	after := bytes.TrimLeft(f.b[i+1:hi], " \t")
	if bytes.HasSuffix(before, []byte("=")) && (len(after) == 0 || after[0] == ';' || after[0] == ',') {
		pos = posParam
	}
	f.mark(i, i+1, pos, false)
}

// params is rest up to a comma, the index of which it returns.
func (f *finder) params(lo, hi int) int {
	for i := lo; i < hi; {
		switch f.b[i] {
		case '"':
			i = f.quoted(i, hi)
			continue
		case ',':
			return i
		}
		f.param(i, hi)
		i++
	}
	return hi
}

// addrs finds the places in addresses: name-addr, addr-spec or a URI in "<>",
// each with parameters, with commas between them.
func (f *finder) addrs(lo, hi int) {
	for i := lo; i < hi; i++ {
		for i < hi && abnf.Is(f.b[i], abnf.WSP) {
			i++
		}
		start := i
		for i < hi && f.b[i] != '<' && f.b[i] != ',' && f.b[i] != ';' {
			if f.b[i] == '"' {
				i = f.quoted(i, hi)
				continue
			}
			i++
		}
		switch {
		case i == hi || f.b[i] != '<':
			f.uri(start, start+len(bytes.TrimRight(f.b[start:i], " \t")), true)
		default:
			for j := start; j < i; j++ {
				if f.at[j].pos == posText {
					f.mark(j, j+1, posDisplay, false)
				}
			}
			end := f.until(i, hi, ">")
			if end == hi {
				f.fail(sipwire.ErrAngle, i)
				return
			}
			f.uri(i+1, end, false)
			i = end + 1
		}
		i = f.params(i, hi)
	}
}

// vias finds the places in Via values (RFC 3261, 25.1).
func (f *finder) vias(lo, hi int) {
	for i := lo; i < hi; i++ {
		start := i
		// sent-protocol: two slashes, spaces around them, and a token.
		for range 2 {
			i = min(f.until(i, hi, "/")+1, hi)
		}
		for i < hi && abnf.Is(f.b[i], abnf.WSP) {
			i++
		}
		i = f.until(i, hi, " \t")
		f.mark(start, i, posToken, false)
		for i < hi && abnf.Is(f.b[i], abnf.WSP) {
			i++
		}
		end := f.until(i, hi, "; \t,")
		f.hostPort(i, end, false)
		i = f.params(end, hi)
	}
}

// hostPort finds the places in host [":" port].
func (f *finder) hostPort(lo, hi int, bare bool) {
	end, is6 := lo, lo < hi && f.b[lo] == '['
	if is6 {
		end = f.until(lo, hi, "]")
	}
	end = f.until(end, hi, ":")
	switch {
	case is6:
		f.mark(lo, end, posIPv6, bare)
	case end > lo+1:
		f.mark(lo, end, posHostPart, bare)
	case end < hi:
		f.mark(lo, end, posHost, bare)
	default:
		f.mark(lo, end, posHostPort, bare)
	}
	if hi == end+2 {
		f.mark(end, hi, posPort, bare)
	} else {
		f.mark(end, hi, posDigits, bare)
	}
}

// uri finds the places in the URI b[lo:hi].
func (f *finder) uri(lo, hi int, bare bool) {
	b := f.b[:hi]
	colon := f.until(lo, hi, ":")
	switch {
	case hi == lo+1:
		f.mark(lo, hi, posWholeURI, bare)
		return
	case colon == hi:
		if bytes.IndexByte(b[lo:], 0) >= 0 {
			f.fail(sipwire.ErrScheme, lo) // a variable cannot bring scheme and colon along
		}
		return
	}
	f.mark(lo, colon, posScheme, bare)
	scheme := b[lo:colon]
	if bytes.IndexByte(scheme, 0) < 0 && !abnf.EqualFold(scheme, "sip") && !abnf.EqualFold(scheme, "sips") {
		f.mark(colon, hi, posURI, bare)
		return
	}
	host := colon + 1
	if at := bytes.IndexByte(b[host:], '@'); at >= 0 {
		at += host
		password := f.until(host, at, ":")
		f.mark(host, password, posUser, bare)
		f.mark(password, at, posPassword, bare)
		host = at + 1
	}
	params := f.until(host, hi, ";?")
	headers := f.until(params, hi, "?")
	f.hostPort(host, params, bare)
	f.mark(params, headers, posURIParam, bare)
	f.mark(headers, hi, posURIHeader, bare)
}

// isStatusLine reports whether a start line is that of a response.
func isStatusLine(b []byte) bool { return len(b) > 4 && abnf.EqualFold(b[:4], "SIP/") }

// startLine finds the places in the start line (RFC 3261, 7.1 and 7.2).
func (c *compiler) startLine(line *templateLine) {
	b := line.b
	f := finder{b: b, at: make([]place, len(b))}
	first := bytes.IndexByte(b, ' ')
	last := bytes.LastIndexByte(b, ' ')
	switch {
	case first < 0 || bytes.IndexByte(b[:first], 0) >= 0 && isStatusLine(b):
		c.fail(sipwire.ErrStartLine, header.IDOther, line.offset)
		return
	case isStatusLine(b):
		end := f.until(first+1, len(b), " ")
		f.mark(first+1, end, posStatus, false)
		if end != first+2 && bytes.IndexByte(b[first+1:end], 0) >= 0 {
			f.fail(sipwire.ErrStatus, first+1) // a variable is all of the code or none of it
		}
		f.mark(end, len(b), posReason, false)
	case first == last || !abnf.EqualFold(b[last+1:], "SIP/2.0"):
		c.fail(sipwire.ErrStartLine, header.IDOther, line.offset)
		return
	default:
		f.mark(0, first, posToken, false)
		f.uri(first+1, last, false)
		if last == first+1 || bytes.IndexByte(b[first+1:last], ' ') >= 0 {
			f.fail(sipwire.ErrStartLine, first+1)
		}
	}
	if f.code != 0 {
		c.fail(f.code, header.IDOther, line.offset+f.bad)
	}
	line.checked = c.notePlaces(line, f.at)
}
