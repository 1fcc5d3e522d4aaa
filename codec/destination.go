package codec

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// A Destination says where a message is to be sent, as far as the message
// itself tells: what a resolver after RFC 3263 begins with. It points into the
// message, or into the URI, that it was read from.
type Destination struct {
	// Transport is the protocol to use. TransportOther says that the message
	// leaves the choice to DNS (RFC 3263, 4.1: NAPTR).
	Transport header.Transport
	// Host is a name or an address, an IPv6 address in brackets.
	Host []byte
	// Addr is the address, and is not valid when Host is a name.
	Addr netip.Addr
	// Port is 0 when the message names none and Host is a name: the port is
	// then that of an SRV record, or the default of the transport (RFC 3263,
	// 4.2).
	Port uint16
	// Secure asks for TLS on every hop (RFC 3261, 26.2.2): a sips URI.
	Secure bool
}

// AddrPort returns the address and the port. It is not ok when the host is a
// name, which DNS has to turn into an address first.
func (d Destination) AddrPort() (addr netip.AddrPort, ok bool) {
	return netip.AddrPortFrom(d.Addr, d.Port), d.Addr.IsValid()
}

// setHost stores the host and, when it is one, its address.
func (d *Destination) setHost(host []byte) {
	d.Host = host
	d.Addr, _ = uri.ParseAddr(host)
}

// ResponseDestination returns where a response goes when there is no
// connection to send it on (RFC 3261, 18.2.2; RFC 3581, 4). On a reliable
// transport it goes on the connection that its request came on, and here when
// that is gone.
//
// m is the request that is answered, and src where it came from: the response
// goes to that address, and to its port when the top Via asks for it with
// rport. When m is a request that has its received and rport already, src is not
// valid, and the top Via says it all. [ViaDestination] is for a response that a
// proxy forwards.
//
// A maddr parameter is ignored: it is for multicast, and lets a sender have
// responses sent to anyone. [ResponseDestinationMaddr] follows it. The error is
// that of the top Via.
func (m *Message) ResponseDestination(src netip.AddrPort) (Destination, error) {
	via, err := m.TopVia()
	if err != nil {
		return Destination{}, err
	}
	return viaDestination(via, src), nil
}

// ResponseDestinationMaddr is ResponseDestination for elements that follow the
// maddr parameter of a Via.
func (m *Message) ResponseDestinationMaddr(src netip.AddrPort) (Destination, error) {
	via, err := m.TopVia()
	if err != nil {
		return Destination{}, err
	}
	if t := via.Transport(); !t.IsReliable() && via.Maddr() != nil {
		d := Destination{Transport: t, Port: viaPort(via), Secure: t.IsSecure()}
		d.setHost(via.Maddr())
		return d, nil
	}
	return viaDestination(via, src), nil
}

// ViaDestination returns where a response that leaves with the Via value on top goes
// (RFC 3261, 18.2.2; RFC 3581, 4): of one that a proxy forwards, which takes its own
// off, that is the value below, the one of [Message.Via] with 1. It points into what
// via was read from. A maddr parameter is ignored, see [Message.ResponseDestination].
func ViaDestination(via *header.Via) Destination { return viaDestination(via, netip.AddrPort{}) }

// viaDestination returns where a response goes whose request came from src, which is
// not valid where via has received and rport already.
func viaDestination(via *header.Via, src netip.AddrPort) (d Destination) {
	d.Transport = via.Transport()
	d.Secure = d.Transport.IsSecure()
	d.Port = viaPort(via)
	if src.IsValid() {
		d.Host, d.Addr = via.Host(), src.Addr().Unmap()
		if via.HasRPort() && !d.Transport.IsReliable() {
			d.Port = src.Port()
		}
		return d
	}
	if received, ok := uri.ParseAddr(via.Received()); ok {
		d.Host, d.Addr = via.Host(), received
		if port, ok := via.RPort(); ok && !d.Transport.IsReliable() {
			d.Port = port
		}
		return d
	}
	d.setHost(via.Host())
	if _, ok := via.Port(); !ok && !d.Addr.IsValid() {
		d.Port = 0 // RFC 3263, 5: SRV may tell another one
	}
	return d
}

// RequestDestination returns where a request for the URI goes: the
// Request-URI, or the URI of the first Route (RFC 3261, 8.1.2; RFC 3263, 4).
// [Message.NextHop] and [Route] find that URI.
//
// The host is that of maddr when the URI has it. An address without a
// transport parameter, or a host with a port, means UDP, and TLS over TCP for a
// sips URI. The transport tcp of a sips URI is TLS too. A URI that is neither sip nor sips
// leads nowhere: ErrScheme.
func RequestDestination(u *uri.URI) (d Destination, err error) {
	if !u.IsSIP() {
		return d, sipwire.ErrScheme
	}
	d.Secure = u.Scheme() == uri.SIPS
	host := u.Host()
	if maddr, ok := u.Maddr(); ok {
		host = maddr
	}
	d.setHost(host)
	port, hasPort := u.Port()
	switch name, ok := u.Transport(); {
	case ok:
		d.Transport = header.LookupTransport(name)
		if d.Secure {
			d.Transport = d.Transport.Secure()
		}
		d.Secure = d.Secure || d.Transport.IsSecure()
	case !hasPort && !d.Addr.IsValid():
		return d, nil
	case d.Secure:
		d.Transport = header.TransportTLS
	default:
		d.Transport = header.TransportUDP
	}
	if hasPort {
		d.Port = port
	} else if d.Addr.IsValid() {
		d.Port = d.Transport.DefaultPort()
	}
	return d, nil
}
