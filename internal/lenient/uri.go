package lenient

import (
	"bytes"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// URI finds the leniencies that the URI b needed. One that is malformed needed
// none.
func URI(b []byte, yield Yield) {
	var u uri.URI
	if _, err := u.Parse(b); err != nil {
		return
	}
	switch u.Scheme() {
	case uri.SIP, uri.SIPS:
		sip(b, &u, yield)
	case uri.Tel:
		if p, ok := u.Phone(); ok && !p.IsGlobal() {
			if _, ok := p.Context(); !ok {
				yield(TelContext, len(u.SchemeBytes())+1)
			}
		}
		uriParams(b, len(u.SchemeBytes())+1+len(u.User()), yield)
	}
}

func sip(b []byte, u *uri.URI, yield Yield) {
	i := len(u.SchemeBytes()) + 1
	user := u.User()
	for k, c := range user {
		if c != '%' && !abnf.Is(c, abnf.User) {
			yield(RawUser, i+k)
			break
		}
	}
	if u.HasUser() {
		i = bytes.IndexByte(b, '@') + 1
	}
	host(u.Host(), i, yield)
	i = uriParams(b, i+len(u.HostPort()), yield)
	uriHeaders(b, i, yield)
}

// uriParams looks at *( ";" pname [ "=" pvalue ] ) at i, and returns the index
// behind them.
func uriParams(b []byte, i int, yield Yield) int {
	for i < len(b) && b[i] == ';' {
		j := i + 1
		if j == len(b) {
			yield(TrailingSemicolon, i)
			return j
		}
		eq := -1
		for ; j < len(b) && b[j] != ';' && b[j] != '?'; j++ {
			if b[j] == '=' && eq < 0 {
				eq = j
			}
		}
		if eq >= 0 && eq+1 == j {
			yield(EmptyParam, j)
		}
		i = j
	}
	return i
}

// uriHeaders looks at "?" header *( "&" header ) at i.
func uriHeaders(b []byte, i int, yield Yield) {
	for i < len(b) {
		lo, eq := i+1, -1
		for i = lo; i < len(b) && b[i] != '&'; i++ {
			switch {
			case b[i] == '=' && eq < 0:
				eq = i
			case b[i] == '=' || b[i] == ';':
				yield(URIHeader, i)
				return
			}
		}
		if eq < 0 {
			yield(URIHeader, i)
			return
		}
	}
}

// host looks at a host that is at offset base.
func host(h []byte, base int, yield Yield) {
	switch uri.KindOfHost(h) {
	case uri.HostIPv6:
		if i := bytes.IndexByte(h, '%'); i >= 0 {
			yield(Zone, base+i)
		}
		if i := bytes.Index(h, []byte(":::")); i >= 0 {
			yield(IPv6Colon, base+i)
		}
	case uri.HostName:
		if i := bytes.IndexByte(h, '_'); i >= 0 {
			yield(HostUnderscore, base+i)
		}
		name := bytes.TrimSuffix(h, []byte("."))
		top := bytes.LastIndexByte(name, '.') + 1
		if abnf.Is(name[top], abnf.Digit) {
			yield(HostDigits, base+top)
		}
	}
}
