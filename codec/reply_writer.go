package codec

import (
	"bytes"
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A writer makes a message of parts of another one. After the first error it
// goes on in vain, and done forgets what it has made.
type writer struct {
	m       *Message // where parts come from, and where the error lives
	dst     []byte
	err     error
	written idSet // the headers that stand already

	// late says that values are not looked at for line ends one by one, and
	// that lines counts those that are written: see clean.
	late  bool
	lines int
}

// clean reports whether dst[from:] has no other CR and LF than those that end
// its lines. One look at all of it costs a fraction of looks at each value;
// which value has one, and whether that is the first error, it does not say.
func (w *writer) clean(from int) bool {
	return bytes.Count(w.dst[from:], []byte{'\r'}) == w.lines && bytes.Count(w.dst[from:], []byte{'\n'}) == w.lines
}

func (w *writer) fail(id header.ID, offset int, err error) {
	if w.err == nil {
		if s, ok := err.(*SyntaxError); ok {
			err = s.Code
		}
		w.err = w.m.located(id, offset, err)
	}
}

// done returns what was made, or dst as it was.
func (w *writer) done(dst []byte) ([]byte, error) {
	if w.err != nil {
		return dst, w.err
	}
	return w.dst, nil
}

func (w *writer) statusLine(status int, reason []byte) {
	w.lines++
	if reason != nil {
		if _, code := checkReason(reason); code != 0 {
			w.fail(header.IDOther, 0, code)
		}
	}
	w.dst = append(appendStatus(append(w.dst, "SIP/2.0"...), status, reason), "\r\n"...)
}

func (w *writer) name(id header.ID) {
	w.written.add(id)
	w.dst = append(append(w.dst, id.String()...), ": "...)
}

// value appends a value of the message without its folds. What is left of a
// line end is a CR that folds nothing, and does not leave.
func (w *writer) value(b []byte, flags fieldFlags) {
	n := len(w.dst)
	if flags&fieldFolded != 0 {
		w.dst = abnf.AppendUnfolded(w.dst, b)
	} else {
		w.dst = append(w.dst, b...)
	}
	if w.late {
		return
	}
	if bytes.IndexByte(w.dst[n:], '\r') >= 0 || bytes.IndexByte(w.dst[n:], '\n') >= 0 {
		w.fail(header.IDOther, 0, sipwire.ErrControl)
	}
}

// copyField copies field i of the message under the name of id.
func (w *writer) copyField(id header.ID, i int) {
	f := &w.m.fields[i]
	w.lines++
	if !w.late || f.flags&fieldFolded != 0 {
		w.name(id)
		w.value(w.m.view(f.value, f.end), f.flags)
		w.dst = append(w.dst, "\r\n"...)
		return
	}
	w.written.add(id)
	v, name := w.m.view(f.value, f.end), id.String()
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
	if i < 0 || w.m.fields[i].value == w.m.fields[i].end {
		w.fail(id, w.m.body, sipwire.ErrMissing)
		return
	}
	w.copyField(as, i)
}

// copyTagged copies To under the name of as and gives it the tag unless it has
// one.
func (w *writer) copyTagged(as header.ID, tag []byte) {
	to, err := w.m.To()
	if err != nil {
		w.fail(header.IDTo, w.m.body, err)
		return
	}
	w.copyAs(as, header.IDTo)
	if to.Tag() != nil {
		return
	}
	if tag == nil {
		w.fail(header.IDTo, 0, sipwire.ErrMissing)
	} else if code := checkToken(tag); code != 0 {
		w.fail(header.IDTo, 0, code)
	}
	w.dst = append(w.dst[:len(w.dst)-len("\r\n")], ";tag="...)
	w.dst = append(append(w.dst, tag...), "\r\n"...)
}

func (w *writer) maxForwards(hops uint8) {
	w.name(header.IDMaxForwards)
	w.dst = append(abnf.AppendUint(w.dst, uint64(hops)), "\r\n"...)
}

func (w *writer) cseq(number uint32, method []byte) {
	if number > maxCSeq {
		w.fail(header.IDCSeq, 0, sipwire.ErrRange)
	}
	w.name(header.IDCSeq)
	w.dst = append(abnf.AppendUint(w.dst, uint64(number)), ' ')
	w.dst = append(append(w.dst, method...), "\r\n"...)
}

// A HeaderField is a header field to be written. Its slices are read during
// the call that it is given to, and not kept.
type HeaderField struct {
	ID    header.ID // IDOther when Name says which
	Name  []byte    // a token, written as it is; for IDOther only
	Value []byte
}

// id returns the ID of the field, IDOther for a name outside the table.
func (f *HeaderField) id() header.ID {
	if f.ID == header.IDOther {
		return header.Lookup(f.Name)
	}
	return f.ID
}

// has reports whether a field of the header is among those given.
func has(all []HeaderField, id header.ID) bool {
	for i := range all {
		if all[i].id() == id {
			return true
		}
	}
	return false
}

// fields appends what the caller gives. A header that stands once and stands
// already is ErrHeaderTwice, and those of routing and framing are ErrState.
func (w *writer) fields(all []HeaderField) {
	for i := range all {
		f := &all[i]
		id := f.id()
		if f.ID == header.IDOther {
			if code := checkToken(f.Name); code != 0 {
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
		case id != header.IDOther && id.Multi() == header.Single && w.written.has(id):
			w.fail(id, 0, sipwire.ErrHeaderTwice)
		}
		if code := checkText(f.Value); code != 0 {
			w.fail(id, 0, code)
		}
		if f.ID == header.IDOther {
			w.written.add(id)
			w.dst = append(append(w.dst, f.Name...), ": "...)
		} else {
			w.name(id)
		}
		w.dst = append(append(w.dst, f.Value...), "\r\n"...)
	}
}

// body ends the message.
func (w *writer) body(contentType, body []byte) {
	if len(body) > 0 {
		code := checkText(contentType)
		if len(contentType) == 0 {
			code = sipwire.ErrMissing
		}
		if code != 0 {
			w.fail(header.IDContentType, 0, code)
		}
		w.name(header.IDContentType)
		w.dst = append(append(w.dst, contentType...), "\r\n"...)
	}
	w.name(header.IDContentLength)
	w.dst = append(abnf.AppendUint(w.dst, uint64(len(body))), "\r\n\r\n"...)
	w.dst = append(w.dst, body...)
}
