package ext

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// DialogRef is a view of a Call-ID with parameters that name a dialog: the value of
// Replaces (RFC 3891, 6.1), the dialog that a new one takes the place of; of Join
// (RFC 3911, 7.1), the one that it joins; and of Target-Dialog (RFC 4538, 7), one
// that the sender knows. The zero DialogRef is invalid. It may be copied freely. It
// and everything it returns are valid as long as the bytes it was parsed from are.
type DialogRef struct {
	b      []byte // without the whitespace around the value
	callID []byte
	params header.ParamList
}

// Parse reads b, the whole of which must be callid *(SEMI generic-param). Without
// an error n is len(b). With one n is the offset of the byte that is wrong, the
// error is a sipwire.Code and v is invalid. The caller must check that the tags are
// present, as RFC 3891, 3 asks.
func (v *DialogRef) Parse(b []byte) (n int, err error) {
	*v = DialogRef{}
	lo := value.SkipLWS(b, 0)
	hi, code := value.ConsumeCallID(b, lo)
	if code != 0 {
		return hi, code
	}
	if n, err = v.params.ParseAfter(b, hi); err != nil {
		return n, err
	}
	_, end := abnf.TrimLWS(b, lo, len(b))
	v.b, v.callID = b[lo:end:end], b[lo:hi:hi]
	return n, nil
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v DialogRef) IsValid() bool { return v.callID != nil }

// Bytes returns the whole value as received.
func (v DialogRef) Bytes() []byte { return v.b }

// AppendTo appends the value as received, folds included.
func (v DialogRef) AppendTo(dst []byte) []byte { return append(dst, v.b...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v DialogRef) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v DialogRef) String() string { return string(v.b) }

// CallID returns the Call-ID of the dialog.
func (v DialogRef) CallID() []byte { return v.callID }

// Params returns the parameters.
func (v DialogRef) Params() header.ParamList { return v.params }

// ToTag returns the to-tag of Replaces and Join, nil when it is missing. Tags are
// compared with case.
func (v DialogRef) ToTag() []byte { return v.param("to-tag") }

// FromTag returns the from-tag of Replaces and Join, nil when it is missing.
func (v DialogRef) FromTag() []byte { return v.param("from-tag") }

// LocalTag returns the local-tag of Target-Dialog, nil when it is missing.
func (v DialogRef) LocalTag() []byte { return v.param("local-tag") }

// RemoteTag returns the remote-tag of Target-Dialog, nil when it is missing.
func (v DialogRef) RemoteTag() []byte { return v.param("remote-tag") }

// EarlyOnly reports whether Replaces may replace an early dialog only (RFC 3891, 4).
func (v DialogRef) EarlyOnly() bool { return v.params.Has("early-only") }

func (v DialogRef) param(name string) []byte {
	p, _ := v.params.Get(name)
	return p
}
