package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// RAck is a view of the value of RAck, which names the provisional response that a
// PRACK acknowledges (RFC 3262, 7.2). The zero RAck is invalid. It is valid as
// long as the bytes it was parsed from are.
type RAck struct {
	rseq uint32
	cseq CSeq
}

// Parse reads b, the whole of which must be response-num LWS CSeq-num LWS
// Method. n and err are as for [CSeq.Parse].
func (v *RAck) Parse(b []byte) (n int, err error) {
	*v = RAck{}
	rseq, n, code := consumeSequence(b, value.SkipLWS(b, 0), 1<<32-1)
	if code == sipwire.ErrMethod {
		code = sipwire.ErrNumber // the number behind the first one
	}
	if code == 0 {
		n, code = v.cseq.parse(b, n)
	}
	if code != 0 {
		*v = RAck{}
		return n, code
	}
	v.rseq = rseq
	return n, nil
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v RAck) IsValid() bool { return v.cseq.IsValid() }

// RSeq returns the RSeq number of the response that is acknowledged.
func (v RAck) RSeq() uint32 { return v.rseq }

// CSeq returns the CSeq of the response that is acknowledged.
func (v RAck) CSeq() CSeq { return v.cseq }

// AppendTo appends the numbers and the method with one space between them.
func (v RAck) AppendTo(dst []byte) []byte {
	if !v.IsValid() {
		return dst
	}
	return v.cseq.AppendTo(append(abnf.AppendUint(dst, uint64(v.rseq)), ' '))
}

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v RAck) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v RAck) String() string { return string(v.AppendTo(nil)) }
