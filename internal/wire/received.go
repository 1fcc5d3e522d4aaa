package wire

import (
	"bytes"
	"net/netip"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A Patch replaces value[Lo:Hi] by text[From:To]. It puts in when Lo is Hi,
// and is none when From is To.
type Patch struct{ Lo, Hi, From, To int }

// Received finds what a server transport changes in the top Via of a request
// that came from src (RFC 3261, 18.2.1; RFC 3581, 4): received is set when
// sent-by is not the address of src or rport is there, and rport gets the port
// when it is there, or with force. It appends to text what the patches, two at
// most and sorted, put in. Their offsets are in the field that via was parsed
// from.
func Received(text []byte, via *header.Via, src netip.AddrPort, force bool) (patches [2]Patch, _ []byte) {
	_, end := via.Extent()
	received, rport := findReceived(via)
	addr := src.Addr().Unmap().WithZone("")
	wanted := force || rport.found
	if wanted || received.found || !sentFrom(via, addr) {
		from := len(text)
		text = addr.AppendTo(append(text, ";received="...))
		patches[0] = received.patch(end, from, len(text))
	}
	if wanted {
		from := len(text)
		text = abnf.AppendUint(append(text, ";rport="...), uint64(src.Port()))
		patches[1] = rport.patch(end, from, len(text))
	}
	if patches[0].Lo > patches[1].Lo && patches[1].Lo != 0 {
		patches[0], patches[1] = patches[1], patches[0]
	}
	return patches, text
}

// sentFrom reports whether sent-by is the address.
func sentFrom(via *header.Via, addr netip.Addr) bool {
	host, ok := via.HostAddr()
	return ok && host.Unmap() == addr
}

// A paramExtent is where a parameter of a Via is, from its name to the end of
// its value.
type paramExtent struct {
	lo, hi int
	found  bool
}

// findReceived finds the first received and the first rport in one walk over
// the parameters, which have parsed. A quote may hide a ";": a Via with one,
// which is rare, is walked by package header.
func findReceived(via *header.Via) (received, rport paramExtent) {
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
		case !received.found && hasName(p, "received"):
			received = paramExtent{base + lo, base + hi, true}
		case !rport.found && hasName(p, "rport"):
			rport = paramExtent{base + lo, base + hi, true}
		}
	}
	return received, rport
}

// hasName reports whether the parameter has the name.
func hasName(param []byte, name string) bool {
	return len(param) >= len(name) && abnf.EqualFold(param[:len(name)], name) &&
		(len(param) == len(name) || !abnf.Is(param[len(name)], abnf.Token))
}

// patch puts ";name=value", which is text[from:to], at the end of the Via,
// or without the ";" in the place of the parameter that it has.
func (p paramExtent) patch(end, from, to int) Patch {
	if p.found {
		return Patch{p.lo, p.hi, from + 1, to}
	}
	return Patch{end, end, from, to}
}
