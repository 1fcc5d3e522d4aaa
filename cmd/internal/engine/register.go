package engine

import (
	"strconv"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// register does what a REGISTER says (RFC 3261, 10.3), the last message when m
// is nil. It returns status and reason phrase of the answer, and its header
// fields, each with a line end in front.
func (e *Engine) register(c *call, m *codec.Message) (status, fields string) {
	if m == nil && len(c.recv) > 0 {
		m = e.lastMessage(c)
	}
	if e.cfg.Registrar == nil || m == nil || m.Method() != header.MethodREGISTER {
		return "404 Not Found", ""
	}
	via, err := m.TopVia()
	if err != nil {
		return "400 Bad Via", ""
	}
	r := e.cfg.Registrar.Register(&e.session, m, via.Transport(), forward.Source{Addr: c.remote}, time.Now())
	reason := string(r.Reason)
	if reason == "" {
		reason = header.ReasonPhrase(r.Status)
	}
	var b []byte
	for i := range r.Fields {
		f := &r.Fields[i]
		b = append(append(append(append(b, "\r\n"...), f.ID.String()...), ": "...), f.Value...)
	}
	return strconv.Itoa(r.Status) + " " + reason, string(b)
}
