package dialog

import (
	"hash/maphash"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
)

// Subscriptions are usages of a dialog (RFC 6665, 4.5.2; RFC 3515). One is
// known by its event package and id; that a REFER makes has the package
// "refer". Which side is the subscriber does not matter here: what counts is
// how long it lasts.

type usage struct {
	event   uint64 // a seeded hash of the Event value
	expires int64  // in milliseconds
	next    uint32 // of the dialog, plus one
	waits   bool   // no NOTIFY has said yet how long it lasts
}

// A subscription whose NOTIFY does not say how long it lasts is given an hour,
// and one whose 2xx does not, timer N for its NOTIFY (RFC 6665, 4.1.2.4).
const unsaid = 3600

// eventOf returns the hash that an Event value is known by: type and id.
func (l *Layer) eventOf(value []byte) uint64 {
	var e ext.Event
	if _, err := e.Parse(value); err != nil {
		return maphash.Bytes(l.seed, value)
	}
	var h maphash.Hash
	h.SetSeed(l.seed)
	h.Write(e.Type())
	h.WriteByte(';')
	// The id of a REFER's subscription is left out of NOTIFYs of the first
	// one (RFC 3515, 2.4.6): all of a dialog are one here.
	if string(e.Type()) != "refer" {
		h.Write(e.ID())
	}
	return h.Sum64()
}

// refer is the Event of the subscription that a REFER makes.
var refer = []byte("refer")

// subscribe makes or prolongs a subscription, unless there is no room for it.
// A time of 0 is not known: waits says that a NOTIFY will come and say it.
func (l *Layer) subscribe(i uint32, d *dialog, event uint64, expires int64, waits bool) {
	n := 0
	for at := d.usage; at != 0; n++ {
		u := l.usages.At(at - 1)
		if u.event == event {
			switch {
			case expires != 0:
				u.expires, u.waits = expires, false
			case !waits && u.waits:
				u.expires, u.waits = l.seconds(unsaid), false
			}
			l.arm(i, d)
			return
		}
		at = u.next
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
	*u = usage{event, expires, d.usage, unknown && waits}
	d.usage = k + 1
	l.arm(i, d)
}

// unsubscribe ends a subscription.
func (l *Layer) unsubscribe(d *dialog, event uint64) {
	for link := &d.usage; *link != 0; {
		k := *link - 1
		u := l.usages.At(k)
		if u.event == event {
			*link = u.next
			l.usages.Free(k)
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
		l.unsubscribe(d, key)
		return true
	}
	expires := int64(0)
	if sec, ok := s.Expires(); ok {
		expires = l.seconds(sec)
	}
	l.subscribe(i, d, key, expires, false)
	return false
}

// subscribed does what a 2xx to SUBSCRIBE or REFER says. A subscription for no
// time is given 64*T1, for the NOTIFY that ends it.
func (l *Layer) subscribed(i uint32, d *dialog, method header.Method, event []byte, expires uint32, known bool) {
	until := int64(0)
	if method == header.MethodREFER {
		event = refer
	} else if known {
		until = max(l.seconds(expires), l.ms()+64*l.t1)
	}
	l.subscribe(i, d, l.eventOf(event), until, true)
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
