package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
)

// ParseCallID reads b, the whole of which must be one Call-ID: word ["@" word]
// (RFC 3261, 20.8 and 25.1). callID is b without the whitespace around it;
// Call-IDs are compared with case. Without an error n is len(b), with one the
// offset of the byte that is wrong; the error is a [Code] and callID is nil.
// It reads the values of In-Reply-To too.
func ParseCallID(b []byte) (callID []byte, n int, err error) {
	if scan.HasMasks() && plainCallID(b) {
		return b[:len(b):len(b)], len(b), nil
	}
	lo := skipLWS(b, 0)
	hi, code := consumeCallID(b, lo)
	if n, code = atEnd(b, hi, code); code == sipwire.ErrTrailing {
		code = sipwire.ErrCallID
	}
	if code != 0 {
		return nil, n, code
	}
	return b[lo:hi:hi], n, nil
}

// consumeCallID reads word ["@" word] at i.
func consumeCallID(b []byte, i int) (int, sipwire.Code) {
	if i >= len(b) {
		return i, sipwire.ErrEmpty
	}
	j := abnf.Span(b, i, abnf.Word)
	if j == i {
		return i, sipwire.ErrCallID
	}
	if j == len(b) || b[j] != '@' {
		return j, 0
	}
	k := abnf.Span(b, j+1, abnf.Word)
	if k == j+1 {
		return k, sipwire.ErrCallID
	}
	return k, 0
}

// dialogRef is a Call-ID with parameters, which name a dialog.
type dialogRef struct {
	b       []byte
	callID  part
	paramLo uint32
	paramHi uint32
}

func (v *dialogRef) parse(b []byte) (n int, err error) {
	n, code := v.consume(b)
	if code != 0 {
		*v = dialogRef{}
		return n, code
	}
	return n, nil
}

func (v *dialogRef) consume(b []byte) (n int, code sipwire.Code) {
	if tooLong(b) {
		return 0, sipwire.ErrRange
	}
	lo := skipLWS(b, 0)
	hi, code := consumeCallID(b, lo)
	if code != 0 {
		return hi, code
	}
	*v = dialogRef{b: b, callID: makePart(lo, hi)}
	first := skipLWS(b, hi)
	if first < len(b) && b[first] != ';' {
		return first, sipwire.ErrTrailing
	}
	end, n, code := consumeParams(b, first)
	if code == 0 && n < len(b) {
		code = sipwire.ErrTrailing
	}
	v.paramLo, v.paramHi = uint32(first), uint32(end)
	return n, code
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *dialogRef) IsValid() bool { return v.b != nil }

// CallID returns the Call-ID of the dialog.
func (v *dialogRef) CallID() []byte { return v.callID.of(v.b) }

// Params returns the parameters.
func (v *dialogRef) Params() ParamList {
	return ParamList{part{v.paramLo, v.paramHi}.of(v.b)}
}

func (v *dialogRef) param(name string) []byte {
	value, _ := v.Params().Get(name)
	return value
}

// Replaces is the value of Replaces: the dialog that the new one takes the
// place of (RFC 3891, 6.1). The zero Replaces is invalid. It and everything it
// returns are valid as long as the bytes it was parsed from are.
type Replaces struct{ dialogRef }

// Parse reads b, the whole of which must be callid *(SEMI generic-param).
// Without an error n is len(b), with one the offset of the byte that is wrong;
// the error is a [Code] and v is invalid. That to-tag and from-tag are there,
// as RFC 3891, 3 asks, is for the caller to see.
func (v *Replaces) Parse(b []byte) (n int, err error) { return v.parse(b) }

// ToTag returns the to-tag, nil for none; tags are compared with case.
func (v *Replaces) ToTag() []byte { return v.param("to-tag") }

// FromTag returns the from-tag, nil for none.
func (v *Replaces) FromTag() []byte { return v.param("from-tag") }

// EarlyOnly reports whether only an early dialog may be replaced (RFC 3891,
// 4).
func (v *Replaces) EarlyOnly() bool { return v.Params().Has("early-only") }

// Join is the value of Join: the dialog that the new one is joined with
// (RFC 3911, 7.1). The zero Join is invalid. It and everything it returns are
// valid as long as the bytes it was parsed from are.
type Join struct{ dialogRef }

// Parse reads b as [Replaces.Parse] does.
func (v *Join) Parse(b []byte) (n int, err error) { return v.parse(b) }

// ToTag returns the to-tag, nil for none; tags are compared with case.
func (v *Join) ToTag() []byte { return v.param("to-tag") }

// FromTag returns the from-tag, nil for none.
func (v *Join) FromTag() []byte { return v.param("from-tag") }

// TargetDialog is the value of Target-Dialog: a dialog that the sender knows
// (RFC 4538, 7). The zero TargetDialog is invalid. It and everything it returns
// are valid as long as the bytes it was parsed from are.
type TargetDialog struct{ dialogRef }

// Parse reads b as [Replaces.Parse] does.
func (v *TargetDialog) Parse(b []byte) (n int, err error) { return v.parse(b) }

// LocalTag returns the local-tag, nil for none; tags are compared with case.
func (v *TargetDialog) LocalTag() []byte { return v.param("local-tag") }

// RemoteTag returns the remote-tag, nil for none.
func (v *TargetDialog) RemoteTag() []byte { return v.param("remote-tag") }
