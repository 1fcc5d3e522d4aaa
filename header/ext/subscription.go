package ext

import "github.com/sipwire/sipwire/header"

// SubState is the state of a subscription. The zero SubState, [SubOther], is every
// state outside RFC 6665.
type SubState uint8

// The states of a subscription (RFC 6665, 4.1.3).
const (
	SubOther SubState = iota
	SubActive
	SubPending
	SubTerminated
)

var subStates = [...]string{"", "active", "pending", "terminated"}

// String returns the name of the state, "" for SubOther.
func (s SubState) String() string {
	if int(s) >= len(subStates) {
		return ""
	}
	return subStates[s]
}

// SubscriptionState is a view of the value of Subscription-State (RFC 6665, 8.2.3).
// The zero SubscriptionState is invalid. It and everything it returns are valid as
// long as the bytes it was parsed from are.
type SubscriptionState struct{ header.Item }

// State returns the state, which is compared without case.
func (v SubscriptionState) State() SubState {
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

// Reason returns the reason parameter, nil when it is missing.
func (v SubscriptionState) Reason() []byte {
	r, _ := v.Params().Get("reason")
	return r
}

// Expires returns the expires parameter in seconds, at most 2^32-1. It is not
// ok when it is missing or not a number.
func (v SubscriptionState) Expires() (seconds uint32, ok bool) { return v.Params().Seconds("expires") }

// RetryAfter returns the retry-after parameter in seconds, at most 2^32-1. It
// is not ok when it is missing or not a number.
func (v SubscriptionState) RetryAfter() (seconds uint32, ok bool) {
	return v.Params().Seconds("retry-after")
}
