package codec

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/check"
)

// Control bytes have no place in a header section, HTAB and line ends
// excepted, but in a quoted pair (RFC 3261, 25.1). What the parser does about
// the others:
//
//   - A CR that is not right before an LF is refused in every mode, in a quoted
//     pair as well: there are elements for which it ends a line, and they would
//     read a header field where this parser sees a part of a value.
//   - A NUL is refused in every mode: for some elements it ends the text.
//   - The rest are refused by Strict. By default they are kept, and
//     [Message.Controls] finds them.

// Controls returns an iterator over the offsets, in the bytes given to Parse, of
// the control bytes in the header section of m that no quoted pair excuses:
// all of the US-ASCII ones, DEL included, but HTAB and line ends. A CR that is
// not right before an LF is one of them also in a quoted pair. In nearly every
// message there are none, and then it costs nothing.
func (m *Message) Controls() iter.Seq[int] {
	return func(yield func(offset int) bool) {
		if m.unclean {
			m.eachControl(yield)
		}
	}
}

func (m *Message) eachControl(yield func(offset int) bool) {
	c := check.NewControls(m.buf[:m.body], int(m.start))
	for i := c.Next(); i >= 0 && yield(i); i = c.Next() {
	}
}

// judgeControls makes the first control byte that p refuses the fault of m,
// unless the one that was found is in front of it. In the same place a bare CR
// says more than what it was found as, and any other code more than
// ErrControl. It is for header sections that have control bytes, and for those
// without an end; found says whether m.body is the end. It returns what
// parseHead does: where there is a bare CR, others may see the header section
// end elsewhere.
func (m *Message) judgeControls(p *Parser, start int, found bool) bool {
	m.unclean = true
	c := check.NewControls(m.buf[:m.body], start)
	for i := c.Next(); i >= 0; i = c.Next() {
		code := sipwire.ErrControl
		switch b := m.buf[i]; {
		case b == '\r' && i+1 == len(m.buf):
			continue // its LF may have been cut off
		case b == '\r':
			found, code = false, sipwire.ErrBareCR
		case b != 0 && p.Strictness == Lenient:
			continue
		}
		if m.fault.Code == 0 || i < m.fault.Offset || i == m.fault.Offset && m.losesTo(code) {
			m.fault = Fault{code, m.idAt(i), i}
		}
	}
	return found
}

// losesTo reports whether code, of a control byte, is to replace the fault in
// the same place. That a line is too long is known before what follows its
// last byte is.
func (m *Message) losesTo(code sipwire.Code) bool {
	return code == sipwire.ErrBareCR && m.fault.Code != sipwire.ErrStartLineTooLong
}

// idAt returns the ID of the header field that the byte at offset is in.
func (m *Message) idAt(offset int) header.ID {
	id := header.IDOther
	for i := range m.fields {
		if int(m.fields[i].name) > offset {
			break
		}
		id = m.fields[i].id
	}
	return id
}
