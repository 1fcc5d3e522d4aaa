package ext

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// SessionExpires is a view of the value of Session-Expires (RFC 4028, 4), the
// interval of a session and who refreshes it. [header.DeltaSeconds] alone reads
// Min-SE. It and everything it returns are valid as long as the bytes it was parsed
// from are.
type SessionExpires struct{ header.DeltaSeconds }

// Refresher returns the refresher parameter.
func (v SessionExpires) Refresher() Refresher {
	side, _ := v.Params().Get("refresher")
	switch {
	case abnf.EqualFold(side, "uac"):
		return RefresherUAC
	case abnf.EqualFold(side, "uas"):
		return RefresherUAS
	}
	return RefresherNone
}

// Refresher says which side refreshes a session (RFC 4028, 4).
type Refresher uint8

// The sides. The zero Refresher means that none is named, or neither of the two.
const (
	RefresherNone Refresher = iota
	RefresherUAC
	RefresherUAS
)

// String returns "uac", "uas", or "" for RefresherNone.
func (r Refresher) String() string {
	switch r {
	case RefresherUAC:
		return "uac"
	case RefresherUAS:
		return "uas"
	}
	return ""
}
