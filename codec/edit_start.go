package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/wire"
	"github.com/sipwire/sipwire/uri"
)

// setURI replaces the Request-URI by one that was parsed.
func (e *Edit) setURI(u *uri.URI) error {
	if !e.claimStart(claimURI, header.IDOther, int(e.m.uriLo)) {
		return e.fault.Code
	}
	from := len(e.text)
	e.text = AppendRequestURI(e.text, u)
	e.splice(int(e.m.uriLo), int(e.m.uriHi), from, rankReplace)
	return nil
}

// SetRequestURI replaces the Request-URI. Of a sip URI, what is not allowed in
// a request line is left out, as [AppendRequestURI] does. A response is
// ErrState.
func (e *Edit) SetRequestURI(u []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	if e.m.status != 0 {
		return e.fail(sipwire.ErrState, header.IDOther, 0)
	}
	v, code := check.ParseURI(u)
	if code != 0 {
		return e.fail(code, header.IDOther, 0)
	}
	return e.setURI(&v)
}

// SetRequestLine replaces the method and the Request-URI of a request
// (RFC 3261, 7.1), the URI as by [Edit.SetRequestURI]. CSeq names the method
// too: see [Edit.SetCSeq]. A response is ErrState.
func (e *Edit) SetRequestLine(method, u []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	if e.m.status != 0 {
		return e.fail(sipwire.ErrState, header.IDOther, 0)
	}
	if code := check.Token(method); code != 0 {
		return e.fail(code, header.IDOther, 0)
	}
	if !e.claimStart(claimMethod, header.IDOther, int(e.m.startLine.start)) {
		return e.fault.Code
	}
	from := len(e.text)
	e.text = append(e.text, method...)
	e.splice(int(e.m.startLine.start), int(e.m.methodEnd), from, rankReplace)
	return e.SetRequestURI(u)
}

// SetStatusLine replaces the status, 100 to 699, and the reason phrase of a
// response (RFC 3261, 7.2); a nil reason is the registered one. A request is
// ErrState, as is another status: compose.AppendReply answers requests.
func (e *Edit) SetStatusLine(status int, reason []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	if e.m.status == 0 || status < 100 || status > 699 {
		return e.fail(sipwire.ErrState, header.IDOther, 0)
	}
	if _, code := check.Reason(reason); code != 0 {
		return e.fail(code, header.IDOther, 0)
	}
	if !e.claimStart(claimStatus, header.IDOther, int(e.m.versionHi)) {
		return e.fault.Code
	}
	from := len(e.text)
	e.text = wire.AppendStatus(e.text, status, reason)
	e.splice(int(e.m.versionHi), int(e.m.lineEnd), from, rankReplace)
	return nil
}
