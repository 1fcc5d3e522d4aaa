package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/wire"
)

// Sizes of the inline stores of an Edit: more than a proxy needs for one
// message. What outgrows them is allocated once and kept.
const (
	inlineSplices = 16
	inlineText    = 512
	inlineClaims  = 32
)

// An Edit collects changes to a parsed message and writes the result in one
// go: what was not changed is copied in whole runs and written byte for byte as
// received. The zero Edit is ready for [Edit.Begin]; keep one for each
// goroutine, it allocates nothing once it has grown. It must not be copied.
//
// Changes may be made in any order; all of them name values of the message as
// it was parsed, not what other changes have put in. Two changes of one value,
// such as a Set of a header that was removed, are ErrConflict. The error of a
// call that fails stays: [Edit.AppendTo] and all further calls return the first
// one, so that no half-edited message is sent. [Edit.Fault] says where it
// happened. CR, LF or NUL in anything that is put in is ErrInjection.
//
// Values are []byte, as they mostly are views of messages; they are copied, so
// that []byte("a literal") costs no allocation. The setters whose value is often
// a string of the program have a variant for it: [Edit.SetString],
// [Edit.AddString], [Edit.AddFieldString].
//
// An Edit without changes writes all that was given to Parse. With the first
// change, CRLFs before the start line and bytes behind the body are left out:
// they are not part of the message (RFC 3261, 7.5 and 18.3), and on a stream
// they would be taken for the next one. [StreamWriter.AddEdit] leaves them out
// in any case.
//
// The message, its bytes and the values given to the calls: values are copied
// by the call, except for the body, which must stay as it is until the result
// is written; the message and its bytes must stay until then too. When the
// message was parsed into, reset or released since Begin, or its [Stream] was
// used, every call is ErrStale.
type Edit struct {
	_ wire.NoCopy

	m       *Message
	gen     uint32   // of m, at Begin
	splices []splice // in their order in the message, but see unsorted
	text    []byte   // what the splices put in
	body    []byte   // the new body, or
	from    BodyWriter
	fromLen int
	newBody bool
	kept    [maxKept]splice // changes that keep the length: see insert
	numKept int
	grown   int   // how much longer the splices make the message
	fault   Fault // of the first call that failed

	unsorted bool      // the splices are not in that order, or lists has more
	start    claim     // what of the start line and of the framing is changed
	claims   []claim   // what of each header field is changed
	added    [4]uint64 // the IDs of the fields that have been put in

	lists  []valueList // the headers of which single values are removed
	values []listValue // of those lists
	plan   []splice    // what is written, when there are lists

	viasEnd int // see behindVias; 0 when it was not asked for

	via viaPrefix // outlives Begin

	inlineSplices [inlineSplices]splice
	inlineText    [inlineText]byte
	inlineClaims  [inlineClaims]claim
}

// A claim is the set of parts of a header field, or of the start line, that
// are changed. A part is changed once: this is how a conflict is found in the
// same time whatever the number of changes.
type claim uint8

const (
	claimLine     claim = 1 << iota // the field is removed
	claimValue                      // its value is replaced
	claimElement                    // some values of its list are removed
	claimReceived                   // of its first value, a Via: received
	claimRPort                      // rport
	claimBranch                     // branch

	// inVia is what of the first value of a Via can be changed by itself.
	inVia = claimReceived | claimRPort | claimBranch
)

// The claims of the start line, and of a Content-Length that is put in.
const (
	claimMethod claim = 1 << iota
	claimURI
	claimStatus
	claimLength
)

// Begin starts the changes of a message, which must have parsed without an
// error, and forgets those of the message before.
func (e *Edit) Begin(m *Message) error {
	if e.splices == nil {
		e.splices, e.text, e.claims = e.inlineSplices[:0], e.inlineText[:0], e.inlineClaims[:0]
	}
	e.m, e.gen = m, m.gen
	e.splices, e.text = e.splices[:0], e.text[:0]
	e.body, e.newBody, e.grown, e.fault = nil, false, 0, Fault{}
	e.from, e.fromLen = nil, 0
	e.unsorted, e.start, e.added, e.viasEnd = false, 0, [4]uint64{}, 0
	e.lists, e.values, e.numKept = e.lists[:0], e.values[:0], 0
	if n := len(m.fields); n > cap(e.claims) {
		e.claims = make([]claim, n)
	} else if e.claims = e.claims[:n]; n > inlineClaims {
		clear(e.claims)
	} else {
		// As many as there always are, since n is unpredictable.
		*(*[inlineClaims]claim)(e.claims[:inlineClaims]) = [inlineClaims]claim{}
	}
	if !m.parsed || m.fault.Code != 0 {
		return e.fail(sipwire.ErrNotParsed, header.IDOther, 0)
	}
	return nil
}

// Err returns the error of the first call that failed since Begin.
func (e *Edit) Err() error {
	return e.fault.Code.Err()
}

// Fault says where the first call since Begin that failed did; its Code is
// that of [Edit.Err]. The Offset is in the bytes of the message, or 0 where a
// value that was to be put in is wrong.
func (e *Edit) Fault() Fault { return e.fault }

// fail records an error and returns the first one.
func (e *Edit) fail(code sipwire.Code, id header.ID, offset int) error {
	if e.fault.Code == 0 {
		e.fault = Fault{code, id, offset}
	}
	return e.fault.Code
}

// ready reports whether changes may be made: after Begin, before an error, and
// while the message is the one it was.
func (e *Edit) ready() bool {
	return e.m != nil && e.m.gen == e.gen && e.fault.Code == 0 || e.notReady()
}

// notReady notes why an Edit is not ready, and returns false.
//
//go:noinline
func (e *Edit) notReady() bool {
	switch {
	case e.m == nil:
		e.fail(sipwire.ErrState, header.IDOther, 0)
	case e.m.gen != e.gen:
		e.fail(sipwire.ErrStale, header.IDOther, 0)
	}
	return false
}

// writable is ready for what reads the bytes of the message: those of one from
// a stream may be gone.
func (e *Edit) writable() bool {
	if e.ready() && e.m.stream != nil && e.m.stream.gen != e.m.streamGen {
		e.fail(sipwire.ErrStale, header.IDOther, 0)
	}
	return e.fault.Code == 0
}

// claim notes that part of field i is changed, at offset lo. It fails when
// something that excludes it was changed before.
func (e *Edit) claim(i int, part, excludes claim, lo int) bool {
	if e.claims[i]&excludes != 0 {
		e.fail(sipwire.ErrConflict, e.m.fields[i].id, lo)
		return false
	}
	e.claims[i] |= part
	return true
}

// claimVia is claim for parameters of the top Via, which is there.
func (e *Edit) claimVia(params claim) bool {
	i := e.m.Index(header.IDVia)
	if e.topGone(i) {
		e.fail(sipwire.ErrConflict, header.IDVia, int(e.m.fields[i].value))
		return false
	}
	return e.claim(i, params, params|claimLine|claimValue, int(e.m.fields[i].value))
}

// claimStart is claim for a part of the start line or of the framing.
func (e *Edit) claimStart(part claim, id header.ID, lo int) bool {
	if e.start&part != 0 {
		e.fail(sipwire.ErrConflict, id, lo)
		return false
	}
	e.start |= part
	return true
}

// noteAdded remembers that a field with the ID has been put in.
func (e *Edit) noteAdded(id header.ID) { e.added[id>>6] |= 1 << (id & 63) }

// hasAdded reports whether a field with the ID has been put in.
func (e *Edit) hasAdded(id header.ID) bool { return e.added[id>>6]>>(id&63)&1 != 0 }
