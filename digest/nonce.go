package digest

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/sipwire/sipwire/internal/siphash"
)

// A nonce holds when it was made and a hash with the key, so that a server knows
// its own without having kept them (RFC 7616, 5.4).

// The parts of a nonce, which is 32 characters of base64.
const (
	nonceTime   = 6 // milliseconds since 1970
	nonceUnique = 6 // two nonces of one moment differ: each has counts of its own
	nonceHash   = 12
	nonceLen    = nonceTime + nonceUnique + nonceHash
)

// nonceCode has no character that a quoted string would have to escape.
var nonceCode = base64.RawURLEncoding

// AppendNonce appends a new nonce, made at the given time. Whoever does not have
// the key cannot make one.
func (s *Server) AppendNonce(dst []byte, now time.Time) []byte {
	var n [nonceLen]byte
	var w [8]byte
	binary.BigEndian.PutUint64(w[:], uint64(max(now.UnixMilli(), 0))<<16)
	copy(n[:nonceTime], w[:])
	// It need not be unpredictable, the hash is; but servers with one key
	// must not come to the same one.
	binary.BigEndian.PutUint64(w[:], rand.Uint64())
	copy(n[nonceTime:], w[:nonceUnique])
	s.sign(&n)
	return nonceCode.AppendEncode(dst, n[:])
}

// sign puts the hash of the other parts and of the realm into n.
func (s *Server) sign(n *[nonceLen]byte) {
	h := siphash.New(&s.Key)
	h.WritePart([]byte("digest nonce")) // an application may use the key for more
	h.Write(n[:nonceLen-nonceHash])
	h.WritePart(s.Offer.Realm)
	sum := h.Sum()
	copy(n[nonceLen-nonceHash:], sum[:])
}

// A nonceID is a nonce of this server.
type nonceID [nonceLen]byte

// made returns when the nonce was made, in milliseconds since 1970.
func (n *nonceID) made() int64 {
	var w [8]byte
	copy(w[2:], n[:nonceTime])
	return int64(binary.BigEndian.Uint64(w[:]))
}

// readNonce reads a nonce. It is not ok when this server has not made it.
func (s *Server) readNonce(b []byte) (id nonceID, ok bool) {
	if len(b) != nonceCode.EncodedLen(nonceLen) {
		return id, false
	}
	// Decode skips line ends, so that less can come out.
	if n, err := nonceCode.Decode(id[:], b); err != nil || n != nonceLen {
		return id, false
	}
	mine := [nonceLen]byte(id)
	s.sign(&mine)
	return id, subtle.ConstantTimeCompare(mine[:], id[:]) == 1
}
