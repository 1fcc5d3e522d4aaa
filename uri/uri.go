package uri

import (
	"log/slog"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/scan"
)

// Scheme is the kind of a URI.
type Scheme uint8

// The schemes that RFC 3261 elements treat specially. The zero Scheme is that
// of an invalid URI.
const (
	SIP   Scheme = iota + 1 // sip (RFC 3261, 19.1)
	SIPS                    // sips (RFC 3261, 19.1)
	Tel                     // tel (RFC 3966)
	URN                     // urn (RFC 8141)
	Other                   // every other absolute URI
)

// HostKind is the form of a host (RFC 3261, 25.1).
type HostKind uint8

// The forms of a host. The zero HostKind means that there is none.
const (
	HostName HostKind = iota + 1 // a name to be looked up
	HostIPv4                     // four decimal octets
	HostIPv6                     // an IPv6 address in brackets
)

const (
	hasUser     = scan.URIHasUser
	hasPassword = scan.URIHasPassword
	hasPort     = scan.URIHasPort
)

// URI is a view of one URI. The zero URI is invalid. It may be copied freely. It
// and everything it returns are valid as long as the bytes it was parsed from are.
//
// The accessors have pointer receivers, since a copy of a URI for each of them
// makes reading one slower by a third (BenchmarkRead, 2026-11-27). What prints a
// URI has value receivers.
type URI struct {
	b []byte

	// Offsets into b, in the order of the URI:
	//
	//	scheme ":" user ":" password "@" host ":" port params "?" headers
	//	       ^Colon   ^UserHi          ^HostLo^HostHi ^ParamLo ^ParamHi
	//
	// Colon < UserHi <= HostLo <= HostHi <= ParamLo <= ParamHi <= len(b).
	// Without a user, UserHi is Colon+1. For tel the user is the number and
	// the host is empty; for an opaque URI all from HostLo on are len(b).
	at scan.URI

	scheme Scheme
}

// view returns b[lo:hi], cut so that an append cannot reach what follows.
func (u *URI) view(lo, hi uint32) []byte { return u.b[lo:hi:hi] }

// IsValid reports whether u holds a URI that was parsed without an error.
func (u *URI) IsValid() bool { return u.scheme != 0 }

// IsSIP reports whether u is a sip or sips URI.
func (u *URI) IsSIP() bool { return u.scheme == SIP || u.scheme == SIPS }

// Bytes returns the whole URI as received.
func (u *URI) Bytes() []byte { return u.b }

// String returns a copy of the whole URI. It allocates.
func (u URI) String() string { return string(u.b) }

// AppendTo appends the URI as received.
func (u *URI) AppendTo(dst []byte) []byte { return append(dst, u.b...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid URI.
func (u URI) AppendText(dst []byte) ([]byte, error) {
	if !u.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return append(dst, u.b...), nil
}

// LogValue returns the URI as a string, for package log/slog.
func (u URI) LogValue() slog.Value { return slog.StringValue(u.String()) }

// Scheme returns the kind of the scheme, zero for an invalid URI.
func (u *URI) Scheme() Scheme { return u.scheme }

// SchemeBytes returns the scheme as received, without its colon.
func (u *URI) SchemeBytes() []byte { return u.view(0, u.at.Colon) }

// Opaque returns everything after the colon of the scheme, for any scheme.
func (u *URI) Opaque() []byte {
	if !u.IsValid() {
		return nil
	}
	return u.view(u.at.Colon+1, uint32(len(u.b)))
}

// HasUser reports whether the URI has a user part, or is a tel URI.
func (u *URI) HasUser() bool { return u.at.Flags&hasUser != 0 }

// User returns the user part of a sip or sips URI with its escapes, with the
// parameters in it (RFC 3261, 19.1.1), and the number of a tel
// URI with its visual separators. It is nil when it is missing.
func (u *URI) User() []byte {
	if u.at.Flags&hasUser == 0 {
		return nil
	}
	return u.view(u.at.Colon+1, u.at.UserHi)
}

// AppendUser appends the user part with its escapes undone.
func (u *URI) AppendUser(dst []byte) []byte { return AppendUnescaped(dst, u.User()) }

// Password returns the password with its escapes. An empty password
// ("sip:a:@b") is empty and ok; a missing one is not ok.
func (u *URI) Password() (password []byte, ok bool) {
	if u.at.Flags&hasPassword == 0 {
		return nil, false
	}
	return u.view(u.at.UserHi+1, u.at.HostLo-1), true
}

// AppendPassword appends the password with its escapes undone.
func (u *URI) AppendPassword(dst []byte) []byte {
	p, _ := u.Password()
	return AppendUnescaped(dst, p)
}

// Host returns the host as received, an IPv6 address with its brackets. It is
// empty for a URI that is neither sip nor sips.
func (u *URI) Host() []byte { return u.view(u.at.HostLo, u.at.HostHi) }

// HostPort returns the host and, when there is one, the port after it.
func (u *URI) HostPort() []byte { return u.view(u.at.HostLo, u.at.ParamLo) }

// HostKind returns the form of the host, zero when there is none.
func (u *URI) HostKind() HostKind { return KindOfHost(u.Host()) }

// Port returns the port. It is not ok when the URI has none, which is not the
// same as having the default (RFC 3261, 19.1.4).
func (u *URI) Port() (port uint16, ok bool) { return u.at.Port, u.at.Flags&hasPort != 0 }
