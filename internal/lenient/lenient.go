// Package lenient is the list of what the readers of values tolerate beyond the
// grammar: each leniency with its name, the code that codec.Strict refuses it with
// and the sentence that a person reads. The readers themselves are in package uri
// and package header and do not know this list. The finders of this package look
// at a value that a reader has accepted and say which leniencies it needed, and
// where; package codec asks them when it is strict, package lint for its findings.
//
// Nothing is tolerated that could move the end of a header, of a value or of a
// host for some reader. docs/liberal.md has the list for the users.
package lenient

import "github.com/sipwire/sipwire"

// A Leniency is one kind of deviation that is tolerated.
type Leniency uint8

// The leniencies.
const (
	_                 Leniency = iota
	DisplayName                // an unquoted display name has bytes that no token has
	RawUser                    // a user part has a printable byte that had to be escaped
	Zone                       // an IPv6 address has a zone
	HostUnderscore             // a hostname has "_"
	HostDigits                 // the last label of a hostname begins with a digit
	IPv6Colon                  // an IPv6 address has a colon too many (RFC 5118, 4.10)
	ProductSlash               // a product has more than one "/"
	CommentSpace               // a comment has no whitespace around it
	EmptyParam                 // a parameter has "=" and no value
	ParamByte                  // the unquoted value of a parameter is no token and no host
	TrailingSemicolon          // a value or a URI ends in ";"
	URIHeader                  // a header in a URI has no "=", or an unescaped "=" or ";"
	TelContext                 // a local telephone number has no phone-context
	count
)

var list = [count]struct {
	name, text string
	code       sipwire.Code
}{
	DisplayName:       {"raw-display-name", "a display name without quotes has bytes that must be quoted", sipwire.ErrDisplayName},
	RawUser:           {"raw-user", "a byte in the user part must be escaped", sipwire.ErrUser},
	Zone:              {"ipv6-zone", "an IPv6 address must not have a zone", sipwire.ErrHost},
	HostUnderscore:    {"host-underscore", "a hostname must not have \"_\"", sipwire.ErrHost},
	HostDigits:        {"host-digits", "a hostname ends in a label that begins with a digit, and is no IPv4 address", sipwire.ErrHost},
	IPv6Colon:         {"ipv6-colon", "an IPv6 address has a colon too many", sipwire.ErrHost},
	ProductSlash:      {"product-slash", "a product has more than one \"/\"", sipwire.ErrToken},
	CommentSpace:      {"comment-space", "a comment has no whitespace around it", sipwire.ErrComment},
	EmptyParam:        {"empty-param", "a parameter has \"=\" and no value", sipwire.ErrParam},
	ParamByte:         {"raw-param", "the value of a parameter must be quoted", sipwire.ErrParam},
	TrailingSemicolon: {"trailing-semicolon", "a \";\" has no parameter behind it", sipwire.ErrParam},
	URIHeader:         {"raw-uri-header", "a header in a URI has no \"=\", or an unescaped \"=\" or \";\"", sipwire.ErrURI},
	TelContext:        {"tel-context", "a local telephone number has no phone-context", sipwire.ErrTel},
}

// Name returns the short name, the one of the finding.
func (l Leniency) Name() string { return list[l%count].name }

// Text returns a sentence for people, without a full stop.
func (l Leniency) Text() string { return list[l%count].text }

// Code returns the code that a strict reader refuses the value with.
func (l Leniency) Code() sipwire.Code { return list[l%count].code }

// A Yield is called for each leniency that was needed, with the offset in the
// value of the byte that is tolerated.
type Yield func(l Leniency, offset int)

// All returns every leniency in the order of the list.
func All() []Leniency {
	all := make([]Leniency, 0, count-1)
	for l := Leniency(1); l < count; l++ {
		all = append(all, l)
	}
	return all
}
