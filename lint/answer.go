package lint

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/sdp"
)

// CheckAnswer returns how the session description of one message does not fit
// as an answer to that of another, the offer (RFC 3264, 6): the number of
// media, rejected streams that are accepted, types, protocols, formats and
// directions. Offsets are in the answer. Without a description in both of
// them, or with one that cannot be read, nothing is found; [Check] says why.
func CheckAnswer(offer, answer *codec.Message) []Finding {
	o, a := sdp.Acquire(), sdp.Acquire()
	defer sdp.Release(o)
	defer sdp.Release(a)
	offered, _, fault := findSDP(offer)
	if fault.Code != 0 || o.Parse(offered) != nil {
		return nil
	}
	answered, base, fault := findSDP(answer)
	if fault.Code != 0 || a.Parse(answered) != nil {
		return nil
	}
	s := &sdpChecker{&checker{m: answer, b: answer.Bytes()}, a, base}
	if n, want := a.NumMedia(), o.NumMedia(); n != want {
		line := a.Len()
		if n > want {
			line = mediaLine(a, want)
		}
		s.say(Error, RuleAnswerMedia, "RFC 3264, 6", line, "the answer has %d m= lines, the offer %d: they must be as many, in the same order", n, want)
	}
	for i := range min(o.NumMedia(), a.NumMedia()) {
		om, err := o.Media(i)
		am, aerr := a.Media(i)
		if err == nil && aerr == nil {
			s.answer(&om, &am, mediaLine(a, i))
		}
	}
	order(s.found)
	return s.found
}

// IsAnswerTo reports whether a message may answer the offer of another: a
// response that of its request, or the ACK or PRACK that of a response. It
// compares Call-ID and the number of CSeq; a PRACK has one of its own, and is
// not found.
func IsAnswerTo(offer, answer *codec.Message) bool {
	o, err := offer.CSeq()
	a, aerr := answer.CSeq()
	return err == nil && aerr == nil && offer.IsRequest() != answer.IsRequest() && o.Number() == a.Number() &&
		string(offer.Value(header.IDCallID)) == string(answer.Value(header.IDCallID))
}

// mediaLine returns the number of the m= line of media i.
func mediaLine(d *sdp.Description, i int) int {
	m, _ := d.Media(i)
	for l := range m.Lines() {
		return l.Number
	}
	return 0
}

// answer compares one stream.
func (s *sdpChecker) answer(o, a *sdp.Media, line int) {
	if string(o.Type()) != string(a.Type()) || string(o.Proto()) != string(a.Proto()) {
		s.say(Error, RuleAnswerType, "RFC 3264, 6", line, "stream %d is %s over %s, and %s over %s was offered", a.Index()+1,
			quote(a.Type()), quote(a.Proto()), quote(o.Type()), quote(o.Proto()))
	}
	switch {
	case a.IsRejected():
		return
	case o.IsRejected():
		s.say(Error, RuleAnswerRejected, "RFC 3264, 6", line, "stream %d was offered with port 0, and the answer has a port", a.Index()+1)
		return
	}
	s.answerDirection(o, a, line)
	formats := map[string]bool{}
	for f := range o.Formats() {
		formats[string(f)] = true
	}
	for f := range a.Formats() {
		if formats[string(f)] {
			return
		}
	}
	if a.NumFormats() > 0 {
		s.say(Error, RuleAnswerFormat, "RFC 3264, 6.1", line, "no format of stream %d was offered", a.Index()+1)
	}
}

// answerDirection holds the direction of an answer to what the offer leaves
// open (RFC 3264, 6.1).
func (s *sdpChecker) answerDirection(o, a *sdp.Media, line int) {
	offered, answered := o.Direction(), a.Direction()
	if answered.Sends() && !offered.Receives() || answered.Receives() && !offered.Sends() {
		s.say(Warning, RuleAnswerDirection, "RFC 3264, 6.1", line, "stream %d is %v, which does not fit the %v that was offered", a.Index()+1, answered, offered)
	}
}
