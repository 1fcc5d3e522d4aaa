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
	b  []byte
	at scan.Addr // offsets into b
}

// Parse reads b, the whole of which must be one value. Without an error n is len(b).
// With one n is the offset of the byte that is wrong, the error is a sipwire.Code and
// v is invalid.
func (v *NameAddr) Parse(b []byte) (n int, err error) {
	if v.ParseUsual(b) {
		return len(b), nil
	}
	return v.parseGeneric(b)
}

// parseGeneric is Parse for a value that no kernel reads. It is a function of its own
// so that the tiers with kernels do not pay for it.
func (v *NameAddr) parseGeneric(b []byte) (n int, err error) {
	if scan.ReadAddrGeneric(b, &v.at) {
		v.b = b
		return len(b), nil
	}
	return v.parseOther(b)
}

// ParseUsual is Parse for a value as nearly all are, in one call of a kernel. Where it
// reports false, as it always does without a kernel, b is for Parse, and v means nothing
// until then: no other method may be called. It is inlined, for a caller to whom the
// call of Parse is a part of the cost that matters.
func (v *NameAddr) ParseUsual(b []byte) bool {
	v.b = b
	return scan.ReadAddr(b, &v.at) // as parseWhole would have read it
}

// ParseFrom reads the value that begins at b[i] in a whole field and ends
// before the next comma that separates two values. Without an error n is the
// index of that comma, or len(b) after the last value; the next one begins at
// n+1. With an error it is as for [NameAddr.Parse].
func (v *NameAddr) ParseFrom(b []byte, i int) (n int, err error) {
	if i == 0 && (scan.ReadAddr(b, &v.at) || scan.ReadAddrGeneric(b, &v.at)) {
		v.b = b
		return len(b), nil
	}
	n, code := v.parse(b, i)
	return n, v.result(code)
}

// parseOther is Parse for any value.
func (v *NameAddr) parseOther(b []byte) (n int, err error) {
	n, code := v.parseWhole(b)
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
		if v.at.Angle {
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
		v.at.Display = value.MakePart(i, j)
		if i = value.SkipLWS(b, j); i >= len(b) || b[i] != '<' {
			return i, sipwire.ErrDisplayName
		}
	default:
		j := displayEnd(b, i)
		if j >= len(b) || b[j] != '<' {
			return v.parseNoAngle(b, i, j)
		}
		_, hi := abnf.TrimLWS(b, i, j)
		v.at.Display = value.MakePart(i, hi)
		i = j
	}
	hi := bytes.IndexByte(b[i:], '>')
	if hi < 0 {
		return i, sipwire.ErrAngle
	}
	hi += i
	v.at.Angle = true
	v.at.URI = value.MakePart(i+1, hi)
	return v.parseParams(b, lo, hi+1)
}

// displayEnd returns the index of the "<" that ends the display name without
// quotes at i, or that of the first byte that no display name may have. RFC 3261,
// 25.1 allows *( token LWS ). All is tolerated but what could end the name, the
// value or the header for some reader: quotes, angle brackets, commas, semicolons
// and control bytes.
func displayEnd(b []byte, i int) int {
	for i < len(b) {
		c := b[i]
		if !endsDisplay[c] {
			i++
			continue
		}
		j := i
		if c == '\r' || c == '\n' {
			j = abnf.SkipLWS(b, i)
		}
		if j == i {
			return i
		}
		i = j
	}
	return i
}

// endsDisplay holds the bytes that [displayEnd] looks at.
var endsDisplay = func() (t [256]bool) {
	for c := range t {
		t[c] = abnf.Is(byte(c), abnf.Control)
	}
	for _, c := range `<>",;` {
		t[c] = true
	}
	return t
}()

// parseNoAngle reads what begins at i and has no "<" in front of j, the index of
// a byte that no display name may have: an addr-spec, or something wrong.
func (v *NameAddr) parseNoAngle(b []byte, i, j int) (int, sipwire.Code) {
	scheme := value.Span(b, i, value.Token)
	switch {
	case scheme > i && scheme < len(b) && b[scheme] == ':':
		return v.parseAddrSpec(b, i, scheme)
	case bytes.ContainsAny(b[i:j], " \t") || meansDisplay(b, j):
		return j, sipwire.ErrDisplayName
	}
	// A single word that is no display name had to be a URI.
	return scheme, sipwire.ErrScheme
}

// meansDisplay reports whether the byte at j spoils a display name: a "<" is behind
// it, and behind a comma more of the name, as in "Doe, Jane <sip:j@example.org>".
func meansDisplay(b []byte, j int) bool {
	if j >= len(b) {
		return false
	}
	k := displayEnd(b, j+1)
	return k < len(b) && b[k] == '<' && (b[j] != ',' || value.SkipLWS(b, j+1) < k)
}

// parseAddrSpec reads an addr-spec without "<>" that begins at lo and whose
// scheme ends at the colon at j.
func (v *NameAddr) parseAddrSpec(b []byte, lo, j int) (int, sipwire.Code) {
	hi := j + 1
	for hi < len(b) && value.BareURI[b[hi]] {
		hi++
	}
	v.at.URI = value.MakePart(lo, hi)
	if i := value.SkipLWS(b, hi); i < len(b) && b[i] != ';' && b[i] != ',' {
		if i == hi {
			return i, v.afterParams(b[i], sipwire.ErrURI)
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
		if i = value.SkipLWS(b, i); value.AtValueEnd(b, i) {
			break
		}
		if b[i] != ';' {
			return i, v.afterParams(b[i], sipwire.ErrTrailing)
		}
		if i = value.SkipLWS(b, i+1); value.AtValueEnd(b, i) {
			break
		}
		if i, code = value.ConsumeParam(b, i, &a); code != 0 {
			return i, code
		}
		if v.at.Tag == (value.Part{}) && a.IsTag(b) {
			a.Keep(&v.at.Tag)
		}
		if !v.at.Angle {
			if k := bytes.IndexByte(a.Value(b), '?'); k >= 0 && b[a.ValueLo] != '"' {
				return a.ValueLo + k, sipwire.ErrNeedAngle
			}
		}
	}
	v.at.ParamLo = uint32(min(value.SkipLWS(b, start), hi))
	v.at.All = value.MakePart(lo, hi)
	return i, 0
}

// afterParams returns the code for the byte c where a parameter ends. A "?"
// begins the headers of a URI, which must be in "<>" then (RFC 3261, 20), also
// behind what RFC 3261, 20 makes a parameter of the header.
func (v *NameAddr) afterParams(c byte, code sipwire.Code) sipwire.Code {
	if c == '?' && !v.at.Angle {
		return sipwire.ErrNeedAngle
	}
	return code
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *NameAddr) IsValid() bool { return v.at.All.Hi != 0 }

// Bytes returns the whole value as received, without whitespace around it and
// without a ";" that has nothing behind it.
func (v *NameAddr) Bytes() []byte { return v.at.All.Of(v.b) }

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
func (v *NameAddr) Display() []byte { return v.at.Display.Of(v.b) }

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
func (v *NameAddr) HasAngle() bool { return v.at.Angle }

// URIBytes returns the URI as received, without "<>".
func (v *NameAddr) URIBytes() []byte { return v.at.URI.Of(v.b) }

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
	return int(v.at.URI.Lo) + n, err
}

// Check checks what Parse has not: that the URI is correct, and that it is in "<>"
// when the grammar of header id asks for a name-addr, as for Route. n is as for
// [NameAddr.ParseURI].
func (v *NameAddr) Check(id ID) (n int, err error) {
	if v.IsValid() && !v.at.Angle && grammar.NeedsAngle(uint8(id)) {
		return int(v.at.URI.Lo), sipwire.ErrNeedAngle
	}
	var u uri.URI
	return v.ParseURI(&u)
}

// Params returns all parameters of the header in their order, the tag included.
// The parameters of a URI in "<>" are not among them.
func (v *NameAddr) Params() ParamList {
	return ParamList{value.Part{Lo: v.at.ParamLo, Hi: v.at.All.Hi}.Of(v.b)}
}

// Tag returns the tag parameter of From and To, nil when it is missing or empty:
// a value has a tag when, and only when, it is not nil (RFC 3261, 19.3). Tags are
// compared with case.
func (v *NameAddr) Tag() []byte {
	if v.at.Tag.Lo >= v.at.Tag.Hi {
		return nil
	}
	return v.b[v.at.Tag.Lo:v.at.Tag.Hi:v.at.Tag.Hi]
}

// LogValue returns the value as a string, for package log/slog.
func (v NameAddr) LogValue() slog.Value { return slog.StringValue(v.String()) }
