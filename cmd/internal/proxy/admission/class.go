package admission

import (
	"bytes"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A Class says how late a request is refused, the higher the later.
type Class uint8

const (
	Initial   Class = iota // outside any dialog
	InDialog               // its To has a tag
	Ending                 // ACK, CANCEL, BYE: less work is left after it
	Emergency              // never refused
)

// ClassOf returns the class of a request.
func ClassOf(m *codec.Message) Class {
	switch {
	case isEmergency(m):
		return Emergency
	case m.Method() == header.MethodACK, m.Method() == header.MethodCANCEL, m.Method() == header.MethodBYE:
		return Ending
	}
	if to, err := m.To(); err == nil && len(to.Tag()) > 0 {
		return InDialog
	}
	return Initial
}

// isEmergency reports whether a request is one of an emergency: it goes to the
// service sos (RFC 5031), has the Priority emergency (RFC 3261, 20.26), or a
// Resource-Priority of the namespaces for emergencies (RFC 4412, 10; RFC 7135).
// What strangers may send must not reach the proxy: a header rule, or the
// element before it, takes these headers off.
func isEmergency(m *codec.Message) bool {
	if u := m.RequestURIBytes(); hasPrefixFold(u, "urn:service:sos") {
		return true
	}
	if bytes.EqualFold(m.Value(header.IDPriority), []byte("emergency")) {
		return true
	}
	if !m.Has(header.IDResourcePriority) {
		return false
	}
	for v := range m.Values(header.IDResourcePriority) {
		for _, namespace := range [...]string{"esnet.", "ets.", "wps."} {
			if hasPrefixFold(v, namespace) {
				return true
			}
		}
	}
	return false
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && bytes.EqualFold(b[:len(prefix)], []byte(prefix))
}
