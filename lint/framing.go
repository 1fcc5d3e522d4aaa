package lint

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// parseErrors gives for every code of the index the section of RFC 3261 that
// it breaks, and whether the header section was read to its end nevertheless.
var parseErrors = map[sipwire.Code]struct {
	section     string
	headersRead bool
}{
	sipwire.ErrEmpty:             {"7", false},
	sipwire.ErrIncomplete:        {"7", false},
	sipwire.ErrStartLine:         {"7.1", false},
	sipwire.ErrMethod:            {"7.1", false},
	sipwire.ErrRequestURI:        {"7.1", false},
	sipwire.ErrVersion:           {"21.5.7", true},
	sipwire.ErrStatus:            {"7.2", false},
	sipwire.ErrHeaderName:        {"7.3.1", true},
	sipwire.ErrColon:             {"7.3.1", true},
	sipwire.ErrFold:              {"7.3.1", true},
	sipwire.ErrBareCR:            {"7", false},
	sipwire.ErrBareLF:            {"7", true},
	sipwire.ErrControl:           {"25.1", false},
	sipwire.ErrFolded:            {"7.3.1", true},
	sipwire.ErrColonSpace:        {"7.3.1", true},
	sipwire.ErrUTF8:              {"25.1", true},
	sipwire.ErrTrailing:          {"18.3", true},
	sipwire.ErrContentLength:     {"20.14", true},
	sipwire.ErrContentLengthTwo:  {"20.14", true},
	sipwire.ErrContentLengthNone: {"18.3", true},
	sipwire.ErrBodyShort:         {"18.3", true},
	sipwire.ErrHeaderTwice:       {"7.3.1", true},
	sipwire.ErrMessageTooLong:    {"21.5.8", false},
	sipwire.ErrStartLineTooLong:  {"21.4.12", false},
	sipwire.ErrFieldTooLong:      {"21.4.1", false},
	sipwire.ErrHeadersTooLong:    {"21.4.1", false},
	sipwire.ErrTooManyHeaders:    {"21.4.1", false},
	sipwire.ErrBodyTooLong:       {"21.4.11", true},
}

// parseError reports why the message did not parse.
func (c *checker) parseError() {
	fault := c.m.ParseFault()
	if fault.Code == 0 {
		c.parsed, c.headersRead = true, true
		return
	}
	about, ok := parseErrors[fault.Code]
	if !ok {
		about.section = "7"
	}
	c.headersRead = about.headersRead
	if kind := codec.Classify(c.b); kind != codec.KindMessage && kind != codec.KindOther && !c.m.IsRequest() && !c.m.IsResponse() {
		c.noMessage(kind, fault)
		return
	}
	c.add(Error, ruleOf(fault.Code), rfc3261(about.section), fault.Header.String(), fault.Offset, "%s", fault.Code.Text())
}

// noMessage says what came instead of a message.
func (c *checker) noMessage(kind codec.Kind, fault codec.Fault) {
	text := fmt.Sprintf("this is %v, and no SIP message", kind)
	switch kind {
	case codec.KindPing:
		text = "no message but a CRLF CRLF: the ping of a keep-alive"
	case codec.KindPong:
		text = "no message but a CRLF: the pong that answers a keep-alive"
	case codec.KindKeepAlive:
		text = "no message but what some send to keep a path open"
	default:
		c.add(Error, ruleOf(fault.Code), rfc3261("7"), "", fault.Offset, "%s", text)
		return
	}
	c.add(Note, RuleKeepAlive, "RFC 5626, 4.4.1", "", 0, "%s", text)
}

// lines reports what is unusual about lines: their ends, the space before a
// colon, folds, bytes that are not UTF-8. One finding of each kind is enough.
func (c *checker) lines() {
	headEnd := len(c.b) - len(c.m.Body()) - len(c.m.Trailing())
	head := c.b[:headEnd]
	for i := 0; ; {
		j := bytes.IndexByte(head[i:], '\n')
		if j < 0 {
			break
		}
		if i += j; i == 0 || head[i-1] != '\r' {
			c.add(Warning, RuleLineEnd, rfc3261("7"), "", i, "line ends in LF without CR")
			break
		}
		i++
	}
	for _, f := range c.m.Fields() {
		if i := f.Offset + len(f.Name); len(f.Name) > 0 && i < len(c.b) && c.b[i] != ':' {
			c.add(Note, RuleSpaceBeforeColon, rfc3261("7.3.1"), fieldName(&f), i,
				"whitespace before the colon is allowed, but should not be written")
			break
		}
	}
	for _, f := range c.m.Fields() {
		if f.Folded && c.m.ParseFault().Code != sipwire.ErrFolded { // which says it already
			c.add(Note, RuleFolded, rfc3261("7.3.1"), fieldName(&f), f.Offset+bytes.IndexByte(c.b[f.Offset:headEnd], '\n')+1,
				"continued on the next line: allowed, but some elements cannot read it")
			break
		}
	}
	for _, f := range c.m.Fields() {
		if i := invalidUTF8(f.Value); i >= 0 {
			c.add(Warning, RuleUTF8, rfc3261("25.1"), fieldName(&f), f.ValueOffset+i, "the value is not UTF-8")
			break
		}
	}
	c.control()
	if n := len(c.m.Trailing()); n > 0 {
		c.add(Note, RuleTrailingBytes, rfc3261("18.3"), "", len(c.b)-n,
			"%d bytes follow the body that Content-Length announces; on a datagram they are discarded", n)
	}
}

// control reports the first control byte that the parser tolerates, unless
// that is what is wrong with the value it is in.
func (c *checker) control() {
	for at := range c.m.Controls() {
		for i := range c.found {
			if f := &c.found[i]; f.Offset == at && f.Severity >= Warning {
				return
			}
		}
		c.add(Warning, ruleOf(sipwire.ErrControl), rfc3261("25.1"), "", at, "control byte %#02x", c.b[at])
		return
	}
}

// invalidUTF8 returns the index of the first byte that is not UTF-8, or -1.
func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	i := 0
	for r, n := utf8.DecodeRune(b); r != utf8.RuneError || n > 1; r, n = utf8.DecodeRune(b[i:]) {
		i += n
	}
	return i
}

// udpLimit is the size above which a request must not go over UDP unless the
// path is known to carry more (RFC 3261, 18.1.1).
const udpLimit = 1300

// body reports what is wrong with the body and with what announces it.
func (c *checker) body() {
	bare := !c.m.Has(header.IDContentLength)
	if bare {
		c.add(Note, RuleNoContentLength, rfc3261("20.14"), header.IDContentLength.String(), c.lineOffset(),
			"no Content-Length: the body is the rest of the datagram, and over a stream the message is broken")
	}
	switch body := c.m.Body(); {
	case bare && len(body) > 0 && len(bytes.Trim(body, "\r\n")) == 0:
		// Nobody means them as a body: they are what a sender ends its datagrams with.
		c.add(Note, RuleTrailingBytes, rfc3261("18.3"), "", bodyOffset(c.m), "line ends alone behind the header section: without a Content-Length they are the body")
	case len(body) > 0 && !c.m.Has(header.IDContentType):
		c.add(Warning, RuleNoContentType, rfc3261("20.15"), header.IDContentType.String(), bodyOffset(c.m), "a body without a Content-Type")
	}
	n := len(c.b) - len(c.m.Trailing())
	if via, err := c.m.TopVia(); err == nil && c.m.IsRequest() && n > udpLimit && via.Transport() == header.TransportUDP {
		c.add(Warning, RuleDatagramSize, rfc3261("18.1.1"), header.IDVia.String(), c.m.At(c.m.Index(header.IDVia)).ValueOffset,
			"%d bytes over UDP: a request above %d bytes must use a congestion controlled transport unless the path is known to carry it",
			n, udpLimit)
	}
}
