package compose

import (
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/wire"
	"github.com/sipwire/sipwire/uri"
)

// Sizes of the inline stores of a Builder: a request of a user agent fits.
// What outgrows them is allocated once and kept.
const (
	inlineBuilt     = 32
	inlineBuiltText = 1024
)

// A Builder makes a message from nothing. [Builder.Request] or
// [Builder.Response] begins one, the setters put its header fields in, in any
// order, and [Builder.AppendTo] writes it. The zero Builder is ready; it may
// be used for one message after the other, and allocates nothing once it has
// grown. It is for one goroutine at a time and must not be copied.
//
//	Via, From, To, Contact, ...   Via, Addr
//	Call-ID, Event, Replaces, ... Value
//	Max-Forwards, Expires, ...    Number
//	CSeq, RAck, Date, Timestamp   CSeq, RAck, Date, Timestamp
//	Allow; Supported, Require     Methods; Options
//	any header of the table       Field, whose value is given as text
//	everything                    Raw
//
// All but Raw check the value against the grammar of its header. The fields
// are written in the order that spares proxies a walk through all of them (RFC
// 3261, 7.3.1): Via, Route, Record-Route, Proxy-Require, Max-Forwards,
// Proxy-Authorization, From, To, Call-ID, CSeq, Contact, those that are not
// named here, Content-Type, Content-Length. Fields of one header, and those
// not named, are in the order of the calls. Content-Length is always there,
// and is the length of the body.
//
// No value can end its header field and begin another one: CR, LF or NUL in
// anything that is put in is ErrInjection, and what is one element, such as a
// tag, a host or a display name, cannot end that element. A header that may be
// given only once and is set twice is ErrHeaderTwice. The error of the first
// call that fails stays, and every further call returns it, AppendTo too, so
// that no half-built message is sent. [Builder.Fault] says where it happened.
//
// Values are copied by the calls, except for the body.
type Builder struct {
	_ wire.NoCopy

	// Compact writes every name that has a compact letter as that letter (RFC
	// 3261, 7.3.3). It applies to the calls after it; set it before the
	// message begins.
	Compact bool

	// text holds the start line and behind it the header fields in the order
	// of the calls, each with its line end.
	text  []byte
	start int // text[:start] is the start line; 0 before there is one
	// methodEnd is the length of the method of a request, 0 for a response.
	methodEnd int

	lines  []builtLine
	chains [numOrders]struct{ first, last int32 } // 1 + an index of lines, 0 for none
	have   wire.IDSet
	star   bool // there is a Contact of "*"

	body    []byte
	newBody bool
	fault   codec.Fault // of the first call that failed
	missing codec.Fault // what AppendTo found missing

	inlineLines [inlineBuilt]builtLine
	inlineText  [inlineBuiltText]byte
}

// A builtLine is the field text[lo:hi].
type builtLine struct {
	lo, hi uint32
	next   int32 // 1 + the index of the next one of the same order
}

// Reset forgets the message; memory that was grown is kept.
func (b *Builder) Reset() {
	if b.lines == nil {
		b.lines, b.text = b.inlineLines[:0], b.inlineText[:0]
	}
	b.text, b.lines = b.text[:0], b.lines[:0]
	b.start, b.methodEnd = 0, 0
	clear(b.chains[:])
	b.have, b.star = wire.IDSet{}, false
	b.body, b.newBody = nil, false
	b.fault, b.missing = codec.Fault{}, codec.Fault{}
}

// Request begins a request (RFC 3261, 7.1) and forgets the message before. The
// method is a token; of a sip URI, what is not allowed in a request line is
// left out, as [codec.AppendRequestURI] does.
func (b *Builder) Request(method, requestURI []byte) error {
	b.Reset()
	if code := check.Token(method); code != 0 {
		if code == sipwire.ErrToken {
			code = sipwire.ErrMethod
		}
		return b.fail(code, header.IDOther, 0)
	}
	if code := check.Text(requestURI); code != 0 {
		return b.fail(code, header.IDOther, 0)
	}
	b.text = append(append(b.text, method...), ' ')
	lo := len(b.text)
	b.text = append(b.text, requestURI...)
	hi := len(b.text)
	// The copy is parsed, not the argument, which else would have to be on the
	// heap.
	var u uri.URI
	if n, err := u.Parse(b.text[lo:hi]); err != nil {
		return b.failed(header.IDOther, n, err)
	}
	b.text = codec.AppendRequestURI(b.text, &u)
	b.text = append(b.text[:lo+copy(b.text[lo:], b.text[hi:])], " SIP/2.0\r\n"...)
	b.start, b.methodEnd = len(b.text), len(method)
	return b.tooLong(header.IDOther)
}

// Response begins a response (RFC 3261, 7.2) and forgets the message before.
// The status is from 100 to 699; a nil reason is the registered phrase. To
// answer a request, [AppendReply] is the shorter way.
func (b *Builder) Response(status int, reason []byte) error {
	b.Reset()
	if status < 100 || status > 699 {
		return b.fail(sipwire.ErrStatus, header.IDOther, 0)
	}
	if offset, code := check.Reason(reason); code != 0 {
		return b.fail(code, header.IDOther, offset)
	}
	b.text = append(wire.AppendStatus(append(b.text, "SIP/2.0"...), status, reason), "\r\n"...)
	b.start = len(b.text)
	return b.tooLong(header.IDOther)
}

// Err returns the error of the first call that failed since the message began.
func (b *Builder) Err() error {
	return b.fault.Code.Err()
}

// Fault says where the first call that failed since the message began did, or
// else what AppendTo found missing. The Offset is in the value of that call, 0
// where it is not known.
func (b *Builder) Fault() codec.Fault {
	if b.fault.Code != 0 {
		return b.fault
	}
	return b.missing
}

// fail records an error and returns the first one.
func (b *Builder) fail(code sipwire.Code, id header.ID, offset int) error {
	if b.fault.Code == 0 {
		b.fault = codec.Fault{Code: code, Header: id, Offset: offset}
	}
	return b.fault.Code
}

// failed is fail for a Code that comes as an error.
func (b *Builder) failed(id header.ID, offset int, err error) error {
	code, _ := err.(sipwire.Code)
	return b.fail(code, id, offset)
}

// ready reports whether a message has begun and no call has failed.
func (b *Builder) ready(id header.ID) bool {
	if b.start == 0 && b.fault.Code == 0 {
		b.fail(sipwire.ErrState, id, 0)
	}
	return b.fault.Code == 0
}

// enter checks that a field of the header may be put in now.
func (b *Builder) enter(id header.ID) bool {
	switch {
	case !b.ready(id):
	case id.String() == "" || id == header.IDContentLength:
		b.fail(sipwire.ErrState, id, 0)
	case id.IsSingle() && b.have.Has(id):
		b.fail(sipwire.ErrHeaderTwice, id, 0)
	case b.star && id == header.IDContact:
		b.fail(sipwire.ErrWildcard, id, 0)
	default:
		return true
	}
	return false
}

// open begins a field and returns where it begins, and where its value does.
func (b *Builder) open(id header.ID) (from, value int) {
	from = len(b.text)
	if c := id.Compact(); c != 0 && b.Compact {
		b.text = append(b.text, c, ':', ' ')
	} else {
		b.text = append(append(b.text, id.String()...), ": "...)
	}
	return from, len(b.text)
}

// shut ends the field that begins at from. With a code it is no field; what
// text holds of it is behind all fields and is never written, for the error
// stays.
func (b *Builder) shut(id header.ID, from int, code sipwire.Code, offset int) error {
	if code != 0 {
		return b.fail(code, id, offset)
	}
	b.text = append(b.text, "\r\n"...)
	if err := b.tooLong(id); err != nil {
		return err
	}
	b.lines = append(b.lines, builtLine{uint32(from), uint32(len(b.text)), 0})
	n := int32(len(b.lines))
	c := &b.chains[orderOf(id)]
	if c.first == 0 {
		c.first = n
	} else {
		b.lines[c.last-1].next = n
	}
	c.last = n
	if id != header.IDOther {
		b.have.Add(id)
	}
	return nil
}

// check is shut for a field whose value, which begins at lo, is to be held
// against the grammar of its header.
func (b *Builder) check(id header.ID, from, lo int) error {
	n, err := id.Check(b.text[lo:])
	code, _ := err.(sipwire.Code)
	return b.shut(id, from, code, n)
}

// tooLong refuses what lines cannot point into.
func (b *Builder) tooLong(id header.ID) error {
	if len(b.text) <= wire.MaxMessage {
		return nil
	}
	return b.fail(sipwire.ErrMessageTooLong, id, 0)
}

// Body sets the body and Content-Type, which may be nil when it is set
// otherwise; a body that is not empty needs one (RFC 3261, 7.4.1). The body is
// not copied: it must stay as it is until the message is written. A second
// body is ErrConflict.
func (b *Builder) Body(contentType, body []byte) error {
	if !b.ready(header.IDContentType) {
		return b.fault.Code
	}
	if b.newBody {
		return b.fail(sipwire.ErrConflict, header.IDContentType, 0)
	}
	if contentType != nil {
		if err := b.Field(header.IDContentType, contentType); err != nil {
			return err
		}
	}
	b.body, b.newBody = body, true
	return nil
}

// complete reports whether the message can be written.
func (b *Builder) complete() error {
	switch {
	case b.fault.Code != 0:
		return b.fault.Code
	case b.start == 0:
		b.missing = codec.Fault{Code: sipwire.ErrState}
		return b.missing.Code
	}
	id := b.have.Missing(b.methodEnd > 0)
	if id == header.IDOther && len(b.body) > 0 && !b.have.Has(header.IDContentType) {
		id = header.IDContentType
	}
	if id != header.IDOther {
		b.missing = codec.Fault{Code: sipwire.ErrMissing, Header: id}
		return b.missing.Code
	}
	return nil
}

// contentLengthName is the name that Content-Length is written with.
func (b *Builder) contentLengthName() string {
	if b.Compact {
		return "l: "
	}
	return "Content-Length: "
}

// Size returns the length in bytes of what AppendTo appends, 0 when it returns
// an error.
func (b *Builder) Size() int {
	if b.complete() != nil {
		return 0
	}
	return b.size()
}

func (b *Builder) size() int {
	n := len(b.text) + len(b.contentLengthName()) + len("\r\n\r\n") + len(b.body)
	return n + wire.Digits(len(b.body))
}

// AppendTo appends the message to dst, which must not overlap the body; with
// room for Size bytes nothing is allocated. It may be called again, and after
// further calls of setters.
//
// After an error of any call it returns that one, and dst as it was. A message
// that does not have one of the headers that every request must have, Via, From, To,
// Call-ID, CSeq and Max-Forwards (RFC 3261, 8.1.1), or one of those of every
// response, the same but for Max-Forwards (8.2.6.2), or Content-Type beside a
// body, is ErrMissing with its ID; it can be put in then. What else a message
// of its kind needs, [header.Method.Required] says.
func (b *Builder) AppendTo(dst []byte) ([]byte, error) {
	if err := b.complete(); err != nil {
		return dst, err
	}
	dst = slices.Grow(dst, b.size())
	dst = append(dst, b.text[:b.start]...)
	for i := range b.chains {
		for n := b.chains[i].first; n != 0; {
			line := &b.lines[n-1]
			dst = append(dst, b.text[line.lo:line.hi]...)
			n = line.next
		}
	}
	dst = append(dst, b.contentLengthName()...)
	dst = append(abnf.AppendUint(dst, uint64(len(b.body))), "\r\n\r\n"...)
	return append(dst, b.body...), nil
}
