package codec

import (
	"unsafe"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// A BodyWriter is a body whose length is known before it is written, such as a
// *sdp.Edit or a *multipart.Replacement.
type BodyWriter interface {
	// Len returns the number of bytes that AppendTo appends.
	Len() (int, error)
	// AppendTo appends the body to dst, which has room for it, and keeps
	// neither dst nor what it returns.
	AppendTo(dst []byte) ([]byte, error)
}

// SetBodyFrom is [Edit.SetBody] with a body that is written straight into the
// result, without a copy in between. Content-Length is what b.Len returns now;
// b must stay as it is until the result is written. An error of b is that of
// the Edit, with the offset of the body.
func (e *Edit) SetBodyFrom(contentType []byte, b BodyWriter) error {
	if !e.ready() {
		return e.fault.Code
	}
	n, err := b.Len()
	if err != nil {
		return e.fail(codeOf(err), header.IDOther, e.m.body)
	}
	if err := e.setBody(contentType, n); err != nil {
		return err
	}
	e.from, e.fromLen = b, n
	return nil
}

// codeOf returns the Code that an error is, ErrState for another one.
func codeOf(err error) sipwire.Code {
	if code, ok := err.(sipwire.Code); ok && code != 0 {
		return code
	}
	return sipwire.ErrState
}

// bodyLen returns the length of the new body, 0 without one.
func (e *Edit) bodyLen() int { return len(e.body) + e.fromLen }

// writeBody writes the new body to out, which has room for just that.
func (e *Edit) writeBody(out []byte) error {
	if e.from == nil {
		copy(out, e.body)
		return nil
	}
	got, err := e.from.AppendTo(unescaped(out)[:0])
	switch {
	case err != nil:
		return e.fail(codeOf(err), header.IDOther, e.m.body)
	case len(got) != len(out), len(out) > 0 && &got[0] != &out[0]:
		return e.fail(sipwire.ErrState, header.IDOther, e.m.body) // it is not as long as it said
	}
	return nil
}

// unescaped returns b, and keeps the compiler from seeing where it comes from.
// A BodyWriter keeps no dst; but what is called through an interface may, as
// far as the compiler knows, and every dst of every Edit would be on the heap.
func unescaped(b []byte) []byte {
	p := unsafe.Pointer(unsafe.SliceData(b))
	hidden := uintptr(p)
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&hidden)), len(b))
}
