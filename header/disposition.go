package header

import "github.com/sipwire/sipwire/internal/abnf"

// Disposition is a view of the value of Content-Disposition (RFC 3261, 20.11).
// The zero Disposition is invalid. It and everything it returns are valid as long
// as the bytes it was parsed from are.
type Disposition struct{ Item }

// Type returns the disposition type, such as "session".
func (v Disposition) Type() []byte { return v.Value() }

// IsOptional reports whether the handling parameter is "optional". Without
// it the default is "required": a body that is not understood must be rejected
// (RFC 3261, 20.11).
func (v Disposition) IsOptional() bool {
	h, _ := v.Params().Get("handling")
	return abnf.EqualFold(h, "optional")
}
