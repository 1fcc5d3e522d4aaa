package header

import (
	"bytes"

	"github.com/sipwire/sipwire"
)

// Event is a view of the value of Event (RFC 6665, 8.2.1: event-type *( SEMI
// event-param )), and of one element of Allow-Events, which has no parameters.
// The zero Event is invalid. It may be copied freely; it and everything it
// returns are valid as long as the bytes it was parsed from are.
type Event struct{ Item }

// Parse reads b, the whole of which must be one value. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is invalid.
func (v *Event) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b, false)
	if code == 0 {
		// event-type = event-package *( "." event-template ), neither
		// of which may be empty.
		for i, t := 0, v.Value(); i < len(t); i++ {
			if t[i] == '.' && (i == 0 || i+1 == len(t) || t[i+1] == '.') {
				n, code = int(v.value.lo)+i, sipwire.ErrValue
				break
			}
		}
	}
	return n, v.result(code)
}

// Type returns the whole event type, such as "presence.winfo". Types are
// compared byte for byte (RFC 6665, 8.2.1).
func (v *Event) Type() []byte { return v.Value() }

// Package returns the event type up to its first ".", such as "presence".
func (v *Event) Package() []byte {
	t := v.Value()
	if i := bytes.IndexByte(t, '.'); i >= 0 {
		return t[:i:i]
	}
	return t
}

// Templates returns what follows the package, such as "winfo", nil when
// nothing does.
func (v *Event) Templates() []byte {
	t := v.Value()
	if i := bytes.IndexByte(t, '.'); i >= 0 {
		return t[i+1:]
	}
	return nil
}

// ID returns the id parameter, nil when there is none. It is compared byte for
// byte, and an absent one equals only an absent one (RFC 6665, 8.2.1).
func (v *Event) ID() []byte {
	id, _ := v.Params().Get("id")
	return id
}

// Matches reports whether a NOTIFY with event w belongs to a subscription with
// event v: types and id parameters must be equal byte for byte, other
// parameters do not count (RFC 6665, 8.2.1).
func (v *Event) Matches(w *Event) bool {
	a, aok := v.Params().Get("id")
	b, bok := w.Params().Get("id")
	return v.IsValid() && aok == bok && bytes.Equal(a, b) && bytes.Equal(v.Value(), w.Value())
}

// SubState is the state of a subscription. The zero SubState, [SubOther],
// stands for every state outside RFC 6665.
type SubState uint8

// The states of a subscription (RFC 6665, 4.1.3).
const (
	SubOther SubState = iota
	SubActive
	SubPending
	SubTerminated
)

// SubscriptionState is a view of the value of Subscription-State (RFC 6665,
// 8.2.3). The zero SubscriptionState is invalid; it and everything it returns
// are valid as long as the bytes it was parsed from are.
type SubscriptionState struct{ Item }

// State returns the state, which is compared without case.
func (v *SubscriptionState) State() SubState {
	switch {
	case v.Is("active"):
		return SubActive
	case v.Is("pending"):
		return SubPending
	case v.Is("terminated"):
		return SubTerminated
	}
	return SubOther
}

// Reason returns the reason parameter, nil when there is none.
func (v *SubscriptionState) Reason() []byte {
	r, _ := v.Params().Get("reason")
	return r
}

// Expires returns the expires parameter in seconds, at most 2**32-1. It is not
// ok when it is missing or not a number.
func (v *SubscriptionState) Expires() (seconds uint32, ok bool) { return delta(v.Params(), "expires") }

// RetryAfter returns the retry-after parameter in seconds, at most 2**32-1. It
// is not ok when it is missing or not a number.
func (v *SubscriptionState) RetryAfter() (seconds uint32, ok bool) {
	return delta(v.Params(), "retry-after")
}

// InfoPackage is a view of the value of Info-Package and of one value of
// Recv-Info (RFC 6086, 9.2). Names are compared with case (RFC 6086, 7.2). The
// zero InfoPackage is invalid; it and everything it returns are valid as long
// as the bytes it was parsed from are.
type InfoPackage struct{ Item }

// Name returns the name of the package.
func (v *InfoPackage) Name() []byte { return v.Value() }
