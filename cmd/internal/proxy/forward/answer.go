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
func (f *Forwarder) Malformed(dst []byte, m *codec.Message, err error, src Source) Result {
	code, _ := err.(sipwire.Code)
	status := code.Status()
	if status != 400 {
		return f.answer(dst, m, src, status, "")
	}
	fault := m.Fault()
	switch {
	case code == sipwire.ErrMissing && fault.Header != header.IDOther:
		f.reason = append(f.reason[:0], "Missing "...)
	case fault.Header != header.IDOther:
		f.reason = append(f.reason[:0], "Bad "...)
	case code == sipwire.ErrRequestURI:
		return f.badURI(dst, m, err, src)
	default:
		f.reason = append(f.reason[:0], code.Text()...)
		return f.write(dst, m, src, &compose.Reply{Status: status, Reason: f.reason})
	}
	f.reason = append(f.reason, fault.Header.String()...)
	return f.write(dst, m, src, &compose.Reply{Status: status, Reason: f.reason})
}

// badURI answers a request whose Request-URI has a defect.
func (f *Forwarder) badURI(dst []byte, m *codec.Message, err error, src Source) Result {
	if status := codeOf(err).Status(); status != 400 {
		return f.answer(dst, m, src, status, "")
	}
	return f.answer(dst, m, src, 400, "Bad Request-URI")
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
func (f *Forwarder) unsupported(dst []byte, m *codec.Message, src Source) Result {
	f.fields[0] = compose.HeaderField{ID: header.IDUnsupported, Value: f.list}
	return f.write(dst, m, src, &compose.Reply{Status: 420, Fields: f.fields[:]})
}

// answer answers with a status; an empty reason is the registered phrase.
func (f *Forwarder) answer(dst []byte, m *codec.Message, src Source, status int, reason string) Result {
	r := compose.Reply{Status: status}
	if reason != "" {
		f.reason = append(f.reason[:0], reason...)
		r.Reason = f.reason
	}
	return f.write(dst, m, src, &r)
}

// write writes an answer. An ACK gets none, and neither does what lacks the
// header fields that a response takes over.
func (f *Forwarder) write(dst []byte, m *codec.Message, src Source, r *compose.Reply) Result {
	if !m.IsAnswerable() {
		if m.Method() == header.MethodACK {
			return dropped(BadACK)
		}
		return dropped(Malformed)
	}
	tag, err := f.config.Key.AppendTag(f.tag[:0], m)
	f.tag = tag
	if err != nil {
		return dropped(Malformed)
	}
	r.Tag, r.Source = tag, src.Addr
	out, err := compose.AppendReply(dst, m, r)
	if err != nil {
		return dropped(Malformed)
	}
	d, err := m.ResponseDestination(src.Addr)
	addr, ok := d.AddrPort()
	if err != nil || !ok {
		return dropped(Unresolved)
	}
	to := Peer{Transport: f.locals[src.Local].Transport, Addr: addr}
	if to.Transport.IsReliable() {
		to.Flow = src.Addr
	}
	return Result{Kind: Answered, Local: src.Local, To: to, Data: out, Status: r.Status}
}
