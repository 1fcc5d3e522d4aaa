package lenient

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/value"
)

// First returns the code of the first leniency that a value of the header needed,
// and its offset; 0 for a value of the grammar. Like [Value] it looks into no URI.
// Nothing is allocated.
func First(id header.ID, b []byte) (offset int, code sipwire.Code) {
	Value(id, b, func(l Leniency, i int) {
		if code == 0 || i < offset {
			offset, code = i, l.Code()
		}
	})
	return offset, code
}

// FirstOfURI is [First] for a URI.
func FirstOfURI(b []byte) (offset int, code sipwire.Code) {
	URI(b, func(l Leniency, i int) {
		if code == 0 || i < offset {
			offset, code = i, l.Code()
		}
	})
	return offset, code
}

// Value finds the leniencies that one value of the header needed, given from its
// first byte on; what follows a comma is not looked at. The URI of a name-addr is
// the caller's to look into, with [AddrURI].
func Value(id header.ID, b []byte, yield Yield) {
	i := value.SkipLWS(b, 0)
	switch grammar.Of(uint8(id)) {
	case grammar.NameAddrValue, grammar.NameAddrList, grammar.ContactList,
		grammar.URIRef, grammar.URIRefList:
		nameAddr(b, i, yield)
	case grammar.ViaList:
		via(b, i, yield)
	case grammar.Product:
		product(b, i, yield)
	case grammar.Params:
		var a value.Param
		j, code := value.ConsumeParam(b, i, &a)
		if code == 0 {
			paramValue(b, &a, false, yield)
			params(b, j, false, yield)
		}
	case grammar.SemiTokenList:
		if _, hi := abnf.TrimLWS(b, i, len(b)); hi > i && b[hi-1] == ';' {
			yield(TrailingSemicolon, hi-1)
		}
	case grammar.IntParams, grammar.IntCommentParams, grammar.TokenParams, grammar.TokenParamsList,
		grammar.TokQParamsList, grammar.StarParamsList, grammar.MediaType, grammar.MediaRangeList,
		grammar.CallIDParams:
		params(b, mainEnd(b, i), false, yield)
	}
}

// mainEnd returns the index of the first ";" or "," behind the token, number or
// quoted string at i and a comment behind it.
func mainEnd(b []byte, i int) int {
	for i < len(b) && b[i] != ';' && b[i] != ',' {
		j, code := i+1, sipwire.Code(0)
		switch b[i] {
		case '"':
			j, code = abnf.ConsumeQuoted(b, i)
		case '(':
			j, code = abnf.ConsumeComment(b, i)
		}
		if code != 0 {
			return len(b)
		}
		i = j
	}
	return i
}

// AddrURI returns where the URI of a name-addr or addr-spec is in its value.
func AddrURI(b []byte) (lo, hi int) {
	i := value.SkipLWS(b, 0)
	lo, hi, _ = addrParts(b, i)
	return lo, hi
}

// addrParts returns the extent of the URI and the index behind it, with its ">".
func addrParts(b []byte, i int) (lo, hi, next int) {
	if i < len(b) && b[i] == '"' {
		if j, code := abnf.ConsumeQuoted(b, i); code == 0 {
			i = value.SkipLWS(b, j)
		}
	}
	for j := i; j < len(b); j++ {
		switch b[j] {
		case '<':
			k := j + 1
			for k < len(b) && b[k] != '>' {
				k++
			}
			return j + 1, k, min(k+1, len(b))
		case '"', ';', ',', '>':
			j = len(b)
		}
	}
	hi = i
	for hi < len(b) && value.BareURI[b[hi]] {
		hi++
	}
	return i, hi, hi
}

// nameAddr looks at ( name-addr / addr-spec ) *( SEMI generic-param ) at i.
func nameAddr(b []byte, i int, yield Yield) {
	lo, hi, next := addrParts(b, i)
	if hi < next && i < lo-1 && b[i] != '"' {
		for k, c := range b[i : lo-1] {
			if c > ' ' && !abnf.Is(c, abnf.Token) {
				yield(DisplayName, i+k)
				break
			}
		}
	}
	params(b, next, false, yield)
}

// via looks at a via-parm at i.
func via(b []byte, i int, yield Yield) {
	for part := range 3 { // protocol-name "/" protocol-version "/" transport
		i = value.SkipLWS(b, value.Span(b, i, value.Token))
		if part < 2 && i < len(b) {
			i = value.SkipLWS(b, i+1)
		}
	}
	j, code := abnf.ConsumeHost(b, i)
	if code != 0 {
		return
	}
	host(b[i:j], i, yield)
	for j < len(b) && b[j] != ';' && b[j] != ',' { // the port
		j++
	}
	params(b, j, true, yield)
}

// product looks at server-val *( LWS server-val ) at i.
func product(b []byte, i int, yield Yield) {
	spaced := true // nothing, or whitespace, is in front of i
	for i < len(b) {
		if b[i] == '(' {
			j, code := abnf.ConsumeComment(b, i)
			if code != 0 {
				return
			}
			next := value.SkipLWS(b, j)
			if !spaced || next == j && j < len(b) {
				yield(CommentSpace, i)
			}
			i, spaced = next, true // the comment has been judged
			continue
		}
		for slashes := 0; ; slashes++ {
			j := value.Span(b, i, value.Token)
			next := value.SkipLWS(b, j)
			spaced = next > j
			if i = next; i >= len(b) || b[i] != '/' {
				break
			}
			if slashes == 1 {
				yield(ProductSlash, i)
			}
			i = value.SkipLWS(b, i+1)
		}
		if i < len(b) && b[i] != '(' && !abnf.Is(b[i], abnf.Token) {
			return
		}
	}
}
