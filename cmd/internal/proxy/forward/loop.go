package forward

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/siphash"
)

// loopLen is the length of the part of a branch that finds loops.
const loopLen = 8

// loopSeed is what a loopHash begins with, and its multiplier. Nothing else is made of
// them: who finds them out can do no more than have a request of his own taken for one
// that loops, and test guesses at a Request-URI or a Route that was replaced.
func loopSeed(key compose.Key) loopHash {
	h := siphash.New((*[16]byte)(&key))
	h.WritePart([]byte("loop"))
	sum := h.Sum()
	return loopHash{binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:]) | 1}
}

// appendLoop appends a hash of what decides where a request goes (RFC 3261,
// 16.6, step 8). To tag, Proxy-Require and Proxy-Authorization, which
// the ACK or the CANCEL of an INVITE has otherwise than the INVITE, are left
// out: the branch of a stateless proxy must be the same for all three (16.11).
func (f *Forwarder) appendLoop(dst []byte, m *codec.Message) []byte {
	cseq, _ := m.CSeq()
	from, _ := m.From()
	h := f.loop
	h.add(uint64(cseq.Number()))
	h.part(from.Tag())
	h.part(m.Value(header.IDCallID))
	h.part(m.RequestURIBytes())
	for i := m.Index(header.IDRoute); i >= 0; i = m.Next(i) {
		h.part(m.ValueAt(i))
	}
	return h.appendTo(dst)
}

// A loopHash takes in words by a multiplication of 64 by 64 bits, the halves of which
// are folded together. It has a fifth of the instructions of the SipHash that a branch
// otherwise is made with; no secret depends on it.
type loopHash struct{ sum, by uint64 }

// add takes in a word.
func (h *loopHash) add(w uint64) {
	hi, lo := bits.Mul64(h.sum^w^0x9e3779b97f4a7c15, h.by)
	h.sum = hi ^ lo
}

// part takes in the length of b and b.
func (h *loopHash) part(b []byte) {
	h.add(uint64(len(b)))
	for ; len(b) >= 8; b = b[8:] {
		h.add(binary.LittleEndian.Uint64(b))
	}
	if len(b) > 0 {
		w := uint64(0)
		for _, c := range b {
			w = w<<8 | uint64(c)
		}
		h.add(w)
	}
}

// appendTo appends the hash as characters of 6 bits each, which a branch may have.
func (h loopHash) appendTo(dst []byte) []byte {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	h.add(0) // each bit depends on the last word
	return append(dst, letters[h.sum>>58], letters[h.sum>>52&63], letters[h.sum>>46&63], letters[h.sum>>40&63],
		letters[h.sum>>34&63], letters[h.sum>>28&63], letters[h.sum>>22&63], letters[h.sum>>16&63])
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
