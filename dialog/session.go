package dialog

import (
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Session timers (RFC 4028).

// An interval is what a 2xx says of a session.
type interval struct {
	seconds uint32 // 0 for no session timer
	uac     bool   // the one who sent the request refreshes
	require bool   // the client supports it, so that it can be required
}

// intervalOf reads Session-Expires.
func intervalOf(m *codec.Message) (v ext.SessionExpires, ok bool) {
	return v, m.Read(header.IDSessionExpires, v.Parse) == nil
}

func supports(m *codec.Message, o header.Option) bool {
	var set header.OptionSet
	for f := range m.All(header.IDSupported) {
		set.Add(f.Value) // a field that does not parse adds nothing
	}
	return set.Has(o)
}

func (l *Layer) minSE() uint32 { return uint32(l.config.MinSE / time.Second) }

// tooSmall reports whether a request asks for an interval that is refused with
// a 422 (RFC 4028, 9).
func (l *Layer) tooSmall(m *codec.Message) bool {
	if m.Method() != header.MethodINVITE && m.Method() != header.MethodUPDATE || !m.Has(header.IDSessionExpires) {
		return false
	}
	v, ok := intervalOf(m)
	return ok && v.Seconds() < l.minSE() && supports(m, header.OptionTimer)
}

func (l *Layer) answerTooSmall(ev *Event, m *codec.Message) {
	l.stats.TooSmall++
	l.answer(ev, m, 422, l.number(header.IDMinSE, uint64(l.minSE())))
}

// negotiate finds the interval that a 2xx says (RFC 4028, 9).
func (l *Layer) negotiate(req *codec.Message, r *compose.Reply) (v interval) {
	if own := fieldValue(r.Fields, header.IDSessionExpires); own != nil {
		var se ext.SessionExpires
		if _, err := se.Parse(own); err == nil {
			v.seconds, v.uac = se.Seconds(), se.Refresher() == ext.RefresherUAC
		}
		return v
	}
	v.require = supports(req, header.OptionTimer)
	se, asked := intervalOf(req)
	own := uint32(l.config.SessionExpires / time.Second)
	switch {
	case asked && v.require:
		v.seconds = se.Seconds()
		if own != 0 && own < v.seconds {
			v.seconds = own
		}
		var least header.DeltaSeconds
		if req.Read(header.IDMinSE, least.Parse) == nil {
			v.seconds = max(v.seconds, least.Seconds())
		}
		v.uac = se.Refresher() != ext.RefresherUAS
	case v.require:
		v.seconds, v.uac = own, true
	default:
		// The client does not know of it: this side refreshes.
		v.seconds, v.uac = own, false
	}
	if v.seconds != 0 {
		v.seconds = max(v.seconds, l.minSE())
	}
	return v
}

var (
	optionTimer = []byte("timer")
	paramUAC    = ";refresher=uac"
	paramUAS    = ";refresher=uas"
)

// appendInterval appends the fields of a 2xx.
func (l *Layer) appendInterval(fields []compose.HeaderField, v interval, given []compose.HeaderField) []compose.HeaderField {
	if v.seconds == 0 || has(given, header.IDSessionExpires) {
		return fields
	}
	who := paramUAS
	if v.uac {
		who = paramUAC
		fields = append(fields, compose.HeaderField{ID: header.IDRequire, Value: optionTimer})
	}
	l.digits = append(abnf.AppendUint(l.digits[:0], uint64(v.seconds)), who...)
	return append(fields, compose.HeaderField{ID: header.IDSessionExpires, Value: l.digits})
}

// addInterval appends the interval to a request that refreshes the session
// (RFC 4028, 7.4): the same one, with the same side to refresh.
func (l *Layer) addInterval(d *dialog, method header.Method, fields []compose.HeaderField) []compose.HeaderField {
	if d.interval4028 == 0 || method != header.MethodINVITE && method != header.MethodUPDATE || has(fields, header.IDSessionExpires) {
		return fields
	}
	who := paramUAS
	if d.is(refresher) {
		who = paramUAC
	}
	l.digits = append(abnf.AppendUint(l.digits[:0], uint64(d.interval4028)), who...)
	fields = append(fields, compose.HeaderField{ID: header.IDSessionExpires, Value: l.digits})
	if !has(fields, header.IDSupported) {
		fields = append(fields, compose.HeaderField{ID: header.IDSupported, Value: optionTimer})
	}
	if d.minSE != 0 && !has(fields, header.IDMinSE) {
		at := len(l.digits)
		l.digits = abnf.AppendUint(l.digits, uint64(d.minSE))
		fields = append(fields, compose.HeaderField{ID: header.IDMinSE, Value: l.digits[at:]})
	}
	return fields
}

// askedMinSE takes the Min-SE of a 422, or of the INVITE that has made the
// dialog behind one: no interval of the dialog is shorter any more, and each
// refresh says it (RFC 4028, 7.4).
func (d *dialog) askedMinSE(m *codec.Message) {
	var least header.DeltaSeconds
	if m.Read(header.IDMinSE, least.Parse) != nil {
		return
	}
	d.minSE = max(d.minSE, least.Seconds())
	if d.interval4028 != 0 {
		d.interval4028 = max(d.interval4028, d.minSE)
	}
}

// sessionAnswered takes the interval from a 2xx that came (RFC 4028, 7.2).
func (l *Layer) sessionAnswered(d *dialog, m *codec.Message) {
	se, ok := intervalOf(m)
	if !ok || !d.is(hasSession) {
		d.interval4028, d.session = 0, 0
		return
	}
	d.setSession(l, se.Seconds(), se.Refresher() != ext.RefresherUAS)
}

// setInterval takes the interval from a 2xx that was sent.
func (l *Layer) setInterval(d *dialog, v interval) { d.setSession(l, v.seconds, !v.uac) }

// setSession begins the session interval anew. The side that refreshes does so
// at half of it; the other one gives up a third of it, at most 32 s, before its
// end (RFC 4028, 10).
func (d *dialog) setSession(l *Layer, seconds uint32, own bool) {
	d.interval4028 = seconds
	d.flags &^= refresher | refreshing
	if seconds == 0 {
		d.session = 0
		return
	}
	if own {
		d.flags |= refresher
		d.session = l.ms() + int64(seconds)*1000/2
		return
	}
	d.session = l.ms() + giveUp(seconds)
}

func giveUp(seconds uint32) int64 {
	ms := int64(seconds) * 1000
	return ms - min(32000, ms/3)
}
