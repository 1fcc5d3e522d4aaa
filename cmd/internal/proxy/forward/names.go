package forward

import (
	"net/netip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A Finding says what is known about a host name.
type Finding uint8

const (
	Unknown Finding = iota // it has no address
	Found                  // it has
	Pending                // DNS has to be asked first
)

// Names finds the addresses of host names (RFC 3263).
type Names interface {
	// Find returns where a message to a destination goes. Among several it
	// chooses by key, the Call-ID: the same for all requests of a transaction
	// (4.4). It keeps neither. Where the answer is Pending, the message is given
	// back as NeedsName. It may be called from many goroutines at once.
	Find(d *codec.Destination, key []byte) (Target, Finding)
}

// locate finds the Peer for a destination that m leads to, which it writes to p, empty
// before: a Peer that is returned is copied twice. It is not ok when there is none:
// f.pending then says whether DNS has to be asked first.
func (f *Forwarder) locate(p *Peer, d *codec.Destination, m *codec.Message) (ok bool) {
	if addr, ok := d.AddrPort(); ok {
		p.Transport, p.Addr = d.Transport, addr
		return true
	}
	if f.config.Names == nil || len(d.Host) == 0 {
		return false
	}
	f.destination = *d // what Find is given would be an allocation
	t, found := f.config.Names.Find(&f.destination, m.Value(header.IDCallID))
	f.pending = found == Pending
	p.Transport, p.Addr, p.Name = t.Transport, t.Addr, t.Name
	return found == Found
}

// locateOther is locate for a request, which must not come back to the proxy.
func (f *Forwarder) locateOther(p *Peer, d *codec.Destination, m *codec.Message) (ok bool) {
	return f.locate(p, d, m) && IsOneHost(p.Addr.Addr()) && !f.IsListening(p.Addr)
}

// Locate returns the Peer for a destination that the request m is to be sent to. It
// is not ok when that is the proxy itself, or has no address, or none that is known
// yet: see Pending.
func (f *Forwarder) Locate(d *codec.Destination, m *codec.Message) (p Peer, ok bool) {
	f.pending = false
	ok = f.locateOther(&p, d, m)
	return p, ok
}

// Ask asks the Names for a destination, as Locate does. It may be called from many
// goroutines at once.
func (f *Forwarder) Ask(d *codec.Destination, m *codec.Message) {
	if f.config.Names != nil {
		f.config.Names.Find(d, m.Value(header.IDCallID))
	}
}

// IsOneHost reports whether what is sent to an address goes to one host, which
// has that address. The unspecified address is this machine, and a message must
// not make a proxy broadcast (RFC 4475, 3.3.10).
func IsOneHost(a netip.Addr) bool {
	a = a.Unmap()
	return !a.IsUnspecified() && !a.IsMulticast() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// Pending reports whether the last Next, Locate or Datagram found no address because
// DNS has to be asked first.
func (f *Forwarder) Pending() bool { return f.pending }
