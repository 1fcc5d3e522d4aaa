package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// MIMEVersion is the value of MIME-Version (RFC 3261, 20.24: 1*DIGIT "."
// 1*DIGIT). Numbers above 2^32-1 are an error.
type MIMEVersion struct{ Major, Minor uint32 }

// Parse reads b, the whole of which must be one version. Without an error n is
// len(b). With one n is the offset of the byte that is wrong, the error is a
// sipwire.Code and v is zero.
func (v *MIMEVersion) Parse(b []byte) (n int, err error) {
	*v = MIMEVersion{}
	lo := value.SkipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	major, i, code := abnf.ConsumeUint(b, lo, 1<<32-1)
	if code == sipwire.ErrRange {
		return lo, code
	}
	if code != 0 {
		return i, code
	}
	if i == len(b) || b[i] != '.' {
		return i, sipwire.ErrValue
	}
	lo = i + 1
	minor, i, code := abnf.ConsumeUint(b, lo, 1<<32-1)
	if code == sipwire.ErrRange {
		return lo, code
	}
	if code == 0 {
		i, code = value.AtEnd(b, i, 0)
	}
	if code != 0 {
		return i, code
	}
	*v = MIMEVersion{uint32(major), uint32(minor)}
	return i, nil
}

// AppendTo appends the version.
func (v MIMEVersion) AppendTo(dst []byte) []byte {
	dst = append(abnf.AppendUint(dst, uint64(v.Major)), '.')
	return abnf.AppendUint(dst, uint64(v.Minor))
}

// AppendText is AppendTo as an [encoding.TextAppender]. The error is nil.
func (v MIMEVersion) AppendText(dst []byte) ([]byte, error) { return v.AppendTo(dst), nil }

// String returns the version. It allocates.
func (v MIMEVersion) String() string { return string(v.AppendTo(nil)) }
