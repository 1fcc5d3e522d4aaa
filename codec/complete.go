package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// complete is [Parser.Complete]: it fails the message with the first header that
// is missing or malformed of those that every message has, in the order in which
// RFC 3261, 8.1.1 would have them answered with a 400.
func (m *Message) complete() {
	_, err := m.TopVia()
	if err == nil {
		_, err = m.From()
	}
	if err == nil {
		_, err = m.To()
	}
	if err == nil {
		_, err = m.CallID()
	}
	if err == nil {
		_, err = m.CSeq()
	}
	if err != nil {
		f := m.Fault()
		m.fail(f.Code, f.Header, f.Offset)
		return
	}
	if cseq := &m.typed.cseq; m.status == 0 && string(cseq.MethodBytes()) != string(m.MethodBytes()) {
		v := &m.fields[m.first[header.IDCSeq]-1]
		m.fail(sipwire.ErrMethod, header.IDCSeq, int(v.end)-len(cseq.MethodBytes()))
	}
}
