package wire

import (
	"net/netip"
	"slices"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
	"github.com/sipwire/sipwire/uri"
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

// Sorted returns all patches in order. ok is false when there are more, which
// only Next returns.
func (v *ViaPatches) Sorted() (patches []Patch, ok bool) {
	return v.patches[:v.n], v.repeats.b == nil
}

// SetReceived finds what a server transport changes in the top Via of a request
// that came from src (RFC 3261, 18.2.1; RFC 3581, 4): received is set when
// sent-by is not the address of src or rport is there, and rport gets the port
// when it is there, or with force. It appends to text what the patches put in.
func (v *ViaPatches) SetReceived(text []byte, via *header.Via, src netip.AddrPort, force bool) []byte {
	received, rport, repeated := via.ReceivedParts()
	if repeated {
		v.repeats = newRepeats(via, "received", "rport")
	}
	addr := src.Addr().Unmap().WithZone("")
	end := len(via.Bytes())
	from := len(text)
	text = slices.Grow(text, 64) // once, not by each part
	if !force && rport.Hi == 0 {
		text = appendAddr(append(text, ";received="...), addr)
		if received.Hi == 0 && sentFrom(via, addr, text[from+len(";received="):]) {
			return text[:from]
		}
		v.patches[0], v.n = patch(received, end, from, len(text)), 1
		return text
	}
	// What comes first in the Via is written first, so that two changes side by
	// side become one.
	if received.Hi != 0 && (rport.Hi == 0 || received.Lo < rport.Lo) || rport.Hi == 0 {
		text = appendAddr(append(text, ";received="...), addr)
		v.patches[0] = patch(received, end, from, len(text))
		from = len(text)
		text = appendPort(append(text, ";rport="...), src.Port())
		v.patches[1] = patch(rport, end, from, len(text))
	} else {
		text = appendPort(append(text, ";rport="...), src.Port())
		v.patches[0] = patch(rport, end, from, len(text))
		from = len(text)
		text = appendAddr(append(text, ";received="...), addr)
		v.patches[1] = patch(received, end, from, len(text))
	}
	v.n = 2
	if first, second := &v.patches[0], &v.patches[1]; first.Hi == second.Lo && !repeated {
		first.Hi, first.To = second.Hi, second.To
		v.n = 1
	}
	return text
}

// SetBranch gives via the branch. It appends to text what the patches put in.
func (v *ViaPatches) SetBranch(text []byte, via *header.Via, branch []byte) []byte {
	var old value.Part
	if lo, hi, ok := viaParam(via, "branch"); ok {
		old = value.MakePart(lo, hi)
	}
	end := len(via.Bytes())
	from := len(text)
	text = append(append(text, ";branch="...), branch...)
	v.patches[0], v.n = patch(old, end, from, len(text)), 1
	v.repeats = newRepeats(via, "branch", "")
	return text
}

// sentFrom reports whether sent-by is the address, whose text is given. An IPv4
// address has one text only, since octets with leading zeros are none: texts are
// compared, unless sent-by is one of IPv6, which IPv4 may be mapped into.
func sentFrom(via *header.Via, addr netip.Addr, text []byte) bool {
	host := via.Host()
	if len(host) > 0 && host[0] != '[' {
		return addr.Is4() && string(host) == string(text)
	}
	sentBy, ok := uri.ParseAddr(host)
	return ok && sentBy.Unmap() == addr
}

// hasName reports whether the parameter has the name.
func hasName(param []byte, name string) bool {
	return len(param) >= len(name) && abnf.EqualFold(param[:len(name)], name) &&
		(len(param) == len(name) || !abnf.Is(param[len(name)], abnf.Token))
}

// patch puts ";name=value", which is text[from:to], at the end of the Via,
// or without the ";" in place of the parameter that it has, old.
func patch(old value.Part, end, from, to int) Patch {
	if old.Hi != 0 {
		return Patch{int(old.Lo), int(old.Hi), from + 1, to}
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
