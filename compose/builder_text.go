package compose

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/wire"
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
type Param = codec.Param

// appendTo appends the address; with a code what it has appended has no meaning.
func (a *Address) appendTo(dst []byte) ([]byte, sipwire.Code) {
	if a.Display != nil {
		if code := check.Text(a.Display); code != 0 {
			return dst, code
		}
		dst = append(wire.AppendQuoted(dst, a.Display), ' ')
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
	for i := range a.Params {
		if a.Tag != nil && abnf.EqualFold(a.Params[i].Name, "tag") {
			return dst, sipwire.ErrParamTwice
		}
	}
	return appendParams(dst, a.Params)
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

// appendParams is codec.AppendParams with a code.
func appendParams(dst []byte, params []Param) ([]byte, sipwire.Code) {
	dst, err := codec.AppendParams(dst, params)
	code, _ := err.(sipwire.Code)
	return dst, code
}

// appendItem appends a value in front of its parameters, as the class of its
// header has it. It has passed check.Text.
func appendItem(dst []byte, g grammar.Class, v []byte) ([]byte, sipwire.Code) {
	switch g {
	case grammar.TokenValue, grammar.TokenList, grammar.TokenParams, grammar.TokenParamsList, grammar.RPriorityList:
		return append(dst, v...), check.Token(v)
	case grammar.TokQParamsList:
		if abnf.All(v, abnf.Token) {
			return append(dst, v...), 0
		}
		return wire.AppendQuoted(dst, v), 0
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
