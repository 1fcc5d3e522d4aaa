package compose

import (
	"net/netip"
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/wire"
)

// A Reply says what a response holds besides what it takes from its request.
type Reply struct {
	Status int    // 100 to 699
	Reason []byte // the registered phrase when nil

	// Tag is added to a To that has none, and is needed then unless Status is
	// 100 (RFC 3261, 8.2.6.2). All responses to one request, and to copies of
	// it that are sent again, have the same; [AppendTag] makes one.
	Tag []byte

	// Source is the source of the request. When it is valid, the top Via
	// gets received and rport as by [codec.Edit.SetReceived]; leave it out when the
	// request at hand has them already.
	Source netip.AddrPort

	Fields      []HeaderField // Contact, Server, Allow and so on, in this order
	ContentType []byte        // of Body
	Body        []byte
}

// AppendReply appends the response to a request (RFC 3261, 8.2.6): Via in
// order, From, To with a tag, Call-ID and CSeq as received, Timestamp in a
// 100, Record-Route in the responses that create a dialog (12.1.1), the fields
// of r, and Content-Length. Folds in what is taken over become one space.
//
// A request that does not have one of those headers is ErrMissing. One that parsed
// with an error can be answered when those headers are there and it is a request
// ([codec.Message.IsAnswerable]), so that it gets its 400, 420 or 505, also for
// its request line; a To that does not parse gets no tag, and only with a status
// of 400 and above. An ACK has no response: ErrState. After an error dst is as it was, and the Fault of req says where: its
// Offset is in the bytes of req, or 0 where a value of r is wrong. With room in
// dst nothing is allocated.
func AppendReply(dst []byte, req *codec.Message, r *Reply) ([]byte, error) {
	if !req.IsAnswerable() || r.Status < 100 || r.Status > 699 {
		code := sipwire.ErrState
		if !req.IsRequest() && !req.IsResponse() && !req.IsAnswerable() {
			code = sipwire.ErrNotParsed
		}
		return dst, req.Fail(codec.Fault{Code: code})
	}
	for range req.Controls() {
		return replySlowly(dst, req, r)
	}
	// Field by field: a composite literal is made elsewhere and copied.
	var w writer
	w.m, w.dst, w.clean = req, dst, true
	w.reply(r)
	if w.fault.Code != 0 {
		return replySlowly(dst, req, r)
	}
	return w.dst, nil
}

// replySlowly is AppendReply after an error, with a look at each value by
// itself: it may be another error that comes first.
func replySlowly(dst []byte, req *codec.Message, r *Reply) ([]byte, error) {
	w := writer{m: req, dst: dst}
	w.reply(r)
	return w.done(dst)
}

// reply appends the response.
func (w *writer) reply(r *Reply) {
	if !w.usualLines(r) {
		w.replyLines(r)
	}
	if r.Status == 100 && !has(r.Fields, header.IDTimestamp) {
		w.copyAll(header.IDTimestamp)
	}
	w.fields(r.Fields)
	w.body(r.ContentType, r.Body)
}

// replyLines appends the status line and those from Via to CSeq of any request.
func (w *writer) replyLines(r *Reply) {
	w.statusLine(r.Status, r.Reason)
	w.replyVias(r.Source)
	if w.takesRoutes(r) {
		w.copyAll(header.IDRecordRoute)
	}
	w.copyOne(header.IDFrom)
	w.replyTo(r)
	w.copyOne(header.IDCallID)
	w.copyOne(header.IDCSeq)
}

// takesRoutes reports whether the response takes over Record-Route (RFC 3261, 12.1.1).
func (w *writer) takesRoutes(r *Reply) bool {
	return r.Status > 100 && r.Status < 300 && w.m.Method().CreatesDialog()
}

// replyVias copies the Via fields, the top value with received and rport.
func (w *writer) replyVias(src netip.AddrPort) {
	first := w.m.Index(header.IDVia)
	if first < 0 {
		w.missing(header.IDVia)
		return
	}
	if src.IsValid() {
		via, err := w.m.TopVia()
		if err != nil {
			w.failed()
			return
		}
		var stamp [96]byte // received and rport
		var patches wire.ViaPatches
		text := patches.SetReceived(stamp[:0], via, src, false)
		if all, ok := patches.Sorted(); ok && w.clean && !w.m.FoldedAt(first) { // nearly always
			w.patched(first, all, text)
		} else {
			w.patchedSlowly(first, &patches, text)
		}
		first = w.m.Next(first)
	}
	for i := first; i >= 0; i = w.m.Next(i) {
		w.copyField(header.IDVia, i)
	}
}

// patched copies the Via field i with all its patches.
func (w *writer) patched(i int, all []wire.Patch, text []byte) {
	v, at := w.m.ValueAt(i), 0
	w.name(header.IDVia)
	dst := slices.Grow(w.dst, len(v)+len(text)+len("\r\n")) // once, not by each piece
	for i := range all {
		p := &all[i]
		dst = append(append(dst, v[at:p.Lo]...), text[p.From:p.To]...)
		at = p.Hi
	}
	w.dst = append(append(dst, v[at:]...), "\r\n"...)
}

// patchedSlowly is patched for a Via with folds, with control bytes, or with
// more patches.
func (w *writer) patchedSlowly(i int, patches *wire.ViaPatches, text []byte) {
	at := 0
	w.name(header.IDVia)
	for p, ok := patches.Next(); ok; p, ok = patches.Next() {
		w.value(header.IDVia, i, at, p.Lo)
		w.dst = append(w.dst, text[p.From:p.To]...)
		at = p.Hi
	}
	w.value(header.IDVia, i, at, len(w.m.ValueAt(i)))
	w.dst = append(w.dst, "\r\n"...)
}

// replyTo copies To and adds the tag.
func (w *writer) replyTo(r *Reply) {
	switch _, err := w.m.To(); {
	case r.Status == 100, r.Status >= 400 && err != nil:
		w.copyOne(header.IDTo)
	default:
		w.copyTagged(header.IDTo, r.Tag)
	}
}
