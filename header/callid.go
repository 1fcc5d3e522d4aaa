package header

import (
	"math/bits"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/value"
)

// ParseCallID reads b, the whole of which must be one Call-ID: word ["@" word]
// (RFC 3261, 20.8 and 25.1). It reads the values of In-Reply-To too. callID is b
// without the whitespace around it; Call-IDs are compared with case. Without an
// error n is len(b). With one n is the offset of the byte that is wrong, the
// error is a sipwire.Code and callID is nil.
func ParseCallID(b []byte) (callID []byte, n int, err error) {
	// Nearly all are one word or two with an "@" between them, of less than 64 bytes.
	// Which of the two cannot be predicted, so there is no branch for it.
	words, ok := fastWord.Mask(b)
	if !ok {
		words, ok = scan.WordsGeneric(b)
	}
	if ok && len(b) < scan.MaxMasked {
		last := uint64(1) << (len(b) - 1)
		others := last<<1 - 1 - words // every byte of words is one of b
		at := bits.TrailingZeros64(others | last)
		any := uint64(int64(others|-others) >> 63)
		if others&(others-1|1|last) == 0 && uint64(b[at]^'@')&any == 0 {
			return b[:len(b):len(b)], len(b), nil
		}
	}
	lo := value.SkipLWS(b, 0)
	hi, code := value.ConsumeCallID(b, lo)
	if n, code = value.AtEnd(b, hi, code); code == sipwire.ErrTrailing {
		code = sipwire.ErrCallID
	}
	if code != 0 {
		return nil, n, code
	}
	return b[lo:hi:hi], n, nil
}

// fastWord holds the characters of the words of a Call-ID.
var fastWord = scan.NewSet(func(c byte) bool { return abnf.Is(c, abnf.Word) })
