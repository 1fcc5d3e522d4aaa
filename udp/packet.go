package udp

import (
	"net/netip"

	"github.com/sipwire/sipwire/internal/poison"
	"github.com/sipwire/sipwire/pool"
)

// Packet is one received datagram. It is a view: valid until the next Read of
// its Reader, unless it is held.
type Packet struct {
	// Data is the datagram in place, without capacity beyond it. Its bytes may
	// be changed by the caller.
	Data []byte

	// Src is who sent it. An IPv4 address is always four bytes long, also on a
	// dual-stack socket; a link-local IPv6 address carries its zone.
	Src netip.AddrPort

	// Dst is the address and port it was sent to. On a socket bound to a
	// wildcard with Config.NoLocal, or on another system than Linux, the address
	// is invalid and only the port is set.
	Dst netip.AddrPort

	// Len is the length that the datagram had on the wire; more than len(Data)
	// if it was cut.
	Len int

	// Time is when the kernel received it, in nanoseconds since 1970 UTC, if
	// Config.Timestamps asked for it and the system has it; otherwise 0.
	Time int64

	r     *Reader
	slot  pool.Slot
	batch uint32 // of the Read that returned it
	hold  ticket
}

// Truncated reports whether the datagram was longer than Data. What is left of
// it must not be parsed as a whole message: a SIP message cut in its body looks
// sound but for its Content-Length (RFC 3261, 18.3).
func (p *Packet) Truncated() bool { return p.Len > len(p.Data) }

// Hold keeps the packet valid over the next Read, until Release. It must be
// called by the goroutine that called Read, before it reads again; the packet
// may then be copied (its struct, not its bytes) and given to another
// goroutine.
//
// It returns false when Config.Held packets are held already, or when the packet
// is of an earlier Read and its bytes are gone (under the race detector and with
// the build tag sipwiredebug that panics). Then nothing has changed: the packet is valid until the next Read, and the caller must finish
// it by then, copy its bytes, or drop it knowingly. Reading itself never stalls
// for want of a slot.
func (p *Packet) Hold() bool {
	if p.hold != (ticket{}) {
		return true
	}
	if p.r == nil {
		return false
	}
	if p.batch != p.r.batch {
		if poison.Enabled {
			panic("udp: Hold of a packet of an earlier Read")
		}
		return false
	}
	t, ok := p.r.holds.take(p.slot)
	if !ok {
		p.r.stats.holdsRefused.Add(1)
		return false
	}
	p.hold = t
	p.r.heldNow = true
	return true
}

// Release gives a held packet back. Any goroutine may call it, once for each
// Hold; Data is void afterwards. It reports whether the packet was held: a
// second Release, also through a copy of the Packet, changes nothing.
func (p *Packet) Release() bool {
	if p.hold == (ticket{}) || p.r == nil {
		return false
	}
	ok := p.r.holds.release(p.hold)
	p.hold = ticket{}
	p.Data = nil
	return ok
}

// Reply returns a Datagram with data that goes back to where the packet came
// from, sent from the address that the packet was sent to: a host with several
// addresses answers from the one it was called on (RFC 3581, 4, asks for that).
func (p *Packet) Reply(data []byte) Datagram {
	d := Datagram{Data: data, Dst: p.Src}
	if a := p.Dst.Addr(); a.IsValid() && !a.IsMulticast() && a != broadcast {
		d.Src = a
	}
	return d
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
