package codec

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// IsReliable reports whether a response is a reliable provisional one, which
// a PRACK has to acknowledge: above 100 and below 200, with an RSeq and
// 100rel among the Require values (RFC 3262, 3).
func (m *Message) IsReliable() bool {
	if m.status <= 100 || m.status >= 200 || !m.Has(header.IDRSeq) {
		return false
	}
	var require header.OptionSet
	for f := range m.All(header.IDRequire) {
		require.Add(f.Value) // a field that does not parse adds nothing
	}
	return require.Has(header.Option100rel)
}

// Acknowledges reports whether m is the PRACK for a reliable provisional
// response: of the same dialog, with an RAck of its RSeq and CSeq (RFC 3262,
// 3).
func (m *Message) Acknowledges(response *Message) bool {
	var rack header.RAck
	if m.method != header.MethodPRACK || !response.IsReliable() || m.Read(header.IDRAck, rack.Parse) != nil {
		return false
	}
	rseq, _, err := value.ParseRSeq(response.Value(header.IDRSeq))
	if err != nil || rseq != rack.RSeq() {
		return false
	}
	cseq, err := response.CSeq()
	want := rack.CSeq()
	return err == nil && cseq.Number() == want.Number() && string(cseq.MethodBytes()) == string(want.MethodBytes()) &&
		m.sameDialog(response)
}

// sameDialog compares Call-ID and tags, those of two messages of one
// direction.
func (m *Message) sameDialog(o *Message) bool {
	fromM, err1 := m.From()
	fromO, err2 := o.From()
	toM, err3 := m.To()
	toO, err4 := o.To()
	return err1 == nil && err2 == nil && err3 == nil && err4 == nil &&
		m.Has(header.IDCallID) && o.Has(header.IDCallID) &&
		string(m.Value(header.IDCallID)) == string(o.Value(header.IDCallID)) &&
		string(fromM.Tag()) == string(fromO.Tag()) && string(toM.Tag()) == string(toO.Tag())
}

// AppendRAck appends the RAck value that acknowledges the response m: its
// RSeq and its CSeq (RFC 3262, 7.2). Without both there is an error, and dst
// is as it was.
func (m *Message) AppendRAck(dst []byte) ([]byte, error) {
	cseq, err := m.CSeq()
	if err != nil {
		return dst, err
	}
	b, offset, err := m.find(header.IDRSeq)
	var rseq uint32
	if err == nil {
		var n int
		rseq, n, err = value.ParseRSeq(b)
		offset += n
	}
	if err != nil {
		offset = min(offset, len(m.buf))
		return dst, m.located(header.IDRSeq, offset, err)
	}
	dst = append(abnf.AppendUint(dst, uint64(rseq)), ' ')
	dst = append(abnf.AppendUint(dst, uint64(cseq.Number())), ' ')
	return append(dst, cseq.MethodBytes()...), nil
}
