package peer

import (
	"fmt"
	"net/url"
	"strings"
)

// Fields is what a proxy reads of every message (RFC 3261, 16.3 to 16.6 and
// 17). S is string or []byte, whichever the parser hands out.
type Fields[S string | []byte] struct {
	Status      int // of a response, else 0
	User, Host  S   // of the Request-URI
	Port        int // 0 when absent, here and in Via
	ViaHost     S   // of the topmost Via
	ViaPort     int
	Branch      S
	FromTag     S
	ToTag       S
	CSeq        uint32
	Method      S // of CSeq
	CallID      S
	MaxForwards int // 0 when absent
}

// Sum folds the fields into a number that shows they were read. It costs a
// dozen additions and is the same for every parser that agrees.
func (f *Fields[S]) Sum() uint64 {
	n := len(f.User) + 3*len(f.Host) + 5*len(f.ViaHost) + 7*len(f.Branch) + 11*len(f.FromTag) +
		13*len(f.ToTag) + 17*len(f.Method) + 19*len(f.CallID)
	return uint64(n+f.Status+f.Port+f.ViaPort+f.MaxForwards) + uint64(f.CSeq)
}

// Diff names the fields that differ, with both values, or is empty. Whether
// the brackets of an IPv6 reference belong to the host, and whether a parser
// decodes the escapes of a user or leaves that to its caller, are matters of
// taste and do not count.
func Diff(ours, theirs Fields[string]) string {
	var b strings.Builder
	text := func(name, x, y string) {
		if x != y {
			fmt.Fprintf(&b, "%s %q, not %q; ", name, y, x)
		}
	}
	number := func(name string, x, y int) {
		if x != y {
			fmt.Fprintf(&b, "%s %d, not %d; ", name, y, x)
		}
	}
	number("status", ours.Status, theirs.Status)
	text("Request-URI user", unescape(ours.User), unescape(theirs.User))
	text("Request-URI host", strings.Trim(ours.Host, "[]"), strings.Trim(theirs.Host, "[]"))
	number("Request-URI port", ours.Port, theirs.Port)
	text("Via host", strings.Trim(ours.ViaHost, "[]"), strings.Trim(theirs.ViaHost, "[]"))
	number("Via port", ours.ViaPort, theirs.ViaPort)
	text("branch", ours.Branch, theirs.Branch)
	text("From tag", ours.FromTag, theirs.FromTag)
	text("To tag", ours.ToTag, theirs.ToTag)
	number("CSeq", int(ours.CSeq), int(theirs.CSeq))
	text("CSeq method", ours.Method, theirs.Method)
	text("Call-ID", ours.CallID, theirs.CallID)
	number("Max-Forwards", ours.MaxForwards, theirs.MaxForwards)
	return strings.TrimSuffix(b.String(), "; ")
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}
