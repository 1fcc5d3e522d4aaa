package codec

import (
	"bytes"
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// What a server transport writes into the top Via of a request.

// SetReceived does what a server transport does to the top Via of a request
// that came from src (RFC 3261, 18.2.1; RFC 3581, 4): received is set when
// sent-by is not the address of src or rport is there, and rport gets the port
// when it is there. Values that the sender has put there are replaced.
func (e *Edit) SetReceived(src netip.AddrPort) error { return e.received(src, false) }

// ForceRPort is SetReceived for a request whose sender is taken to have asked
// for rport, as behind many NATs.
func (e *Edit) ForceRPort(src netip.AddrPort) error { return e.received(src, true) }

func (e *Edit) received(src netip.AddrPort, force bool) error {
	if !e.ready() {
		return &e.err
	}
	stamps, text, err := e.m.stampVia(e.text, src, force)
	if err != nil {
		return e.failed(err)
	}
	e.text = text
	for _, s := range stamps {
		if s.from < s.to {
			if err := e.insert(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// stampVia finds what [Edit.SetReceived] changes in the top Via, and appends
// to text what the splices, two at most and sorted, put in.
func (m *Message) stampVia(text []byte, src netip.AddrPort, force bool) (stamps [2]splice, _ []byte, err error) {
	via, err := m.TopVia()
	if err != nil {
		return stamps, text, err
	}
	if !src.IsValid() {
		return stamps, text, m.located(header.IDVia, 0, sipwire.ErrState)
	}
	_, base, _ := m.find(header.IDVia)
	_, end := via.Extent()
	received, rport := stampPlaces(via)
	addr := src.Addr().Unmap().WithZone("")
	wanted := force || rport.found
	if wanted || received.found || !sentFrom(via, addr) {
		from := len(text)
		text = addr.AppendTo(append(text, ";received="...))
		stamps[0] = received.splice(base, end, from, len(text))
	}
	if wanted {
		from := len(text)
		text = abnf.AppendUint(append(text, ";rport="...), uint64(src.Port()))
		stamps[1] = rport.splice(base, end, from, len(text))
	}
	if stamps[0].lo > stamps[1].lo && stamps[1].lo != 0 {
		stamps[0], stamps[1] = stamps[1], stamps[0]
	}
	return stamps, text, nil
}

// sentFrom reports whether sent-by is the address.
func sentFrom(via *header.Via, addr netip.Addr) bool {
	host, ok := via.HostAddr()
	return ok && host.Unmap() == addr
}

// A paramPlace is where a parameter of a Via stands, from its name to the end
// of its value.
type paramPlace struct {
	lo, hi int
	found  bool
}

// stampPlaces finds the first received and the first rport in one walk over
// the parameters, which have parsed. A quote may hide a ";": a Via that has
// one, as hardly any has, is walked by who knows the grammar.
func stampPlaces(via *header.Via) (received, rport paramPlace) {
	_, end := via.Extent()
	b := via.Params().Bytes()
	if bytes.IndexByte(b, '"') >= 0 {
		received.lo, received.hi, received.found = via.ParamExtent("received")
		rport.lo, rport.hi, rport.found = via.ParamExtent("rport")
		return received, rport
	}
	base := end - len(b)
	for i := 0; i < len(b); {
		lo := abnf.SkipLWS(b, abnf.SkipLWS(b, i)+len(";"))
		if lo >= len(b) {
			break
		}
		i = len(b)
		if n := bytes.IndexByte(b[lo:], ';'); n >= 0 {
			i = lo + n
		}
		if b[lo]|0x20 != 'r' {
			continue
		}
		_, hi := abnf.TrimLWS(b, lo, i)
		switch p := b[lo:hi]; {
		case !received.found && named(p, "received"):
			received = paramPlace{base + lo, base + hi, true}
		case !rport.found && named(p, "rport"):
			rport = paramPlace{base + lo, base + hi, true}
		}
	}
	return received, rport
}

// named reports whether the parameter has the name.
func named(param []byte, name string) bool {
	return len(param) >= len(name) && abnf.EqualFold(param[:len(name)], name) &&
		(len(param) == len(name) || !abnf.Is(param[len(name)], abnf.Token))
}

// splice puts ";name=value", which is text[from:to], behind the value of the
// Via, or without the ";" in the place of the parameter that it has.
func (p paramPlace) splice(base, end, from, to int) splice {
	if p.found {
		return splice{lo: uint32(base + p.lo), hi: uint32(base + p.hi), from: uint32(from + 1), to: uint32(to), rank: rankReplace, id: header.IDVia}
	}
	return splice{lo: uint32(base + end), hi: uint32(base + end), from: uint32(from), to: uint32(to), rank: rankAfter, id: header.IDVia}
}
