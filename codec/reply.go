package codec

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// A Reply says what a response holds besides what it takes from its request.
type Reply struct {
	Status int    // 100 to 699
	Reason []byte // the registered phrase when nil

	// Tag is added to a To that has none, and is needed then unless Status is
	// 100 (RFC 3261, 8.2.6.2). All responses to one request, and to copies of
	// it that are sent again, have the same; [AppendTag] makes one.
	Tag []byte

	// Source is where the request came from. When it is valid, the top Via
	// gets received and rport as by [Edit.SetReceived]; leave it out when the
	// request at hand has them already.
	Source netip.AddrPort

	Fields      []HeaderField // Contact, Server, Allow and so on, in this order
	ContentType []byte        // of Body
	Body        []byte
}

// AppendReply appends the response to a request (RFC 3261, 8.2.6): Via in
// order, From, To with a tag, Call-ID and CSeq as they came, Timestamp in a
// 100, Record-Route in the responses that create a dialog (12.1.1), the fields
// of r, and Content-Length. Folds in what is taken over become one space.
//
// A request that lacks one of those headers is ErrMissing. One that parsed
// with an error can be answered when its start line and those headers are
// there, so that it gets its 400, 420 or 505; a To that does not parse gets no
// tag, and only with a status of 400 and above. An ACK has no response:
// ErrState. After an error dst is as it was; it is a *[SyntaxError] that lives
// in req. With room in dst nothing is allocated.
func AppendReply(dst []byte, req *Message, r *Reply) ([]byte, error) {
	if !req.parsed {
		return dst, req.located(header.IDOther, 0, sipwire.ErrNotParsed)
	}
	if req.status != 0 || req.method == header.MethodACK || r.Status < 100 || r.Status > 699 {
		return dst, req.located(header.IDOther, 0, sipwire.ErrState)
	}
	// Field by field: a composite literal is made elsewhere and copied.
	var w writer
	w.m, w.dst, w.late = req, dst, true
	w.reply(r, len(dst))
	if w.err != nil {
		return replySlowly(dst, req, r)
	}
	return w.dst, nil
}

// replySlowly is AppendReply after an error, with a look at each value by
// itself: it may be another error that comes first.
func replySlowly(dst []byte, req *Message, r *Reply) ([]byte, error) {
	w := writer{m: req, dst: dst}
	w.reply(r, len(dst))
	return w.done(dst)
}

// reply appends the response to dst[:from].
func (w *writer) reply(r *Reply, from int) {
	w.statusLine(r.Status, r.Reason)
	w.replyVias(r.Source)
	if r.Status > 100 && r.Status < 300 && w.m.method.CreatesDialog() {
		w.copyAll(header.IDRecordRoute)
	}
	w.copyOne(header.IDFrom)
	w.replyTo(r)
	w.copyOne(header.IDCallID)
	w.copyOne(header.IDCSeq)
	if r.Status == 100 && !has(r.Fields, header.IDTimestamp) {
		w.copyAll(header.IDTimestamp)
	}
	if w.late && !w.clean(from) {
		w.fail(header.IDOther, 0, sipwire.ErrControl)
	}
	w.fields(r.Fields)
	w.body(r.ContentType, r.Body)
}

// replyVias copies the Via fields, the top value with received and rport.
func (w *writer) replyVias(src netip.AddrPort) {
	first := w.m.Index(header.IDVia)
	if first < 0 {
		w.fail(header.IDVia, w.m.body, sipwire.ErrMissing)
		return
	}
	if src.IsValid() {
		var stamp [96]byte // received and rport
		stamps, text, err := w.m.stampVia(stamp[:0], src, false)
		if err != nil {
			w.fail(header.IDVia, int(w.m.fields[first].value), err)
			return
		}
		f := &w.m.fields[first]
		at := f.value
		w.lines++
		w.name(header.IDVia)
		for _, s := range stamps {
			if s.from < s.to {
				w.value(w.m.view(at, s.lo), f.flags)
				w.dst = append(w.dst, text[s.from:s.to]...)
				at = s.hi
			}
		}
		w.value(w.m.view(at, f.end), f.flags)
		w.dst = append(w.dst, "\r\n"...)
		first = w.m.Next(first)
	}
	for i := first; i >= 0; i = w.m.Next(i) {
		w.copyField(header.IDVia, i)
	}
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
