package compose

import (
	"bytes"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/grammar"
)

// The setters of a Builder. Each one puts in one header field.

// Field puts in a header field of the table with its value as text, which is
// checked against the grammar of the header ([header.ID.Check]) and may be a list
// where the header may. Whitespace around it is left out. It is for headers
// without a setter of their own, such as User-Agent, Server, Subject, Warning,
// Accept, Authorization ([digest.Digester] makes the value), Proxy-Require
// with unregistered tags and Contact: *, and for values that are at hand as
// text.
//
// Content-Length is ErrState, for it follows the body; so is IDOther.
func (b *Builder) Field(id header.ID, value []byte) error {
	if !b.enter(id) {
		return b.fault.Code
	}
	if code := check.Text(value); code != 0 {
		return b.fail(code, id, 0)
	}
	value = bytes.Trim(value, " \t")
	star := id == header.IDContact && string(value) == "*"
	if star && b.have.Has(id) {
		return b.fail(sipwire.ErrWildcard, id, 0)
	}
	from, lo := b.open(id)
	b.text = append(b.text, value...)
	if id == header.IDCSeq && b.methodEnd > 0 {
		var v header.CSeq
		if _, err := v.Parse(b.text[lo:]); err == nil && string(v.MethodBytes()) != string(b.text[:b.methodEnd]) {
			return b.shut(id, from, sipwire.ErrMethod, 0)
		}
	}
	if err := b.check(id, from, lo); err != nil {
		return err
	}
	b.star = star
	return nil
}

// FieldString is Field with the value as a string.
func (b *Builder) FieldString(id header.ID, value string) error {
	return b.Field(id, abnf.Bytes(value))
}

// Raw puts in a header field by its name, which must be a token and is written
// as it is given, and a value that is written as it is but for whitespace
// around it. The value must not have CR, LF or NUL; nothing else is checked. A
// header of the table goes where Field puts it, and what may be given only once
// does.
func (b *Builder) Raw(name, value []byte) error {
	id := header.Lookup(name)
	if !b.ready(id) || id != header.IDOther && !b.enter(id) {
		return b.fault.Code
	}
	code := check.Token(name)
	if code == sipwire.ErrToken {
		code = sipwire.ErrHeaderName
	}
	if code == 0 {
		code = check.Text(value)
	}
	if code != 0 {
		return b.fail(code, id, 0)
	}
	from := len(b.text)
	b.text = append(append(b.text, name...), ": "...)
	b.text = append(b.text, bytes.Trim(value, " \t")...)
	return b.shut(id, from, 0, 0)
}

// Via puts in a Via value below those before (RFC 3261, 20.42).
func (b *Builder) Via(v *codec.ViaSpec) error {
	if !b.enter(header.IDVia) {
		return b.fault.Code
	}
	from, _ := b.open(header.IDVia)
	text, err := v.AppendTo(b.text)
	b.text = text
	code, _ := err.(sipwire.Code)
	return b.shut(header.IDVia, from, code, 0)
}

// Addr puts in a value of the classes [header.NameAddrValue],
// [header.NameAddrList] and [header.ContactList]: From, To, Contact, Route,
// Record-Route, Path, Refer-To, Referred-By, Reply-To, P-Asserted-Identity and
// their like. From needs a tag in a request (RFC 3261, 8.1.1.3): without one
// it is ErrMissing. Another header is ErrState.
func (b *Builder) Addr(id header.ID, a *Address) error {
	if !b.enter(id) {
		return b.fault.Code
	}
	if !hasAddrs(id) {
		return b.fail(sipwire.ErrState, id, 0)
	}
	if id == header.IDFrom && b.methodEnd > 0 && a.Tag == nil {
		return b.fail(sipwire.ErrMissing, id, 0)
	}
	from, _ := b.open(id)
	text, code := a.appendTo(b.text)
	b.text = text
	return b.shut(id, from, code, 0)
}

// Number puts in a number: Max-Forwards, Expires, Min-Expires, RSeq,
// Max-Breadth, Flow-Timer, and with parameters Session-Expires, Min-SE,
// Retry-After and their like, the classes [header.Integer], [header.IntParams]
// and [header.IntCommentParams]. A number outside the range of its header is
// ErrRange, a parameter where none is allowed an error of the grammar. Another
// header is ErrState.
func (b *Builder) Number(id header.ID, n uint32, params ...Param) error {
	if !b.enter(id) {
		return b.fault.Code
	}
	switch grammar.Of(uint8(id)) {
	case grammar.Integer, grammar.IntParams, grammar.IntCommentParams:
	default:
		return b.fail(sipwire.ErrState, id, 0)
	}
	if id == header.IDRSeq && n == 0 { // RFC 3262, 7.1: 1 to 2^32-1
		return b.fail(sipwire.ErrRange, id, 0)
	}
	from, lo := b.open(id)
	text, code := appendParams(abnf.AppendUint(b.text, uint64(n)), params)
	b.text = text
	if code != 0 {
		return b.shut(id, from, code, 0)
	}
	return b.check(id, from, lo)
}

// Value puts in one value with its parameters:
//
//   - a token: Event, Subscription-State, Reason, Content-Disposition,
//     Priority, SIP-ETag, Session-ID, one tag of Supported and so on;
//   - a Call-ID: Call-ID, Replaces, Join, Target-Dialog, In-Reply-To;
//   - a media type: Content-Type, Accept;
//   - a URI, given without "<>": Alert-Info, Call-Info, Error-Info,
//     Geolocation and their like;
//   - "*": Accept-Contact, Reject-Contact, Feature-Caps;
//   - a token or else any text, which is quoted: User-to-User,
//     P-Visited-Network-ID.
//
// A value that is not what its header asks for, or a parameter where none is
// allowed, is an error of the grammar. A header with values of another kind is
// ErrState.
func (b *Builder) Value(id header.ID, value []byte, params ...Param) error {
	if !b.enter(id) {
		return b.fault.Code
	}
	if code := check.Text(value); code != 0 {
		return b.fail(code, id, 0)
	}
	from, lo := b.open(id)
	text, code := appendItem(b.text, grammar.Of(uint8(id)), value)
	if code == 0 {
		text, code = appendParams(text, params)
	}
	b.text = text
	if code != 0 {
		return b.shut(id, from, code, 0)
	}
	return b.check(id, from, lo)
}

// CSeq puts in CSeq (RFC 3261, 20.16). A nil method is that of the request,
// another one is ErrMethod; a response needs one. The number is below 2^31
// (8.1.1.5).
func (b *Builder) CSeq(number uint32, method []byte) error {
	if !b.enter(header.IDCSeq) {
		return b.fault.Code
	}
	if method == nil {
		method = b.text[:b.methodEnd]
	}
	switch code := check.Token(method); {
	case code == sipwire.ErrInjection:
		return b.fail(code, header.IDCSeq, 0)
	case code != 0, b.methodEnd > 0 && string(method) != string(b.text[:b.methodEnd]):
		return b.fail(sipwire.ErrMethod, header.IDCSeq, 0)
	case number > check.MaxCSeq:
		return b.fail(sipwire.ErrRange, header.IDCSeq, 0)
	}
	from, _ := b.open(header.IDCSeq)
	b.text = append(abnf.AppendUint(b.text, uint64(number)), ' ')
	b.text = append(b.text, method...)
	return b.shut(header.IDCSeq, from, 0, 0)
}

// RAck puts in the RAck that acknowledges the response, as
// [codec.Message.AppendRAck] makes it (RFC 3262, 7.2).
func (b *Builder) RAck(response *codec.Message) error {
	if !b.enter(header.IDRAck) {
		return b.fault.Code
	}
	from, lo := b.open(header.IDRAck)
	text, err := response.AppendRAck(b.text)
	if err != nil {
		code, _ := err.(sipwire.Code)
		return b.shut(header.IDRAck, from, code, 0)
	}
	b.text = text
	return b.check(header.IDRAck, from, lo)
}

// Methods puts in a set of methods, as Allow has one (RFC 3261, 20.5). A set
// that holds a method outside the table is ErrMethod: [Builder.Field] takes
// names. A header that is no list of tokens is ErrState.
func (b *Builder) Methods(id header.ID, set header.MethodSet) error {
	if !b.enterSet(id) {
		return b.fault.Code
	}
	if set.Has(header.MethodOther) {
		return b.fail(sipwire.ErrMethod, id, 0)
	}
	from, lo := b.open(id)
	b.text = set.AppendTo(b.text)
	return b.shut(id, from, b.empty(id, lo), 0)
}

// Options puts in a set of option tags: Supported, Require, Proxy-Require and
// Unsupported (RFC 3261, 19.2). A set that holds a tag outside the registry is
// ErrToken: [Builder.Field] takes names. Only Supported may be empty. A header
// that is no list of tokens is ErrState.
func (b *Builder) Options(id header.ID, set header.OptionSet) error {
	if !b.enterSet(id) {
		return b.fault.Code
	}
	if set.Has(header.OptionOther) {
		return b.fail(sipwire.ErrToken, id, 0)
	}
	from, lo := b.open(id)
	b.text = set.AppendTo(b.text)
	return b.shut(id, from, b.empty(id, lo), 0)
}

// enterSet is enter for a header that must be a list of tokens.
func (b *Builder) enterSet(id header.ID) bool {
	if b.enter(id) && grammar.Of(uint8(id)) != grammar.TokenList {
		b.fail(sipwire.ErrState, id, 0)
	}
	return b.fault.Code == 0
}

// empty refuses a value that may not be empty and is; it begins at lo.
func (b *Builder) empty(id header.ID, lo int) sipwire.Code {
	if lo == len(b.text) && !id.MayBeEmpty() {
		return sipwire.ErrEmpty
	}
	return 0
}

// Date puts in Date, in GMT (RFC 3261, 20.17). The year is from 0 to 9999,
// else it is ErrDate.
func (b *Builder) Date(t time.Time) error {
	if !b.enter(header.IDDate) {
		return b.fault.Code
	}
	from, _ := b.open(header.IDDate)
	text, err := header.AppendDate(b.text, t)
	b.text = text
	code, _ := err.(sipwire.Code)
	return b.shut(header.IDDate, from, code, 0)
}

// Timestamp puts in Timestamp: when the request was sent, on the clock of the
// client, and the delay before the response, which 0 leaves out (RFC 3261,
// 20.38). Neither may be negative: ErrRange.
func (b *Builder) Timestamp(sent, delay time.Duration) error {
	if !b.enter(header.IDTimestamp) {
		return b.fault.Code
	}
	if sent < 0 || delay < 0 {
		return b.fail(sipwire.ErrRange, header.IDTimestamp, 0)
	}
	from, lo := b.open(header.IDTimestamp)
	b.text = appendSeconds(b.text, sent)
	if delay > 0 {
		b.text = appendSeconds(append(b.text, ' '), delay)
	}
	return b.check(header.IDTimestamp, from, lo)
}

// appendSeconds appends d in seconds with as many decimals as it takes.
func appendSeconds(dst []byte, d time.Duration) []byte {
	dst = abnf.AppendUint(dst, uint64(d/time.Second))
	if d %= time.Second; d > 0 {
		dst = append(dst, '.')
		for unit := time.Second / 10; d > 0; unit /= 10 {
			dst = append(dst, byte('0'+d/unit))
			d %= unit
		}
	}
	return dst
}
