package header

import (
	"bytes"
	"log/slog"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/value"
	"github.com/sipwire/sipwire/uri"
)

// NameAddr is a view of a name-addr or addr-spec with the parameters after it (RFC
// 3261, 20.10 and 25.1): the value of From, To, Route and every other header of
// the grammars "nameaddr" and "nameaddr-list". The zero NameAddr is invalid. It
// may be copied freely. It and everything it returns are valid as long as the
// bytes it was parsed from are.
//
// Parsing finds the parts and does not look into the URI, which most readers of a
// From or To tag never need. [NameAddr.ParseURI] reads the URI, and
// [NameAddr.Check] checks the whole value. A value is correct when both Parse and
// Check return no error.
//
// Without "<>" the parameters belong to the header, and the URI must hold neither
// "," nor "?" (RFC 3261, 20). When a parameter is given twice, the first one is
// used; [ParamList.Duplicate] finds the second.
//
// Package codec returns pointers to a NameAddr inside its message, so the
// accessors have pointer receivers.
type NameAddr struct {
	b []byte

	all, display, uri, tag value.Part
	paramLo                uint32
	angle                  bool
}

// Parse reads b, the whole of which must be one value. Without an error n is len(b). With one n is the offset of the byte that
// is wrong, the error is a sipwire.Code and v is invalid.
func (v *NameAddr) Parse(b []byte) (n int, err error) {
	if scan.HasMasks() && v.parseFast(b) {
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
	if scan.HasMasks() && i == 0 && v.parseFast(b) {
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
	if value.TooLong(b) {
		return i, sipwire.ErrRange
	}
	*v = NameAddr{b: b}
	if i = value.SkipLWS(b, i); i >= len(b) {
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
		v.display = value.MakePart(i, j)
		if i = value.SkipLWS(b, j); i >= len(b) || b[i] != '<' {
			return i, sipwire.ErrDisplayName
		}
	default:
		j := value.Span(b, i, value.Token)
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
	v.uri = value.MakePart(i+1, hi)
	return v.parseParams(b, lo, hi+1)
}

// parseTokens reads *( token LWS ) in front of "<", which RFC 3261, 25.1 allows as
// a display name. The first token is b[i:j].
func (v *NameAddr) parseTokens(b []byte, i, j int) (int, sipwire.Code) {
	first, lo, hi := true, i, j
	for j > i {
		hi = j
		i = value.SkipLWS(b, j)
		if i >= len(b) {
			break
		}
		if b[i] == '<' {
			v.display = value.MakePart(lo, hi)
			return i, 0
		}
		// Two tokens touch only when there is whitespace between them.
		j = i
		if i > hi {
			j, first = value.Span(b, i, value.Token), false
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
	for hi < len(b) && value.BareURI[b[hi]] {
		hi++
	}
	v.uri = value.MakePart(lo, hi)
	if i := value.SkipLWS(b, hi); i < len(b) && b[i] != ';' && b[i] != ',' {
		if b[i] == '?' && i == hi {
			return i, sipwire.ErrNeedAngle
		}
		return i, sipwire.ErrURI
	}
	return v.parseParams(b, lo, hi)
}

// parseParams is [value.ConsumeParams] that keeps the tag.
func (v *NameAddr) parseParams(b []byte, lo, i int) (n int, code sipwire.Code) {
	var a value.Param
	start, hi := i, i
	for {
		hi = i
		if i = value.SkipLWS(b, i); i >= len(b) || b[i] == ',' {
			v.paramLo = uint32(min(value.SkipLWS(b, start), hi))
			v.all = value.MakePart(lo, hi)
			return i, 0
		}
		if b[i] != ';' {
			return i, sipwire.ErrTrailing
		}
		if i, code = value.ConsumeParam(b, value.SkipLWS(b, i+1), &a); code != 0 {
			return i, code
		}
		if v.tag == (value.Part{}) && a.IsTag(b) {
			a.Keep(&v.tag)
		}
	}
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *NameAddr) IsValid() bool { return v.all.Hi != 0 }

// Bytes returns the whole value as received, without whitespace around it.
func (v *NameAddr) Bytes() []byte { return v.all.Of(v.b) }

// AppendTo appends the value as received, folds included.
func (v *NameAddr) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v NameAddr) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v NameAddr) String() string { return string(v.AppendTo(nil)) }

// Display returns the display name as received: a quoted string with its quotes,
// or tokens with the whitespace between them. It is nil when it is missing.
func (v *NameAddr) Display() []byte { return v.display.Of(v.b) }

// AppendDisplay appends the text of the display name: without quotes and escapes,
// and with each fold as one space. It may hold any byte but CR and LF.
func (v *NameAddr) AppendDisplay(dst []byte) []byte {
	d := v.Display()
	if len(d) > 0 && d[0] == '"' {
		return abnf.AppendUnquoted(dst, d)
	}
	return abnf.AppendUnfolded(dst, d)
}

// HasAngle reports whether the URI is in "<>".
func (v *NameAddr) HasAngle() bool { return v.angle }

// URIBytes returns the URI as received, without "<>".
func (v *NameAddr) URIBytes() []byte { return v.uri.Of(v.b) }

// URI parses the URI, at each call again, and returns it.
func (v *NameAddr) URI() (u uri.URI, err error) {
	_, err = v.ParseURI(&u)
	return u, err
}

// ParseURI parses the URI into u. n is an offset in the bytes that v was parsed
// from: without an error that of the end of the URI, with one that of the byte
// that is wrong, and u is invalid.
func (v *NameAddr) ParseURI(u *uri.URI) (n int, err error) {
	if !v.IsValid() {
		*u = uri.URI{}
		return 0, sipwire.ErrEmpty
	}
	n, err = u.Parse(v.URIBytes())
	return int(v.uri.Lo) + n, err
}

// Check checks what Parse has not: that the URI is correct, and that it is in "<>"
// when the grammar of header id asks for a name-addr, as for Route. n is as for
// [NameAddr.ParseURI].
func (v *NameAddr) Check(id ID) (n int, err error) {
	if v.IsValid() && !v.angle && grammar.NeedsAngle(uint8(id)) {
		return int(v.uri.Lo), sipwire.ErrNeedAngle
	}
	var u uri.URI
	return v.ParseURI(&u)
}

// Params returns all parameters of the header in their order, the tag included.
// The parameters of a URI in "<>" are not among them.
func (v *NameAddr) Params() ParamList {
	return ParamList{value.Part{Lo: v.paramLo, Hi: v.all.Hi}.Of(v.b)}
}

// Tag returns the tag parameter of From and To, nil when it is missing (RFC 3261,
// 19.3). Tags are compared with case.
func (v *NameAddr) Tag() []byte { return v.tag.Of(v.b) }

// LogValue returns the value as a string, for package log/slog.
func (v NameAddr) LogValue() slog.Value { return slog.StringValue(v.String()) }
