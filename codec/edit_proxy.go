package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
)

// The changes that a proxy makes (RFC 3261, 16.6 and 16.7).

// PopVia removes the topmost Via value of the message as received that is
// still there, as a proxy does with its own in a response (RFC 3261, 16.7,
// step 3). ErrMissing says that there is none left.
func (e *Edit) PopVia() error {
	if !e.ready() {
		return e.fault.Code
	}
	return e.removeTop(header.IDVia)
}

// PushRecordRoute puts a Record-Route with the URI, without brackets, on top
// of those there are (RFC 3261, 16.6, step 4). The URI of a loose
// router has the lr parameter: a sip or sips URI without it gets it. The last one
// pushed is the topmost.
func (e *Edit) PushRecordRoute(u []byte) error {
	return e.pushURI(header.IDRecordRoute, "Record-Route: <", u)
}

// PushRoute puts a Route with the URI, without brackets, on top of those there
// are (RFC 3261, 16.6, step 6).
func (e *Edit) PushRoute(u []byte) error {
	return e.pushURI(header.IDRoute, "Route: <", u)
}

func (e *Edit) pushURI(id header.ID, open string, u []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	parsed, code := check.ParseURI(u)
	if code != 0 {
		return e.fail(code, id, 0)
	}
	lr := -1 // where lr goes, in front of the headers
	if id == header.IDRecordRoute && parsed.IsSIP() && !parsed.LR() {
		lr = len(u)
		if h := parsed.RawHeaders(); h != nil {
			lr -= len("?") + len(h)
		}
	}
	at := 0
	if i := e.m.Index(id); i >= 0 {
		at = int(e.m.fields[i].name)
	} else {
		at = e.behindVias()
	}
	from := len(e.text)
	e.text = append(e.text, open...)
	if lr >= 0 {
		e.text = append(append(e.text, u[:lr]...), ";lr"...)
		u = u[lr:]
	}
	e.text = append(append(e.text, u...), ">\r\n"...)
	e.noteAdded(id)
	e.splice(at, at, from, rankTop)
	return nil
}

// behindVias returns the offset behind the Via fields, or that of the first
// header field when there are none. It is found once.
func (e *Edit) behindVias() int {
	if e.viasEnd == 0 {
		e.viasEnd, _ = e.offset(Top())
		if i := e.lastIndex(header.IDVia); i >= 0 {
			e.viasEnd = e.m.FieldEnd(i)
		}
	}
	return e.viasEnd
}

// PopRoute removes the topmost Route value of the message as received
// that is still there (RFC 3261, 16.4). ErrMissing says that there is none
// left.
func (e *Edit) PopRoute() error {
	if !e.ready() {
		return e.fault.Code
	}
	return e.removeTop(header.IDRoute)
}

// ApplyHop makes the changes that a Hop asks for, which [Message.NextHop] has
// found for the same message: Route values that are used up are removed, and strict
// routers before and behind the proxy get what they expect (RFC 3261, 16.4 and
// 16.6, step 6).
func (e *Edit) ApplyHop(h *Hop) error {
	if !e.ready() {
		return e.fault.Code
	}
	if h.DropLast {
		if err := e.RemoveValue(header.IDRoute, e.m.CountValues(header.IDRoute)-1); err != nil {
			return err
		}
	}
	if h.DropFirst {
		if err := e.PopRoute(); err != nil {
			return err
		}
	}
	if !h.Strict {
		if h.DropLast {
			return e.setURI(&h.Target)
		}
		return nil
	}
	if err := e.PopRoute(); err != nil {
		return err
	}
	if err := e.setURI(&h.Next); err != nil {
		return err
	}
	// Behind the last Route line there was, so that it is the last value.
	from, end := len(e.text), e.m.FieldEnd(e.lastIndex(header.IDRoute))
	e.text = append(e.text, "Route: <"...)
	e.text = append(h.Target.AppendTo(e.text), ">\r\n"...)
	e.splice(end, end, from, rankAfter)
	return nil
}

// lastIndex returns the index of the last field of the header, or -1.
func (e *Edit) lastIndex(id header.ID) int {
	i := e.m.Index(id)
	for next := i; next >= 0; next = e.m.Next(next) {
		i = next
	}
	return i
}

// DecrementMaxForwards lowers Max-Forwards by one, or puts in one of
// [DefaultMaxForwards] when there is none (RFC 3261, 16.6, step 3). One that
// is 0 already is ErrMaxForwards, which 16.3 says to answer with a 483; one that
// does not parse is its error.
func (e *Edit) DecrementMaxForwards() error {
	if !e.ready() {
		return e.fault.Code
	}
	i := e.m.Index(header.IDMaxForwards)
	if i < 0 {
		return e.maxForwards(i, DefaultMaxForwards)
	}
	// Two digits, as nearly all have, that become two digits: 3 % of index and
	// rewrite together (2026-11).
	if b := e.m.view(e.m.fields[i].value, e.m.fields[i].end); len(b) == 2 {
		if tens, ones := b[0]-'0', b[1]-'0'; tens-1 <= 8 && ones <= 9 && (tens > 1 || ones > 0) {
			hops, from, at := tens*10+ones-1, len(e.text), int(e.m.fields[i].value)
			if !e.claim(i, claimValue, ^claim(0), at) {
				return e.fault.Code
			}
			e.text = append(e.text, '0'+hops/10, '0'+hops%10)
			e.insert(at, at+len(b), from, from+len(b), rankReplace)
			return nil
		}
	}
	hops, err := e.m.MaxForwards()
	if err != nil {
		return e.failed()
	}
	if hops == 0 {
		return e.fail(sipwire.ErrMaxForwards, header.IDMaxForwards, int(e.m.fields[i].value))
	}
	return e.maxForwards(i, hops-1)
}

// SetMaxForwards sets Max-Forwards.
func (e *Edit) SetMaxForwards(hops uint8) error {
	if !e.ready() {
		return e.fault.Code
	}
	return e.maxForwards(e.m.Index(header.IDMaxForwards), hops)
}

// maxForwards gives field i the number, or a new field when i is -1.
func (e *Edit) maxForwards(i int, hops uint8) error {
	if i < 0 && e.hasAdded(header.IDMaxForwards) {
		return e.fail(sipwire.ErrConflict, header.IDMaxForwards, 0)
	}
	from := len(e.text)
	if i >= 0 {
		e.text = abnf.AppendUint(e.text, uint64(hops))
		return e.replace(i, from)
	}
	at := e.m.headEnd()
	e.text = append(e.text, "Max-Forwards: "...)
	e.text = append(abnf.AppendUint(e.text, uint64(hops)), "\r\n"...)
	e.noteAdded(header.IDMaxForwards)
	e.splice(at, at, from, rankBefore)
	return nil
}
