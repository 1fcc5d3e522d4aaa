package header

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/uri"
)

// NameAddr is a view of a name-addr or addr-spec with the parameters behind
// it (RFC 3261, 20.10 and 25.1): the value of From, To, Route and every other
// header of the classes [NameAddrValue] and [NameAddrList]. The zero NameAddr
// is invalid. It may be copied freely; it and everything it returns are valid
// as long as the bytes it was parsed from are.
//
// Parsing finds the parts and does not look into the URI, which most readers
// of a From or To tag never ask for: [NameAddr.ParseURI] reads it, and
// [NameAddr.Check] gives the verdict on the whole value. A value is good when
// both Parse and Check say so.
//
// Without "<>" the parameters belong to the header, and the URI may hold
// neither "," nor "?" (RFC 3261, 20). Of a parameter given twice the first
// counts; [ParamList.Duplicate] tells.
type NameAddr struct {
	b []byte

	all, display, uri, tag part
	paramLo                uint32
	angle                  bool
}

// Parse reads b, the whole of which must be one value. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is invalid.
func (v *NameAddr) Parse(b []byte) (n int, err error) {
	if scan.HasMasks() && v.plain(b) {
		return len(b), nil
	}
	n, code := v.parseWhole(b)
	return n, v.result(code)
}

// ParseFrom reads the value that begins at b[i] in a whole field and ends
// before the next comma that separates two values. Without an error n is the
// index of that comma, or len(b) after the last value; the next one begins at
// n+1. With an error it is as for [NameAddr.Parse].
func (v *NameAddr) ParseFrom(b []byte, i int) (n int, err error) {
	if scan.HasMasks() && i == 0 && v.plain(b) {
		return len(b), nil
	}
	n, code := v.parse(b, i)
	return n, v.result(code)
}

func (v *NameAddr) result(code sipwire.Code) error {
	if code != 0 {
		*v = NameAddr{}
		return code
	}
	return nil
}

func (v *NameAddr) parseWhole(b []byte) (int, sipwire.Code) {
	n, code := v.parse(b, 0)
	if code == 0 && n < len(b) {
		// A comma in a URI without brackets, or one where no list is.
		if v.angle {
			return n, sipwire.ErrTrailing
		}
		return n, sipwire.ErrNeedAngle
	}
	return n, code
}

func (v *NameAddr) parse(b []byte, i int) (n int, code sipwire.Code) {
	if tooLong(b) {
		return i, sipwire.ErrRange
	}
	*v = NameAddr{b: b}
	if i = skipLWS(b, i); i >= len(b) {
		return len(b), sipwire.ErrEmpty
	}
	lo := i
	switch b[i] {
	case ',':
		return i, sipwire.ErrList
	case '<':
	case '"':
		j, code := abnf.ConsumeQuoted(b, i)
		if code != 0 {
			return j, code
		}
		v.display = makePart(i, j)
		if i = skipLWS(b, j); i >= len(b) || b[i] != '<' {
			return i, sipwire.ErrDisplayName
		}
	default:
		j := span(b, i, inToken)
		if j > i && j < len(b) && b[j] == ':' {
			return v.parseAddrSpec(b, lo, j)
		}
		if i, code = v.parseTokens(b, i, j); code != 0 {
			return i, code
		}
	}
	hi := bytes.IndexByte(b[i:], '>')
	if hi < 0 {
		return i, sipwire.ErrAngle
	}
	hi += i
	v.angle = true
	v.uri = makePart(i+1, hi)
	return v.parseParams(b, lo, hi+1)
}

// parseTokens reads *( token LWS ) in front of "<", which RFC 3261, 25.1 lets
// stand for a display name; the first token is b[i:j].
func (v *NameAddr) parseTokens(b []byte, i, j int) (int, sipwire.Code) {
	first, lo, hi := true, i, j
	for j > i {
		hi = j
		i = skipLWS(b, j)
		if i >= len(b) {
			break
		}
		if b[i] == '<' {
			v.display = makePart(lo, hi)
			return i, 0
		}
		// Two tokens touch only when there is whitespace between them.
		j = i
		if i > hi {
			j, first = span(b, i, inToken), false
		}
	}
	if first {
		// A single word that is no display name had to be a URI.
		return hi, sipwire.ErrScheme
	}
	return i, sipwire.ErrDisplayName
}

// parseAddrSpec reads an addr-spec without "<>" that begins at lo and whose
// scheme ends at the colon at j.
func (v *NameAddr) parseAddrSpec(b []byte, lo, j int) (int, sipwire.Code) {
	hi := j + 1
	for hi < len(b) && bareURI[b[hi]] {
		hi++
	}
	v.uri = makePart(lo, hi)
	if i := skipLWS(b, hi); i < len(b) && b[i] != ';' && b[i] != ',' {
		if b[i] == '?' && i == hi {
			return i, sipwire.ErrNeedAngle
		}
		return i, sipwire.ErrURI
	}
	return v.parseParams(b, lo, hi)
}

// bareURI holds the bytes that do not end a URI without "<>". What a URI may
// not hold at all is for package uri to say.
var bareURI = func() (t [256]bool) {
	for i := range t {
		t[i] = i > ' ' && i != 0x7f
	}
	for _, c := range `<>",;?` {
		t[c] = false
	}
	return t
}()

// parseParams is consumeParams that keeps the tag.
func (v *NameAddr) parseParams(b []byte, lo, i int) (n int, code sipwire.Code) {
	var a param
	start, hi := i, i
	for {
		hi = i
		if i = skipLWS(b, i); i >= len(b) || b[i] == ',' {
			v.paramLo = uint32(min(skipLWS(b, start), hi))
			v.all = makePart(lo, hi)
			return i, 0
		}
		if b[i] != ';' {
			return i, sipwire.ErrTrailing
		}
		if i, code = consumeParam(b, skipLWS(b, i+1), &a); code != 0 {
			return i, code
		}
		if v.tag == (part{}) && a.isTag(b) {
			a.keep(&v.tag)
		}
	}
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *NameAddr) IsValid() bool { return v.all.hi != 0 }

// Bytes returns the whole value as it came, without whitespace around it.
func (v *NameAddr) Bytes() []byte { return v.all.of(v.b) }

// Extent returns where the value stands in the bytes that were parsed:
// b[lo:hi].
func (v *NameAddr) Extent() (lo, hi int) { return int(v.all.lo), int(v.all.hi) }

// AppendTo appends the value as it came, folds included.
func (v *NameAddr) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// Display returns the display name as it came: a quoted string with its
// quotes, or tokens with the whitespace between them. It is nil when there is
// none.
func (v *NameAddr) Display() []byte { return v.display.of(v.b) }

// AppendDisplay appends the display name as people read it: without quotes and
// escapes, folds as one space. It may hold any byte but CR and LF.
func (v *NameAddr) AppendDisplay(dst []byte) []byte {
	d := v.Display()
	if len(d) > 0 && d[0] == '"' {
		return abnf.AppendUnquoted(dst, d)
	}
	return abnf.AppendUnfolded(dst, d)
}

// HasAngle reports whether the URI stands in "<>".
func (v *NameAddr) HasAngle() bool { return v.angle }

// URIBytes returns the URI as it came, without "<>".
func (v *NameAddr) URIBytes() []byte { return v.uri.of(v.b) }

// URIExtent returns where the URI stands in the bytes that were parsed.
func (v *NameAddr) URIExtent() (lo, hi int) { return int(v.uri.lo), int(v.uri.hi) }

// URI returns the URI, parsed anew at each call.
func (v *NameAddr) URI() (u uri.URI, err error) {
	_, err = v.ParseURI(&u)
	return u, err
}

// ParseURI parses the URI into u. With an error n is the offset of the byte
// that is wrong in the bytes that v was parsed from, and u is invalid; without
// one n is the offset behind the URI.
func (v *NameAddr) ParseURI(u *uri.URI) (n int, err error) {
	if !v.IsValid() {
		*u = uri.URI{}
		return 0, sipwire.ErrEmpty
	}
	n, err = u.Parse(v.URIBytes())
	return int(v.uri.lo) + n, err
}

// Check says whether the value is what the grammar of header id asks for, as
// far as Parse has left it open: the URI must be one, and stand in "<>" where
// [ID.NeedsAngle] says so. n is as for [NameAddr.ParseURI].
func (v *NameAddr) Check(id ID) (n int, err error) {
	if v.IsValid() && !v.angle && id.NeedsAngle() {
		return int(v.uri.lo), sipwire.ErrNeedAngle
	}
	var u uri.URI
	return v.ParseURI(&u)
}

// NeedsAngle reports whether the grammar of the header asks for a name-addr,
// so that its URI must stand in "<>" even where it has neither ",", ";" nor
// "?". Values that lack them parse all the same; [NameAddr.Check] tells.
func (id ID) NeedsAngle() bool {
	switch id {
	case IDRoute, IDRecordRoute, // RFC 3261, 25.1
		IDPath,                             // RFC 3327, 4
		IDServiceRoute,                     // RFC 3608, 5
		IDHistoryInfo,                      // RFC 7044, 5
		IDPAssociatedURI, IDPCalledPartyID, // RFC 7315, 5.1 and 5.2
		IDPServedUser,      // RFC 5502, 6
		IDPDCSTracePartyID, // RFC 5503, 6
		IDDiversion,        // RFC 5806, 4
		IDRemotePartyID:    // draft-ietf-sip-privacy-04, 5
		return true
	}
	return false
}

// Params returns all parameters of the header in their order, the tag
// included. Those of a URI in "<>" are not among them.
func (v *NameAddr) Params() ParamList {
	return ParamList{part{v.paramLo, v.all.hi}.of(v.b)}
}

// Tag returns the tag parameter of From and To as it came, nil when there is
// none (RFC 3261, 19.3). Tags are compared with case.
func (v *NameAddr) Tag() []byte { return v.tag.of(v.b) }
