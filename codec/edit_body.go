package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// SetBody replaces the body; Content-Length and Content-Type follow. A nil
// contentType leaves the Content-Type as it is, an empty body removes it. The
// body is not copied: it must stay as it is until the result is written.
func (e *Edit) SetBody(contentType, body []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	if err := e.setBody(contentType, len(body)); err != nil {
		return err
	}
	e.body = body
	return nil
}

// setBody changes the header fields for a new body of n bytes.
func (e *Edit) setBody(contentType []byte, n int) error {
	if e.newBody {
		return e.fail(sipwire.ErrConflict, header.IDContentType, e.m.body)
	}
	if err := e.contentLength(n); err != nil {
		return err
	}
	var err error
	switch {
	case n == 0:
		err = e.Remove(header.IDContentType)
	case contentType != nil:
		err = e.Set(header.IDContentType, contentType)
	}
	if err == nil {
		e.newBody = true
	}
	return err
}

// SetContentLength makes the message say how long its body is, which streams
// need and datagrams may be without (RFC 3261, 18.3).
func (e *Edit) SetContentLength() error {
	if !e.ready() {
		return e.fault.Code
	}
	return e.contentLength(e.m.end - e.m.body)
}

func (e *Edit) contentLength(n int) error {
	i := e.m.Index(header.IDContentLength)
	if i < 0 {
		from, at := len(e.text), e.m.headEnd()
		if !e.claimStart(claimLength, header.IDContentLength, at) {
			return e.fault.Code
		}
		e.text = append(e.text, "Content-Length: "...)
		e.text = append(abnf.AppendUint(e.text, uint64(n)), "\r\n"...)
		e.splice(at, at, from, rankReplace)
		return nil
	}
	for ; i >= 0; i = e.m.Next(i) {
		from := len(e.text)
		e.text = abnf.AppendUint(e.text, uint64(n))
		if err := e.replace(i, from); err != nil {
			return err
		}
	}
	return nil
}
