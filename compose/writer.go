package compose

import (
	"bytes"
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/wire"
)

// A writer makes a message of parts of another one. After the first error it
// goes on without effect, and done forgets what it has made.
type writer struct {
	m       *codec.Message // where parts are taken from
	dst     []byte
	written wire.IDSet // the headers that have been written

	fault codec.Fault    // the first one
	in    *codec.Message // that the fault is noted in

	// clean says that no control byte is in the header section of m that no
	// quoted pair excuses. A value without a fold, which is part of one line,
	// has no line end then and is not looked at again: with a look at all that
	// was written a reply took 6 % longer, with one at each value a third
	// (2026-11).
	clean bool
}

// fail records the first error.
func (w *writer) fail(id header.ID, offset int, code sipwire.Code) {
	if w.fault.Code == 0 {
		w.fault, w.in = codec.Fault{Code: code, Header: id, Offset: offset}, w.m
	}
}

// failed records the fault of the message that parts are taken from.
func (w *writer) failed() {
	f := w.m.Fault()
	w.fail(f.Header, f.Offset, f.Code)
}

// missing records that the message does not have the header.
func (w *writer) missing(id header.ID) { w.fail(id, w.m.Layout().Body, sipwire.ErrMissing) }

// done returns what was made, or dst as it was.
func (w *writer) done(dst []byte) ([]byte, error) {
	if w.fault.Code != 0 {
		return dst, w.in.Fail(w.fault)
	}
	return w.dst, nil
}

func (w *writer) statusLine(status int, reason []byte) {
	if reason != nil {
		if _, code := check.Reason(reason); code != 0 {
			w.fail(header.IDOther, 0, code)
		}
	}
	w.dst = append(wire.AppendStatus(append(w.dst, "SIP/2.0"...), status, reason), "\r\n"...)
}

func (w *writer) name(id header.ID) {
	w.written.Add(id)
	w.dst = append(append(w.dst, id.String()...), ": "...)
}

// value appends the bytes from lo to hi of the value of field i, without its
// folds. A control byte that is left, and that no quoted pair excuses, must not
// be written.
func (w *writer) value(id header.ID, i, lo, hi int) {
	b, n := w.m.ValueAt(i)[lo:hi], len(w.dst)
	if w.m.FoldedAt(i) {
		w.dst = abnf.AppendUnfolded(w.dst, b)
	} else {
		w.dst = append(w.dst, b...)
		if w.clean {
			return
		}
	}
	if check.Control(w.dst[n:]) >= 0 || bytes.IndexByte(w.dst[n:], '\n') >= 0 {
		w.fail(id, w.m.At(i).ValueOffset+lo+max(check.Control(b), 0), sipwire.ErrControl)
	}
}

// copyField copies field i of the message under the name of id.
func (w *writer) copyField(id header.ID, i int) {
	v := w.m.ValueAt(i)
	if !w.clean || w.m.FoldedAt(i) {
		w.name(id)
		w.value(id, i, 0, len(v))
		w.dst = append(w.dst, "\r\n"...)
		return
	}
	w.written.Add(id)
	name := id.String()
	n, size := len(w.dst), len(name)+len(": ")+len(v)+len("\r\n")
	if cap(w.dst)-n < size {
		w.dst = slices.Grow(w.dst, size)
	}
	w.dst = w.dst[:n+size]
	line := w.dst[n:]
	at := copy(line, name)
	line[at], line[at+1] = ':', ' '
	copy(line[at+2:], v)
	line[size-2], line[size-1] = '\r', '\n'
}

func (w *writer) copyAll(id header.ID) {
	for i := w.m.Index(id); i >= 0; i = w.m.Next(i) {
		w.copyField(id, i)
	}
}

// copyOne copies a header that has to be there.
func (w *writer) copyOne(id header.ID) { w.copyAs(id, id) }

// copyAs copies a header that has to be there under another name.
func (w *writer) copyAs(as, id header.ID) {
	i := w.m.Index(id)
	if i < 0 || len(w.m.ValueAt(i)) == 0 {
		w.missing(id)
		return
	}
	w.copyField(as, i)
}

// copyTagged copies To under the name of as and gives it the tag unless it has
// one. A tag parameter without a value is no tag; it is replaced.
func (w *writer) copyTagged(as header.ID, tag []byte) {
	to, err := w.m.To()
	if err != nil {
		w.failed()
		return
	}
	if to.Tag() != nil {
		w.copyAs(as, header.IDTo)
		return
	}
	if tag == nil {
		w.fail(header.IDTo, 0, sipwire.ErrMissing)
	} else if code := check.Token(tag); code != 0 {
		w.fail(header.IDTo, 0, code)
	}
	i := w.m.Index(header.IDTo)
	field := w.m.ValueAt(i)
	lo, hi, end := wire.TagExtent(field, to)
	if lo == len(field) { // nearly always
		w.copyAs(as, header.IDTo)
		w.dst = append(w.dst[:len(w.dst)-len("\r\n")], ";tag="...)
		w.dst = append(append(w.dst, tag...), "\r\n"...)
		return
	}
	w.name(as)
	w.value(as, i, 0, lo)
	if lo == end {
		w.dst = append(w.dst, ';')
	}
	w.dst = append(append(w.dst, "tag="...), tag...)
	w.value(as, i, hi, end)
	w.dst = append(w.dst, "\r\n"...)
}

func (w *writer) maxForwards(hops uint8) {
	w.name(header.IDMaxForwards)
	w.dst = append(abnf.AppendUint(w.dst, uint64(hops)), "\r\n"...)
}

func (w *writer) cseq(number uint32, method []byte) {
	if number > check.MaxCSeq {
		w.fail(header.IDCSeq, 0, sipwire.ErrRange)
	}
	w.name(header.IDCSeq)
	w.dst = append(abnf.AppendUint(w.dst, uint64(number)), ' ')
	w.dst = append(append(w.dst, method...), "\r\n"...)
}

// fields appends what the caller gives. A header that may be given only once and is
// already is ErrHeaderTwice, and those of routing and framing are ErrState.
func (w *writer) fields(all []HeaderField) {
	for i := range all {
		f := &all[i]
		id := f.id()
		if f.ID == header.IDOther {
			if code := check.Token(f.Name); code != 0 {
				w.fail(id, 0, code)
			}
		} else if id.String() == "" {
			w.fail(id, 0, sipwire.ErrState) // no ID of the table, and none for a set
			return
		}
		switch {
		case id == header.IDVia, id == header.IDRoute, id == header.IDRecordRoute,
			id == header.IDContentLength, id == header.IDContentType:
			w.fail(id, 0, sipwire.ErrState)
		case id != header.IDOther && id.IsSingle() && w.written.Has(id):
			w.fail(id, 0, sipwire.ErrHeaderTwice)
		}
		if f.ID == header.IDOther {
			w.written.Add(id)
			w.dst = append(append(w.dst, f.Name...), ": "...)
		} else {
			w.name(id)
		}
		text, code := f.appendValue(w.dst, id)
		if code != 0 {
			w.fail(id, 0, code)
		}
		w.dst = append(text, "\r\n"...)
	}
}

// body ends the message.
func (w *writer) body(contentType, body []byte) {
	if len(body) == 0 {
		w.dst = append(w.dst, noBody...)
		return
	}
	code := check.Text(contentType)
	if len(contentType) == 0 {
		code = sipwire.ErrMissing
	}
	if code != 0 {
		w.fail(header.IDContentType, 0, code)
	}
	w.name(header.IDContentType)
	w.dst = append(append(w.dst, contentType...), "\r\n"...)
	w.name(header.IDContentLength)
	w.dst = append(abnf.AppendUint(w.dst, uint64(len(body))), "\r\n\r\n"...)
	w.dst = append(w.dst, body...)
}

// noBody is the end of a message without a body.
const noBody = "Content-Length: 0\r\n\r\n"
