package dialog

import (
	"hash/maphash"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Subscriptions are usages of a dialog (RFC 6665, 4.5.2; RFC 3515). One is
// known by its event package and id; that a REFER makes has the package
// "refer" and the number of its CSeq as the id. Which side is the subscriber
// does not matter here: what counts is how long it lasts.

type usage struct {
	event   uint64 // a seeded hash of the Event value
	expires int64  // in milliseconds
	next    uint32 // of the dialog, plus one
	waits   bool   // no NOTIFY has said yet how long it lasts
	refer   bool   // a REFER has made it
	noID    bool   // of refer: it is known by NOTIFYs without an id only
}

// A subscription whose NOTIFY does not say how long it lasts is given an hour,
// and one whose 2xx does not, timer N for its NOTIFY (RFC 6665, 4.1.2.4).
const unsaid = 3600

// An eventKey is what an Event value is known by.
type eventKey struct {
	hash  uint64 // of type and id
	refer bool
	noID  bool
}

func (l *Layer) eventOf(value []byte) eventKey {
	var e ext.Event
	if _, err := e.Parse(value); err != nil {
		return eventKey{hash: maphash.Bytes(l.seed, value)}
	}
	return l.eventKey(e.Type(), e.ID())
}

func (l *Layer) eventKey(name, id []byte) eventKey {
	var h maphash.Hash
	h.SetSeed(l.seed)
	h.Write(name)
	h.WriteByte(';')
	h.Write(id)
	return eventKey{h.Sum64(), string(name) == "refer", len(id) == 0}
}

// referKey is the event of the subscription that a REFER makes (RFC 3515,
// 2.4.6).
func (l *Layer) referKey(cseq uint32) eventKey {
	var id [10]byte
	return l.eventKey([]byte("refer"), abnf.AppendUint(id[:0], uint64(cseq)))
}

// usageOf returns the subscription with an event, as its index plus one, 0 for
// none. The NOTIFYs of the first REFER may leave its id out (RFC 3515, 2.4.6):
// they are of the oldest one. Where such a NOTIFY has overtaken the 2xx, the
// subscription takes the id of the REFER.
func (l *Layer) usageOf(d *dialog, e eventKey) (found uint32) {
	for at := d.usage; at != 0; at = l.usages.At(at - 1).next {
		u := l.usages.At(at - 1)
		switch {
		case u.event == e.hash:
			return at
		case e.refer && u.refer && (e.noID || u.noID):
			found = at // the last in the list is the oldest
		}
	}
	if found != 0 && !e.noID {
		u := l.usages.At(found - 1)
		u.event, u.noID = e.hash, false
	}
	return found
}

// subscribe makes or prolongs a subscription, unless there is no room for it.
// A time of 0 is not known: waits says that a NOTIFY will come and say it.
func (l *Layer) subscribe(i uint32, d *dialog, event eventKey, expires int64, waits bool) {
	if at := l.usageOf(d, event); at != 0 {
		u := l.usages.At(at - 1)
		switch {
		case expires != 0:
			u.expires, u.waits = expires, false
		case !waits && u.waits:
			u.expires, u.waits = l.seconds(unsaid), false
		}
		l.arm(i, d)
		return
	}
	n := 0
	for at := d.usage; at != 0; n++ {
		at = l.usages.At(at - 1).next
	}
	if n >= l.config.MaxUsages {
		l.stats.Refused++
		return
	}
	unknown := expires == 0
	if unknown && waits {
		expires = l.ms() + 64*l.t1
	} else if unknown {
		expires = l.seconds(unsaid)
	}
	k, u := l.usages.Take()
	*u = usage{event.hash, expires, d.usage, unknown && waits, event.refer, event.refer && event.noID}
	d.usage = k + 1
	l.arm(i, d)
}

// unsubscribe ends a subscription, by its index plus one; 0 is none.
func (l *Layer) unsubscribe(d *dialog, at uint32) {
	for link := &d.usage; *link != 0; {
		u := l.usages.At(*link - 1)
		if *link == at {
			*link = u.next
			l.usages.Free(at - 1)
			return
		}
		link = &u.next
	}
}

// endSession ends the usage of the INVITE.
func (d *dialog) endSession() {
	d.flags &^= hasSession | refresher
	d.repeat, d.noACK, d.session, d.retry = 0, 0, 0, 0
}

// unused ends a dialog that has no usage, and reports whether it did.
func (l *Layer) unused(i uint32, d *dialog) bool {
	if d.is(hasSession) || d.usage != 0 {
		l.arm(i, d)
		return false
	}
	l.end(i, d)
	return true
}

// seconds returns when what lasts that long from now is over; what is longer
// than ten years counts as ten years.
func (l *Layer) seconds(s uint32) int64 {
	return l.ms() + min(int64(s), 10*365*86400)*1000
}

// notified does what a NOTIFY that came says of its subscription. It reports
// whether the dialog ended.
func (l *Layer) notified(i uint32, d *dialog, event, state []byte) bool {
	var s ext.SubscriptionState
	if _, err := s.Parse(state); err != nil {
		return false
	}
	return l.stated(i, d, &s, event) && l.unused(i, d)
}

// stated takes over a Subscription-State. It reports whether it was the last
// one.
func (l *Layer) stated(i uint32, d *dialog, s *ext.SubscriptionState, event []byte) bool {
	key := l.eventOf(event)
	if s.State() == ext.SubTerminated {
		l.unsubscribe(d, l.usageOf(d, key))
		return true
	}
	expires := int64(0)
	if sec, ok := s.Expires(); ok {
		expires = l.seconds(sec)
	}
	l.subscribe(i, d, key, expires, false)
	return false
}

// subscribed does what a 2xx to SUBSCRIBE or REFER says, whose CSeq and Event
// are given. A subscription for no time is given 64*T1, for the NOTIFY that ends
// it.
func (l *Layer) subscribed(i uint32, d *dialog, method header.Method, cseq uint32, event []byte, expires uint32, known bool) {
	until := int64(0)
	key := l.referKey(cseq)
	if method != header.MethodREFER {
		key = l.eventOf(event)
		if known {
			until = max(l.seconds(expires), l.ms()+64*l.t1)
		}
	}
	l.subscribe(i, d, key, until, true)
}

// fieldValue returns the value of a field given by the caller.
func fieldValue(all []compose.HeaderField, id header.ID) []byte {
	for i := range all {
		if all[i].ID == id || all[i].ID == header.IDOther && header.Lookup(all[i].Name) == id {
			return all[i].Value
		}
	}
	return nil
}

// expiresOf returns the Expires of a message, or else of the other one.
func expiresOf(m, or *codec.Message) (uint32, bool) {
	for _, m := range []*codec.Message{m, or} {
		if m == nil {
			continue
		}
		if v, err := m.Expires(); err == nil {
			return v, true
		}
	}
	return 0, false
}
