package uri

import (
	"bytes"
	"math"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
)

// Parse reads b, the whole of which must be one URI, without whitespace or
// angle brackets around it. Afterwards u points into b.
//
// Without an error n is len(b). With one n is the offset of the byte that is
// wrong, len(b) when something is missing at the end; the error is a
// sipwire.Code and u is invalid.
func (u *URI) Parse(b []byte) (n int, err error) {
	// Nearly all URIs are as ReadURI reads them, and [URI.parse] would have read
	// these alike.
	if scan.ReadURI(b, &u.at) {
		u.b, u.scheme = b[:len(b):len(b)], SIP
		return len(b), nil
	}
	return u.parseGeneric(b)
}

// parseGeneric is Parse for a URI that no kernel reads. It is a function of its own so
// that the tiers with kernels do not pay for it.
func (u *URI) parseGeneric(b []byte) (n int, err error) {
	if scan.ReadURIGeneric(b, &u.at) {
		u.b, u.scheme = b[:len(b):len(b)], SIP
		return len(b), nil
	}
	return u.parseOther(b)
}

// parseOther is Parse for any URI.
func (u *URI) parseOther(b []byte) (n int, err error) {
	n, code := u.parse(b)
	if code != 0 {
		*u = URI{}
		return n, code
	}
	return n, nil
}

// Parse returns the URI that the whole of b is.
func Parse(b []byte) (URI, error) {
	var u URI
	_, err := u.Parse(b)
	return u, err
}

// MustParse is Parse for URIs in a program's text. It panics on an error, and
// allocates a copy of s and the URI, so that uri.MustParse(s).Host() compiles.
func MustParse(s string) *URI {
	u, err := Parse([]byte(s))
	if err != nil {
		panic("uri: " + s + ": " + err.Error())
	}
	return &u
}

func (u *URI) parse(b []byte) (int, sipwire.Code) {
	if uint64(len(b)) > math.MaxUint32 {
		return 0, sipwire.ErrRange
	}
	*u = URI{b: b[:len(b):len(b)]}
	i, scheme := consumeScheme(b)
	if scheme == 0 {
		if len(b) == 0 {
			return 0, sipwire.ErrEmpty
		}
		return i, sipwire.ErrScheme
	}
	u.scheme = scheme
	u.at.Colon = uint32(i)
	i++
	u.at.UserHi = uint32(i)
	switch scheme {
	case SIP, SIPS:
		return u.parseSIP(i)
	case Tel:
		return u.parseTel(i)
	}
	return u.parseOpaque(i)
}

// consumeScheme returns the index of the colon behind the scheme and its
// kind, or the index of the byte that stopped it and zero.
func consumeScheme(b []byte) (int, Scheme) {
	if len(b) >= 5 {
		// ORing 0x20 maps only an upper case letter onto a lower case
		// one, but also 0x1a onto ":", so the colon is compared itself.
		switch uint32(b[0]|0x20)<<16 | uint32(b[1]|0x20)<<8 | uint32(b[2]|0x20) {
		case 's'<<16 | 'i'<<8 | 'p':
			if b[3] == ':' {
				return 3, SIP
			}
			if b[3]|0x20 == 's' && b[4] == ':' {
				return 4, SIPS
			}
		case 't'<<16 | 'e'<<8 | 'l':
			if b[3] == ':' {
				return 3, Tel
			}
		case 'u'<<16 | 'r'<<8 | 'n':
			if b[3] == ':' {
				return 3, URN
			}
		}
	}
	if len(b) == 0 || !abnf.Is(b[0], abnf.Alpha) {
		return 0, 0
	}
	i := abnf.Span(b, 1, abnf.Scheme)
	if i == len(b) || b[i] != ':' {
		return i, 0
	}
	switch {
	case abnf.EqualFold(b[:i], "sip"): // "sip:" with nothing behind it
		return i, SIP
	case abnf.EqualFold(b[:i], "tel"):
		return i, Tel
	case abnf.EqualFold(b[:i], "urn"):
		return i, URN
	}
	return i, Other
}

// parseSIP reads the bytes behind "sip:" or "sips:".
func (u *URI) parseSIP(i int) (int, sipwire.Code) {
	b := u.b
	// "@" is allowed nowhere but behind the userinfo, so the first one
	// decides whether there is any, and ";", "?" and "/" before it belong
	// to the user (RFC 3261, 25.1; RFC 4475, 3.1.1.13).
	if at := bytes.IndexByte(b[i:], '@'); at >= 0 {
		j, code := u.parseUserinfo(i, i+at)
		if code != 0 {
			return j, code
		}
		i = j + 1
	}
	j, code := abnf.ConsumeHost(b, i)
	if code != 0 {
		return j, code
	}
	u.at.HostLo, u.at.HostHi = uint32(i), uint32(j)
	if j < len(b) && b[j] == ':' {
		port, k, code := abnf.ConsumePort(b, j+1)
		if code != 0 {
			return k, code
		}
		u.at.Port, j = port, k
		u.at.Flags |= hasPort
		if j < len(b) && b[j] != ';' && b[j] != '?' {
			return j, sipwire.ErrPort
		}
	}
	u.at.ParamLo = uint32(j)
	if j < len(b) && b[j] == ';' {
		if j, code = consumeParams(b, j); code != 0 {
			return j, code
		}
	}
	u.at.ParamHi = uint32(j)
	if j == len(b)-1 && b[j] == ';' {
		return len(b), 0 // tolerated, and no parameter
	}
	if j == len(b) {
		return j, 0
	}
	switch {
	case b[j] == '?':
		return consumeHeaders(b, j)
	case u.at.ParamLo < u.at.ParamHi:
		return j, sipwire.ErrParam
	}
	return j, sipwire.ErrHost
}

// parseUserinfo reads user [":" password] from i up to the "@" at at.
func (u *URI) parseUserinfo(i, at int) (int, sipwire.Code) {
	b := u.b[:at]
	j, code := abnf.ConsumeEscapes(b, i, abnf.User)
	for code == 0 && j < at && isRawUser(b[j]) {
		j, code = abnf.ConsumeEscapes(b, j+1, abnf.User)
	}
	if code != 0 {
		return j, code
	}
	if j == i {
		return i, sipwire.ErrUser
	}
	u.at.UserHi = uint32(j)
	u.at.Flags |= hasUser
	if j < at {
		if b[j] != ':' {
			return j, sipwire.ErrUser
		}
		if j, code = abnf.ConsumeEscapes(b, j+1, abnf.Password); code != 0 {
			return j, code
		}
		if j < at {
			return j, sipwire.ErrUser
		}
		u.at.Flags |= hasPassword
	}
	return j, 0
}

// isRawUser reports whether c is tolerated in a user part without being escaped.
// These are the printable characters that can end neither the URI nor the host
// for any reader: not quotes, angle brackets, and the brackets of an IPv6 address.
func isRawUser(c byte) bool {
	switch c {
	case '#', '\\', '^', '`', '{', '|', '}':
		return true
	}
	return false
}

// consumeParams reads *( ";" pname [ "=" pvalue ] ) at i. It returns the
// index of the first byte that belongs to none.
func consumeParams(b []byte, i int) (int, sipwire.Code) {
	for i < len(b) && b[i] == ';' {
		if i == len(b)-1 {
			break // the end of the URI: the caller's to judge
		}
		i++
		j, code := abnf.ConsumeEscapes(b, i, abnf.URIParam)
		if code != 0 {
			return j, code
		}
		if j == i {
			return j, sipwire.ErrParam
		}
		if j < len(b) && b[j] == '=' {
			if j, code = abnf.ConsumeEscapes(b, j+1, abnf.URIParam); code != 0 {
				return j, code
			}
		}
		i = j
	}
	return i, 0
}

// consumeHeaders reads "?" header *( "&" header ) at i, up to the end of b.
func consumeHeaders(b []byte, i int) (int, sipwire.Code) {
	for {
		i++ // "?" or "&"
		j, code := abnf.ConsumeEscapes(b, i, abnf.URIHeader)
		if code != 0 {
			return j, code
		}
		if j == i {
			return j, sipwire.ErrURI
		}
		// Behind the first "=" more of them and ";" are let through; see
		// the package's list.
		for eq := false; j < len(b) && (b[j] == '=' || b[j] == ';' && eq); eq = true {
			if j, code = abnf.ConsumeEscapes(b, j+1, abnf.URIHeader); code != 0 {
				return j, code
			}
		}
		if j == len(b) {
			return j, 0
		}
		if b[j] != '&' {
			return j, sipwire.ErrURI
		}
		i = j
	}
}

// parseOpaque reads the bytes behind the scheme of any other absolute URI.
// Brackets are let through for the IPv6 addresses of an authority.
func (u *URI) parseOpaque(i int) (int, sipwire.Code) {
	b := u.b
	end := uint32(len(b))
	u.at.HostLo, u.at.HostHi, u.at.ParamLo, u.at.ParamHi = end, end, end, end
	if i == len(b) {
		return i, sipwire.ErrEmpty
	}
	for {
		j, code := abnf.ConsumeEscapes(b, i, abnf.Reserved)
		if code != 0 || j == len(b) {
			return j, code
		}
		if b[j] != '[' && b[j] != ']' {
			return j, sipwire.ErrURI
		}
		i = j + 1
	}
}
