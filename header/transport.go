package header

import "github.com/sipwire/sipwire/internal/abnf"

// Transport is the transport protocol of a Via (RFC 3261, 25.1: transport). The
// zero Transport, [TransportOther], is every token outside the IANA registry.
type Transport uint8

// The registered transports.
const (
	TransportOther   Transport = iota
	TransportUDP               // UDP: RFC 3261
	TransportTCP               // TCP: RFC 3261
	TransportTLS               // TLS: RFC 3261
	TransportSCTP              // SCTP: RFC 3261, RFC 4168
	TransportTLSSCTP           // TLS-SCTP: RFC 4168
	TransportWS                // WS: RFC 7118
	TransportWSS               // WSS: RFC 7118
)

var transports = [...]struct {
	name, folded string
	port         uint16
	reliable     bool
}{
	{},
	{"UDP", "udp", 5060, false},
	{"TCP", "tcp", 5060, true},
	{"TLS", "tls", 5061, true},
	{"SCTP", "sctp", 5060, true},
	{"TLS-SCTP", "tls-sctp", 5061, true},
	{"WS", "ws", 80, true},
	{"WSS", "wss", 443, true},
}

// LookupTransport returns the Transport of a token, which is compared without
// case (RFC 3261, 7.3.1).
func LookupTransport(name []byte) Transport {
	switch string(name) { // as they are mostly written
	case "UDP":
		return TransportUDP
	case "TCP":
		return TransportTCP
	case "TLS":
		return TransportTLS
	case "WSS":
		return TransportWSS
	}
	for t := TransportUDP; int(t) < len(transports); t++ {
		if abnf.EqualFold(name, transports[t].folded) {
			return t
		}
	}
	return TransportOther
}

// String returns the registered spelling, "" for TransportOther.
func (t Transport) String() string { return transports[t.index()].name }

// IsReliable reports whether the transport delivers in order and without loss
// (RFC 3261, 17). It is false for TransportOther.
func (t Transport) IsReliable() bool { return transports[t.index()].reliable }

// IsSecure reports whether the transport runs over TLS.
func (t Transport) IsSecure() bool {
	return t == TransportTLS || t == TransportTLSSCTP || t == TransportWSS
}

// Secure returns the transport that is t over TLS, as a sips URI asks for with
// the transport parameter of t (RFC 3261, 26.2.2): TransportTLS for TCP. UDP
// and TransportOther have none and stay what they are.
func (t Transport) Secure() Transport {
	switch t {
	case TransportTCP:
		return TransportTLS
	case TransportSCTP:
		return TransportTLSSCTP
	case TransportWS:
		return TransportWSS
	}
	return t
}

// DefaultPort returns the port of a host named without one: 5060, or 5061 over
// TLS (RFC 3261, 18.1.1; RFC 4168), 80 for WS and 443 for WSS (RFC 7118). It
// is 0 for TransportOther.
func (t Transport) DefaultPort() uint16 { return transports[t.index()].port }

func (t Transport) index() int {
	if int(t) >= len(transports) {
		return 0
	}
	return int(t)
}
