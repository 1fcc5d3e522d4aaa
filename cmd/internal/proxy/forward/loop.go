package forward

import (
	"bytes"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// loopLen is the length of the part of a branch that finds loops.
const loopLen = 8

// appendLoop appends a hash of what decides where a request goes (RFC 3261,
// 16.6, step 8). To tag, Proxy-Require and Proxy-Authorization, which
// the ACK or the CANCEL of an INVITE has otherwise than the INVITE, are left
// out: the branch of a stateless proxy must be the same for all three (16.11).
func (f *Forwarder) appendLoop(dst []byte, m *codec.Message) []byte {
	cseq, _ := m.CSeq()
	from, _ := m.From()
	h := f.loopSeed
	h.add(uint64(cseq.Number()))
	h.part(from.Tag())
	h.part(m.Value(header.IDCallID))
	h.part(m.RequestURIBytes())
	for i := m.Index(header.IDRoute); i >= 0; i = m.Next(i) {
		h.part(m.ValueAt(i))
	}
	return h.appendShort(dst)
}

// loops reports whether the request was here before as it is now (16.3,
// step 4). One that was here and has changed spirals, which is fine.
func (f *Forwarder) loops(m *codec.Message) bool {
	f.list = f.list[:0]
	if via, ok := onlyVia(m); ok {
		return f.isLoop(via, m)
	}
	for v, err := range m.Vias() {
		if err != nil {
			return false // below the top one, it is for others to judge
		}
		if f.isLoop(&v, m) {
			return true
		}
	}
	return false
}

// onlyVia returns the Via of a request that has one value of it, which was read
// already: most requests come from their user agent.
func onlyVia(m *codec.Message) (*header.Via, bool) {
	i := m.Index(header.IDVia)
	if i < 0 || m.Next(i) >= 0 || bytes.IndexByte(m.ValueAt(i), ',') >= 0 {
		return nil, false
	}
	via, err := m.TopVia()
	return via, err == nil
}

// isLoop reports whether the proxy has put the Via value in when the request
// was as it is now. f.list keeps the hash from one value to the next.
func (f *Forwarder) isLoop(v *header.Via, m *codec.Message) bool {
	if _, own := f.isOwnVia(v); !own {
		return false
	}
	if len(f.list) == 0 {
		f.list = f.appendLoop(f.list, m)
	}
	b := v.Branch()
	return len(b) > loopLen && bytes.Equal(b[len(b)-loopLen:], f.list)
}
