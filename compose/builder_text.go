package compose

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/grammar"
)

// The pieces of header fields that a Builder writes, each checked against its
// grammar, so that none can become two.

// An Address is a name-addr to be written (RFC 3261, 20.10 and 25.1). Its
// slices are read during the call that it is given to, and not kept.
type Address struct {
	// Display is the display name as people read it. It is written as a quoted
	// string, whatever it holds; nil leaves it out.
	Display []byte
	URI     []byte  // without "<>"
	Tag     []byte  // the tag of From and To, a token; nil leaves it out
	Params  []Param // behind the tag
}

// A Param is a parameter to be written (RFC 3261, 25.1: generic-param).
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

// appendTo appends the address; with a code what it has appended has no meaning.
func (a *Address) appendTo(dst []byte) ([]byte, sipwire.Code) {
	if a.Display != nil {
		if code := check.Text(a.Display); code != 0 {
			return dst, code
		}
		dst = append(appendQuoted(dst, a.Display), ' ')
	}
	dst, code := appendURI(dst, a.URI)
	if code != 0 {
		return dst, code
	}
	if a.Tag != nil {
		if code := check.Token(a.Tag); code != 0 {
			return dst, code
		}
		dst = append(append(dst, ";tag="...), a.Tag...)
	}
	return appendParams(dst, a.Params, a.Tag != nil)
}

// appendURI appends a URI in "<>".
func appendURI(dst, u []byte) ([]byte, sipwire.Code) {
	dst = append(dst, '<')
	lo := len(dst)
	dst = append(dst, u...)
	// The copy is checked, not u, which else would have to be on the heap.
	code := check.URI(dst[lo:])
	return append(dst, '>'), code
}

// appendParams appends parameters. As they may not be given twice (RFC 3261,
// 7.3.1), each is compared with the first 64, so that the cost stays linear,
// and with the tag when that is written already.
func appendParams(dst []byte, params []Param, tag bool) ([]byte, sipwire.Code) {
	for i := range params {
		p := &params[i]
		if code := check.Token(p.Name); code != 0 {
			return dst, code
		}
		if code := check.Text(p.Value); code != 0 {
			return dst, code
		}
		if tag && abnf.EqualFold(p.Name, "tag") {
			return dst, sipwire.ErrParamTwice
		}
		for k := range params[:min(i, 64)] {
			if abnf.EqualFold(params[k].Name, p.Name) {
				return dst, sipwire.ErrParamTwice
			}
		}
		dst = append(append(dst, ';'), p.Name...)
		switch {
		case p.Quoted:
			dst = appendQuoted(append(dst, '='), p.Value)
		case p.Value != nil && check.IsUnquoted(p.Value):
			dst = append(append(dst, '='), p.Value...)
		case p.Value != nil:
			dst = appendQuoted(append(dst, '='), p.Value)
		}
	}
	return dst, 0
}

// appendQuoted appends text, which has passed checkText, as a quoted string:
// quotes, backslashes and control bytes in quoted pairs (RFC 3261, 25.1).
func appendQuoted(dst, text []byte) []byte {
	dst = append(dst, '"')
	for _, c := range text {
		if c == '"' || c == '\\' || abnf.Is(c, abnf.Control) {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// appendItem appends a value in front of its parameters, as the class of its
// header has it. It has passed checkText.
func appendItem(dst []byte, g grammar.Class, v []byte) ([]byte, sipwire.Code) {
	switch g {
	case grammar.TokenValue, grammar.TokenList, grammar.TokenParams, grammar.TokenParamsList, grammar.RPriorityList:
		return append(dst, v...), check.Token(v)
	case grammar.TokQParamsList:
		if abnf.All(v, abnf.Token) {
			return append(dst, v...), 0
		}
		return appendQuoted(dst, v), 0
	case grammar.StarParamsList:
		if string(v) != "*" {
			return dst, sipwire.ErrValue
		}
		return append(dst, '*'), 0
	case grammar.CallIDValue, grammar.CallIDList, grammar.CallIDParams:
		return append(dst, v...), check.CallID(v)
	case grammar.MediaType, grammar.MediaRangeList:
		slash := bytes.IndexByte(v, '/')
		if slash < 0 {
			return dst, sipwire.ErrValue
		}
		code := check.Token(v[:slash])
		if code == 0 {
			code = check.Token(v[slash+1:])
		}
		return append(dst, v...), code
	case grammar.URIRef, grammar.URIRefList, grammar.URIList:
		return appendURI(dst, v)
	}
	return dst, sipwire.ErrState
}
