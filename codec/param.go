package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/wire"
)

// A Param is a parameter to be written (RFC 3261, 25.1: generic-param). Its
// slices are read during the call that it is given to, and not kept.
type Param struct {
	Name []byte // a token
	// Value is written as it is when it is a token, a host or an address in
	// brackets, and else as a quoted string, with the escapes that it needs. A
	// nil Value leaves "=" out.
	Value []byte
	// Quoted writes the value in quotes even if it needs none, as the text of
	// Reason (RFC 3326) and the strings of feature parameters (RFC 3840) are.
	Quoted bool
}

// AppendParams appends parameters, each behind a ";". A name that is no token
// is ErrToken, one that is given twice ErrParamTwice (RFC 3261, 7.3.1), and CR,
// LF or NUL in a value ErrInjection; dst is then as it was.
func AppendParams(dst []byte, params []Param) ([]byte, error) {
	out := dst
	for i := range params {
		p := &params[i]
		code := check.Token(p.Name)
		if code == 0 {
			code = check.Text(p.Value)
		}
		// Each is compared with the first 64, so that the cost stays linear.
		for k := range params[:min(i, 64)] {
			if code == 0 && abnf.EqualFold(params[k].Name, p.Name) {
				code = sipwire.ErrParamTwice
			}
		}
		if code != 0 {
			return dst, code
		}
		out = append(append(out, ';'), p.Name...)
		switch {
		case p.Quoted, p.Value != nil && !check.IsUnquoted(p.Value):
			out = wire.AppendQuoted(append(out, '='), p.Value)
		case p.Value != nil:
			out = append(append(out, '='), p.Value...)
		}
	}
	return out, nil
}
