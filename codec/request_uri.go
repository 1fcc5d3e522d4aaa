package codec

import (
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// AppendRequestURI appends a URI as it may be in a request line: without
// the method parameter and the headers of a sip or sips URI (RFC 3261, 19.1.1
// and 12.2.1.1).
func AppendRequestURI(dst []byte, u *uri.URI) []byte {
	if !u.IsSIP() {
		return u.AppendTo(dst)
	}
	_, hasMethod := u.Method()
	if !hasMethod && u.RawHeaders() == nil {
		return u.AppendTo(dst)
	}
	b, params := u.Bytes(), u.RawParams()
	rest := len(params)
	if h := u.RawHeaders(); h != nil {
		rest += len(h) + 1
	}
	dst = append(dst, b[:len(b)-rest]...)
	for len(params) > 0 {
		end := 1
		for end < len(params) && params[end] != ';' {
			end++
		}
		if !isMethodParam(params[1:end]) {
			dst = append(dst, params[:end]...)
		}
		params = params[end:]
	}
	return dst
}

// isMethodParam reports whether the name of a uri-parameter is "method", in
// any case and with escapes undone.
func isMethodParam(p []byte) bool {
	const name = "method"
	k := 0
	for i := 0; i < len(p) && p[i] != '='; i++ {
		c := p[i]
		if c == '%' && i+2 < len(p) {
			c = abnf.Unhex(p[i+1])<<4 | abnf.Unhex(p[i+2])
			i += 2
		}
		if k == len(name) || c|0x20 != name[k] {
			return false
		}
		k++
	}
	return k == len(name)
}
