package compose

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/siphash"
)

// A Key makes identifiers from what a message says, so that an element without
// state gives a request that is sent again the identifier that it gave before.
// Who sees the identifiers, and chooses the messages, learns nothing about the
// key and cannot make an identifier (SipHash-2-4). The hashes of package codec
// are for tables inside the process: they are faster, and may give their seed
// away, so nothing made of them goes into a message.
//
// All elements that stand for one another, such as the proxies behind one
// balancer, have the same Key. It may be used by many goroutines at once.
type Key [16]byte

// NewKey returns a random Key.
func NewKey() (k Key) {
	rand.Read(k[:]) // never fails: the program ends instead
	return k
}

// What a hash is made for: the same message gives different identifiers.
const (
	forBranch = iota
	forTag
	forLoop
)

// AppendBranch appends the branch that a stateless proxy puts into its Via
// (RFC 3261, 16.11): the same for a request that is sent again, for the CANCEL
// of an INVITE and for the ACK of its failure, and another one for every other
// transaction and on every other hop.
//
// Of a request whose branch has the magic cookie it is made of that branch and
// sent-by; of one without, of Request-URI, From tag, Call-ID, the number of
// CSeq and the top Via's sent-by and branch. The error is that of the top Via;
// dst is then as it was.
func (k *Key) AppendBranch(dst []byte, req *codec.Message) ([]byte, error) {
	sum, err := k.transaction(forBranch, req)
	if err != nil {
		return dst, err
	}
	return appendHash(append(dst, check.MagicCookie...), sum), nil
}

// AppendTag appends the To tag that a user agent server without state gives
// the responses to a request (RFC 3261, 8.2.7). It is the same for the CANCEL
// of a request (9.2). Errors are as for AppendBranch.
func (k *Key) AppendTag(dst []byte, req *codec.Message) ([]byte, error) {
	sum, err := k.transaction(forTag, req)
	if err != nil {
		return dst, err
	}
	return appendHash(dst, sum), nil
}

// transaction returns a hash of what a request, its copies, its CANCEL and its
// ACK have in common.
func (k *Key) transaction(use byte, req *codec.Message) (sum [siphash.Size]byte, err error) {
	if !req.IsRequest() && !req.IsAnswerable() {
		return sum, sipwire.ErrState
	}
	via, err := req.TopVia()
	if err != nil {
		return sum, err
	}
	h := siphash.New((*[16]byte)(k))
	port, _ := via.Port()
	h.Write([]byte{use, byte(port >> 8), byte(port)})
	h.WritePart(via.Host())
	h.WritePart(via.Branch())
	if !via.HasMagicCookie() {
		from, _ := req.From()
		h.WritePart(req.RequestURIBytes())
		h.WritePart(from.Tag())
		h.WritePart(req.Value(header.IDCallID))
		writeSequence(&h, req)
	}
	return h.Sum(), nil
}

// AppendLoopBranch appends the branch of a stateful proxy that detects loops
// (RFC 3261, 16.6, step 8): the magic cookie, 20 random characters, and a hash
// of what decides where the request goes. [Key.IsLoop] knows it again.
func (k *Key) AppendLoopBranch(dst []byte, req *codec.Message) []byte {
	dst = append(AppendBranch(dst), '.')
	return appendHash(dst, k.loop(req))
}

// IsLoop reports whether branch, of a Via that this proxy has put in, was made
// by [Key.AppendLoopBranch] for a request that was as req is: it comes back
// unchanged, and loops. One that differs spirals (RFC 3261, 16.3, step 4).
func (k *Key) IsLoop(branch []byte, req *codec.Message) bool {
	if len(branch) < hashLen {
		return false
	}
	var b [hashLen]byte
	return subtle.ConstantTimeCompare(branch[len(branch)-hashLen:], appendHash(b[:0], k.loop(req))) == 1
}

// loop returns a hash of To tag, From tag, Call-ID, CSeq number, Request-URI
// as received, Route, Proxy-Require and Proxy-Authorization (RFC 3261, 16.6,
// step 8). What does not parse takes part as received.
func (k *Key) loop(req *codec.Message) [siphash.Size]byte {
	h := siphash.New((*[16]byte)(k))
	h.Write([]byte{forLoop})
	for _, id := range [...]header.ID{header.IDTo, header.IDFrom} {
		v, err := req.To()
		if id == header.IDFrom {
			v, err = req.From()
		}
		if err != nil {
			h.WritePart(req.Value(id))
		} else {
			h.WritePart(v.Tag())
		}
	}
	h.WritePart(req.Value(header.IDCallID))
	writeSequence(&h, req)
	h.WritePart(req.RequestURIBytes())
	for _, id := range [...]header.ID{header.IDRoute, header.IDProxyRequire, header.IDProxyAuthorization} {
		h.Write([]byte{byte(id)})
		for i := req.Index(id); i >= 0; i = req.Next(i) {
			h.WritePart(req.ValueAt(i))
		}
	}
	return h.Sum()
}

// writeSequence takes in the number of CSeq, without the method.
func writeSequence(h *siphash.Hash, req *codec.Message) {
	cseq, err := req.CSeq()
	if err != nil {
		h.WritePart(req.Value(header.IDCSeq))
		return
	}
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], cseq.Number())
	h.Write(n[:])
}

// hashLen is the length of a hash in a message.
const hashLen = 20

// appendHash appends 120 bits of a hash.
func appendHash(dst []byte, sum [siphash.Size]byte) []byte {
	return appendLetters(dst, (*[randomLen]byte)(sum[:]))
}
