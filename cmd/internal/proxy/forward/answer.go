package forward

import (
	"errors"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// codeOf returns the code of an error of the library.
func codeOf(err error) sipwire.Code {
	var c sipwire.Code
	errors.As(err, &c)
	return c
}

// Malformed answers a request that has a defect: 400 with a reason that names
// the header field, or the status of the defect.
func (f *Forwarder) Malformed(r *Result, dst []byte, m *codec.Message, err error, src Source) {
	code, _ := err.(sipwire.Code)
	status := code.Status()
	if status != 400 {
		f.answer(r, dst, m, src, status, "")
		return
	}
	fault := m.Fault()
	switch {
	case code == sipwire.ErrMissing && fault.Header != header.IDOther:
		f.reason = append(f.reason[:0], "Missing "...)
	case fault.Header != header.IDOther:
		f.reason = append(f.reason[:0], "Bad "...)
	case code == sipwire.ErrRequestURI:
		f.badURI(r, dst, m, err, src)
		return
	default:
		f.reason = append(f.reason[:0], code.Text()...)
		f.write(r, dst, m, src, &compose.Reply{Status: status, Reason: f.reason})
		return
	}
	f.reason = append(f.reason, fault.Header.String()...)
	f.write(r, dst, m, src, &compose.Reply{Status: status, Reason: f.reason})
}

// badURI answers a request whose Request-URI has a defect.
func (f *Forwarder) badURI(r *Result, dst []byte, m *codec.Message, err error, src Source) {
	status, reason := 400, "Bad Request-URI"
	if s := codeOf(err).Status(); s != 400 {
		status, reason = s, ""
	}
	f.answer(r, dst, m, src, status, reason)
}

// requires reports whether a request requires an extension, and lists them.
func (f *Forwarder) requires(m *codec.Message) bool {
	f.list = f.list[:0]
	if !m.Has(header.IDProxyRequire) { // nearly always
		return false
	}
	for tag := range m.Values(header.IDProxyRequire) {
		if len(f.list) > 0 {
			f.list = append(f.list, ", "...)
		}
		f.list = append(f.list, tag...)
	}
	return len(f.list) > 0
}

// unsupported answers a request that requires what the proxy does not have
// (RFC 3261, 16.3, step 5): it has no extension.
func (f *Forwarder) unsupported(r *Result, dst []byte, m *codec.Message, src Source) {
	f.fields[0] = compose.HeaderField{ID: header.IDUnsupported, Value: f.list}
	f.write(r, dst, m, src, &compose.Reply{Status: 420, Fields: f.fields[:]})
}

// answer answers with a status; an empty reason is the registered phrase.
func (f *Forwarder) answer(r *Result, dst []byte, m *codec.Message, src Source, status int, reason string) {
	reply := compose.Reply{Status: status}
	if reason != "" {
		f.reason = append(f.reason[:0], reason...)
		reply.Reason = f.reason
	}
	f.write(r, dst, m, src, &reply)
}

// write writes an answer, into r, which is empty. An ACK gets none, and neither does
// what lacks the header fields that a response takes over.
func (f *Forwarder) write(r *Result, dst []byte, m *codec.Message, src Source, reply *compose.Reply) {
	if !m.IsAnswerable() {
		r.Cause = Malformed
		if m.Method() == header.MethodACK {
			r.Cause = BadACK
		}
		return
	}
	tag, err := f.appendTag(f.tag[:0], m)
	f.tag = tag
	if err != nil {
		r.Cause = Malformed
		return
	}
	reply.Tag, reply.Source = tag, src.Addr
	out, err := compose.AppendReply(dst, m, reply)
	if err != nil {
		r.Cause = Malformed
		return
	}
	d, err := m.ResponseDestination(src.Addr)
	addr, ok := d.AddrPort()
	if err != nil || !ok {
		r.Cause = Unresolved
		return
	}
	r.To.Transport, r.To.Addr = f.locals[src.Local].Transport, addr
	if r.To.Transport.IsReliable() {
		r.To.Flow = src.Addr
	}
	r.Kind, r.Local, r.Data, r.Status = Answered, src.Local, out, reply.Status
}
