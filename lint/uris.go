package lint

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/lenient"
	"github.com/sipwire/sipwire/internal/value"
	"github.com/sipwire/sipwire/uri"
)

// A place is where a URI or a host is, for what is said of it.
type place struct {
	id   header.ID // IDOther for the start line
	what string    // "the Request-URI", "the URI"
	at   int       // offset of the first byte
}

// name returns the name of the header, "" for the start line.
func (p place) name() string { return p.id.String() }

// uri reports what is wrong with a URI that parses, in whatever header it is.
func (c *checker) uri(p place, u *uri.URI) {
	all := u.Bytes()
	lenient.URI(all, func(l lenient.Leniency, i int) { c.tolerated(p.id, l, all, i, p.at) })
	if name, ok := u.DuplicateParam(); ok {
		c.add(Warning, ruleOf(sipwire.ErrParamTwice), rfc3261("19.1.1"), p.name(), p.at,
			"parameter %s twice in %s; the first one counts", quote(name), p.what)
	}
	if u.Scheme() == uri.Tel {
		c.phone(p, u)
	}
	if !u.IsSIP() {
		return
	}
	c.components(p, u)
	hostAt := p.at + len(u.SchemeBytes()) + 1
	if i := bytes.IndexByte(all, '@'); u.HasUser() {
		hostAt = p.at + i + 1
	}
	if port, ok := u.Port(); ok && port == 0 {
		c.add(Note, RulePortZero, rfc3261("18.1.1"), p.name(), hostAt+len(u.Host())+1, "no element listens on port 0")
	}
	paramsAt := hostAt + len(u.HostPort())
	if maddr, ok := u.Maddr(); ok {
		c.maddr(p.id, maddr, paramsAt+paramAt(u.RawParams(), "maddr"))
	}
	if t, ok := u.Transport(); ok && u.Scheme() == uri.SIPS && header.LookupTransport(t) == header.TransportUDP {
		c.add(Warning, RuleSIPSUDP, rfc3261("26.2.2"), p.name(), paramsAt+paramAt(u.RawParams(), "transport"),
			"a sips URI is reached over TLS, never over UDP")
	}
}

// paramAt returns the offset in a list of parameters of one that it has.
func paramAt(list []byte, name string) int {
	lo, _, _ := value.FindParam(list, name)
	return lo
}

// maddr reports a multicast address of dotted numbers that are none.
func (c *checker) maddr(id header.ID, host []byte, at int) {
	if isDotted(host) && uri.KindOfHost(host) == uri.HostName {
		c.tolerated(id, lenient.HostDigits, host, 0, at)
	}
}

// phone reports a phone-context that is neither a domain nor the first digits of
// a global number (RFC 3966, 3: descriptor).
func (c *checker) phone(p place, u *uri.URI) {
	n, ok := u.Phone()
	if !ok {
		return
	}
	if context, ok := n.Context(); ok && !isContext(context) {
		c.add(Warning, RulePhoneContext, "RFC 3966, 3", p.name(), p.at, "phone-context is %s, neither a domain nor a number with +", quote(context))
	}
}

func isContext(b []byte) bool {
	if len(b) > 1 && b[0] == '+' {
		return len(bytes.Trim(b[1:], "0123456789-.()")) == 0
	}
	u, err := uri.Parse(append([]byte("sip:"), b...))
	return err == nil && len(u.Host()) == len(b)
}
