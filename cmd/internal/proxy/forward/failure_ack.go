package forward

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// The ACK for a failure has a To tag, as requests within a dialog have, and the
// Request-URI and the Route of its INVITE (RFC 3261, 17.1.1.3). It must go where that
// went (16.11). Where a client is configured with a Route of the proxy, nothing but
// that Route tells it from the ACK for a 2xx, which goes to the address of the other
// side.

// recordedParam is in each Record-Route that the proxy writes. What has it was copied
// from a dialog; the Route that a client is configured with does not have it.
const recordedParam = "rr"

// isFailureACK reports whether a request of the last Prepare is the ACK for a failure
// of an INVITE outside of dialogs: it came by Route values of the proxy, and by none
// that the proxy has recorded. A proxy that records nothing cannot know.
func (f *Forwarder) isFailureACK(m *codec.Message) bool {
	return m.Method() == header.MethodACK && !f.config.NoRecordRoute && !f.isRecorded(m)
}

// isRecorded reports whether one of the Route values that the proxy takes off, or the
// Request-URI that was one, is of its own Record-Route.
func (f *Forwarder) isRecorded(m *codec.Message) bool {
	if f.hop.DropLast {
		u, err := m.RequestURI()
		if err != nil {
			return false
		}
		if _, ok := u.Param(recordedParam); ok {
			return true
		}
	}
	if !f.hop.DropFirst {
		return false
	}
	left := 1 + f.passed
	for v, err := range m.Routes() {
		if err != nil || left == 0 {
			break
		}
		left--
		if _, err := v.ParseURI(&f.route); err != nil {
			break
		}
		if _, ok := f.route.Param(recordedParam); ok {
			return true
		}
	}
	return false
}
