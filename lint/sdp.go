package lint

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/multipart"
	"github.com/sipwire/sipwire/sdp"
)

// What is wrong with a session description, in whichever part of the body it
// is (RFC 8866), and with the parts (RFC 2046).

const sdpType = "application/sdp"

// What is wrong with a body costs the call and not the message: elements on
// the way forward it. So all of it is a Warning at most.

// A sdpChecker looks at one description.
type sdpChecker struct {
	*checker
	d    *sdp.Description
	base int // the offset of the description in the message
}

// bodyOffset returns where the body begins in the message.
func bodyOffset(m *codec.Message) int { return len(m.Bytes()) - len(m.Body()) - len(m.Trailing()) }

// findSDP returns the description of m and its offset in the message. A body that
// is compressed is not read (RFC 3261, 20.12), and one of nothing but line ends
// is none: that is ErrMissing too.
func findSDP(m *codec.Message) (body []byte, offset int, fault multipart.Fault) {
	if encoding := m.Value(header.IDContentEncoding); len(encoding) > 0 && !bytes.EqualFold(encoding, []byte("identity")) ||
		len(bytes.Trim(m.Body(), "\r\n")) == 0 {
		return nil, 0, multipart.Fault{Code: sipwire.ErrMissing}
	}
	p, fault := multipart.Search(m.Value(header.IDContentType), m.Body(), sdpType)
	fault.Offset += bodyOffset(m)
	if fault.Code != 0 {
		return nil, 0, fault
	}
	return p.Body(), bodyOffset(m) + p.Offset(), fault
}

// sdp reports what is wrong with the session description of the message, and
// with the parts that it may be in.
func (c *checker) sdp() {
	if len(c.m.Body()) == 0 {
		return
	}
	body, base, fault := findSDP(c.m)
	switch fault.Code {
	case 0:
	case sipwire.ErrMissing:
		return
	default:
		c.add(Warning, ruleOf(fault.Code), "RFC 2046, 5.1.1", "", fault.Offset, "the parts of the body cannot be read: %v", fault.Code.Text())
		return
	}
	d := sdp.Acquire()
	defer sdp.Release(d)
	s := &sdpChecker{c, d, base}
	if err := d.Parse(body); err != nil {
		s.fault(Warning, "5", "the session description cannot be read")
		return
	}
	s.session()
	for i, m := range d.AllMedia() {
		if !m.IsValid() {
			_, _ = d.Media(i)
			s.fault(Warning, "5.14", "malformed m= line")
			continue
		}
		s.media(&m)
	}
}

// fault reports the last failure of the description.
func (s *sdpChecker) fault(severity Severity, section, what string) {
	f := s.d.Fault()
	s.add(severity, ruleOf(f.Code), "RFC 8866, "+section, "", s.base+f.Offset, "%s: %s", what, f.Code.Text())
}

// say reports something about line i.
func (s *sdpChecker) say(severity Severity, rule Rule, rfc string, line int, format string, args ...any) {
	offset := s.base + len(s.d.Bytes())
	if line < s.d.Len() {
		offset = s.base + s.d.Line(line).Offset
	}
	s.add(severity, rule, rfc, "", offset, format, args...)
}

// session looks at the session section, and at the order of all lines.
func (s *sdpChecker) session() {
	for _, typ := range []byte("ost") {
		if _, ok := s.d.Session().Value(typ); !ok {
			s.say(Warning, RuleSDPMissing, "RFC 8866, 5", 0, "no %c= line, which every session description must have", typ)
		}
	}
	if _, err := s.d.Origin(); err != nil && err != sipwire.ErrMissing {
		s.fault(Warning, "5.2", "malformed o= line")
	}
	if _, err := s.d.Timing(); err != nil && err != sipwire.ErrMissing {
		s.fault(Warning, "5.9", "malformed t= line")
	}
	if _, err := s.d.Session().Connection(); err != nil && err != sipwire.ErrMissing {
		s.fault(Warning, "5.7", "malformed c= line")
	}
	s.order("vosiuepcbtrzka", s.d.Session())
}

// order holds the lines of a section to their order (RFC 8866, 5). One finding
// of a section is enough.
func (s *sdpChecker) order(types string, section sdp.Section) {
	at := 0
	for l := range section.Lines() {
		i := 0
		for i < len(types) && types[i] != l.Type {
			i++
		}
		switch {
		case i == len(types):
			s.say(Note, RuleSDPOrder, "RFC 8866, 5", l.Number, "a line of type %q is not defined here", string(l.Type))
			return
		case i < at && !(l.Type == 'r' || l.Type == 't' || l.Type == 'z'): // they may repeat together
			s.say(Warning, RuleSDPOrder, "RFC 8866, 5", l.Number, "the %c= line is behind a line that it must be in front of", l.Type)
			return
		}
		at = max(at, i)
	}
}

// media looks at one media description.
func (s *sdpChecker) media(m *sdp.Media) {
	var first sdp.Line
	directions := 0
	for l := range m.Lines() {
		if l.Type == 'm' {
			first = l
		}
		switch string(l.Value) {
		case "sendrecv", "sendonly", "recvonly", "inactive":
			if directions++; directions == 2 && l.Type == 'a' {
				s.say(Warning, RuleSDPDirection, "RFC 8866, 6.7", l.Number, "a second direction; which one counts is not said")
			}
		}
	}
	s.order("micbka", m.Section)
	switch _, err := m.Connection(); {
	case err == sipwire.ErrMissing && !m.IsRejected():
		s.say(Warning, RuleSDPMissing, "RFC 8866, 5.7", first.Number, "no c= line, neither here nor in the session")
	case err != nil && err != sipwire.ErrMissing && s.d.Fault().Line >= first.Number:
		s.fault(Warning, "5.7", "malformed c= line")
	}
	if m.NumFormats() == 0 {
		s.say(Warning, RuleSDPFormat, "RFC 8866, 5.14", first.Number, "an m= line without a format")
	}
	if m.IsRejected() {
		return
	}
	if m.Hold()&sdp.HoldAddress != 0 {
		s.say(Note, RuleSDPHold, "RFC 3264, 8.4", first.Number, "hold by the address 0.0.0.0 is no longer recommended: a=sendonly or a=inactive says it")
	}
	s.attributes(m)
	s.formats(m, first.Number)
	s.keys(m, first.Number)
}

// attributes checks the values that have a grammar.
func (s *sdpChecker) attributes(m *sdp.Media) {
	parsers := map[string]func([]byte) (int, error){
		"rtpmap": new(sdp.RTPMap).Parse, "fmtp": new(sdp.Fmtp).Parse, "candidate": new(sdp.Candidate).Parse,
		"fingerprint": new(sdp.Fingerprint).Parse, "crypto": new(sdp.Crypto).Parse, "ssrc": new(sdp.SSRC).Parse, "rtcp": new(sdp.RTCP).Parse,
	}
	for l := range m.Lines() {
		if l.Type != 'a' {
			continue
		}
		name, value := attribute(l.Value)
		parse, ok := parsers[name]
		if !ok {
			continue
		}
		if n, err := parse(value); err != nil {
			code, _ := err.(sipwire.Code)
			s.add(Warning, ruleOf(code), "RFC 8866, 6", "", s.base+l.Offset+2+len(name)+1+n, "malformed a=%s: %s", name, code.Text())
		}
	}
	if _, err := m.Setup(); err != nil && err != sipwire.ErrMissing {
		s.fault(Warning, "6", "malformed a=setup")
	}
}

func attribute(b []byte) (name string, value []byte) {
	for i, c := range b {
		if c == ':' {
			return string(b[:i]), b[i+1:]
		}
	}
	return string(b), nil
}

// formats asks for an a=rtpmap of every dynamic payload type (RFC 8866, 6.6).
func (s *sdpChecker) formats(m *sdp.Media, line int) {
	if !isRTP(m) {
		return
	}
	known := map[string]bool{}
	for v := range m.All("rtpmap") {
		var r sdp.RTPMap
		if _, err := r.Parse(v); err == nil {
			known[string(r.Format)] = true
		}
	}
	for f := range m.Formats() {
		if dynamic := len(f) == 2 && string(f) >= "96" || len(f) == 3; dynamic && !known[string(f)] {
			s.say(Warning, RuleSDPFormat, "RFC 8866, 6.6", line, "the dynamic payload type %s has no a=rtpmap", quote(f))
			return
		}
	}
}

// isRTP reports whether the media is RTP in one of its profiles.
func isRTP(m *sdp.Media) bool {
	switch string(m.Proto()) {
	case "RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF":
		return true
	}
	return false
}

// keys asks for keys where the protocol encrypts (RFC 4568; RFC 5763).
func (s *sdpChecker) keys(m *sdp.Media, line int) {
	switch string(m.Proto()) {
	case "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF":
	default:
		return
	}
	if _, err := m.Fingerprint(); err == sipwire.ErrMissing && !m.Has("crypto") && !m.Has("key-mgmt") && !s.d.Session().Has("key-mgmt") {
		s.say(Warning, RuleSDPKeys, "RFC 4568, 3", line, "encrypted media without a=crypto, a=fingerprint or a=key-mgmt")
	}
}
