package wire

import (
	"bytes"
	"net/netip"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A Patch replaces value[Lo:Hi] by text[From:To]. It puts in when Lo is Hi,
// and takes out when From is To.
type Patch struct{ Lo, Hi, From, To int }

// ViaPatches are changes of parameters of one Via value, in order. Their
// offsets are in the field that the Via is the first value of, which begins with
// it: package codec keeps fields without the whitespace around them.
//
// A parameter that is changed and is there more than once was put there by
// somebody who wants one reader to see the first and another the last: the
// first one is changed, and the others are taken out.
type ViaPatches struct {
	patches [2]Patch // the first n, sorted
	n       int
	repeats Repeats
	repeat  Patch // the next one of repeats, Hi 0 for none
}

// Next returns the next patch.
func (v *ViaPatches) Next() (p Patch, ok bool) {
	if v.repeat.Hi == 0 && v.repeats.b != nil {
		v.repeat = v.repeats.next()
	}
	switch {
	case v.n > 0 && (v.repeat.Hi == 0 || v.patches[0].Lo < v.repeat.Lo || v.patches[0].Hi == v.patches[0].Lo && v.patches[0].Lo < v.repeat.Hi):
		p = v.patches[0]
		v.patches[0] = v.patches[1]
		v.n--
		return p, true
	case v.repeat.Hi != 0:
		p = v.repeat
		v.repeat = Patch{}
		return p, true
	}
	return Patch{}, false
}

// SetReceived finds what a server transport changes in the top Via of a request
// that came from src (RFC 3261, 18.2.1; RFC 3581, 4): received is set when
// sent-by is not the address of src or rport is there, and rport gets the port
// when it is there, or with force. It appends to text what the patches put in.
func (v *ViaPatches) SetReceived(text []byte, via *header.Via, src netip.AddrPort, force bool) []byte {
	end := len(via.Bytes())
	received, rport, repeated := findReceived(via)
	if repeated {
		v.repeats = newRepeats(via, "received", "rport")
	}
	addr := src.Addr().Unmap().WithZone("")
	wanted := force || rport.found
	if wanted || received.found || !sentFrom(via, addr) {
		from := len(text)
		text = addr.AppendTo(append(text, ";received="...))
		v.patches[0], v.n = received.patch(end, from, len(text)), 1
	}
	if wanted {
		from := len(text)
		text = abnf.AppendUint(append(text, ";rport="...), uint64(src.Port()))
		v.patches[v.n] = rport.patch(end, from, len(text))
		v.n++
	}
	if v.n == 2 && v.patches[0].Lo > v.patches[1].Lo {
		v.patches[0], v.patches[1] = v.patches[1], v.patches[0]
	}
	return text
}

// SetBranch gives via the branch. It appends to text what the patches put in.
func (v *ViaPatches) SetBranch(text []byte, via *header.Via, branch []byte) []byte {
	var old paramExtent
	old.lo, old.hi, old.found = viaParam(via, "branch")
	end := len(via.Bytes())
	from := len(text)
	text = append(append(text, ";branch="...), branch...)
	v.patches[0], v.n = old.patch(end, from, len(text)), 1
	v.repeats = newRepeats(via, "branch", "")
	return text
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
// the parameters, which have parsed, and whether there are more. A quote may
// hide a ";": a Via with one, which is rare, is walked by package header.
func findReceived(via *header.Via) (received, rport paramExtent, repeated bool) {
	end := len(via.Bytes())
	b := via.Params().Bytes()
	if bytes.IndexByte(b, '"') >= 0 {
		received.lo, received.hi, received.found = viaParam(via, "received")
		rport.lo, rport.hi, rport.found = viaParam(via, "rport")
		return received, rport, true // perhaps: newRepeats looks
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
		var found *paramExtent
		switch p := b[lo:hi]; {
		case hasName(p, "received"):
			found = &received
		case hasName(p, "rport"):
			found = &rport
		default:
			continue
		}
		if found.found {
			repeated = true
			continue
		}
		*found = paramExtent{base + lo, base + hi, true}
	}
	return received, rport, repeated
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

// Repeats finds the parameters of a Via whose name was there before, of two
// names.
type Repeats struct {
	b       []byte // the parameters
	base, i int
	names   [2]string
	seen    [2]bool
}

func newRepeats(via *header.Via, a, b string) Repeats {
	end := len(via.Bytes())
	params := via.Params().Bytes()
	return Repeats{b: params, base: end - len(params), names: [2]string{a, b}}
}

// next returns a patch that takes the next one out, with the ";" in front of
// it. Hi is 0 when there is none.
func (r *Repeats) next() Patch {
	for r.i < len(r.b) {
		_, from := abnf.TrimLWS(r.b, 0, r.i)
		lo := abnf.SkipLWS(r.b, abnf.SkipLWS(r.b, r.i)+len(";"))
		if lo >= len(r.b) {
			break
		}
		r.i = paramEnd(r.b, lo)
		_, hi := abnf.TrimLWS(r.b, lo, r.i)
		for k, name := range r.names {
			if name == "" || !hasName(r.b[lo:hi], name) {
				continue
			}
			if r.seen[k] {
				return Patch{Lo: r.base + from, Hi: r.base + hi}
			}
			r.seen[k] = true
		}
	}
	r.b = nil
	return Patch{}
}

// paramEnd returns the index of the ";" behind the parameter at i, or the
// length of b. A ";" in a quoted string is none.
func paramEnd(b []byte, i int) int {
	for quoted := false; i < len(b); i++ {
		switch b[i] {
		case '"':
			quoted = !quoted
		case '\\':
			if quoted {
				i++
			}
		case ';':
			if !quoted {
				return i
			}
		}
	}
	return len(b)
}
