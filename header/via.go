package header

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/uri"
)

// Via is a view of one Via value (RFC 3261, 20.42 and 25.1: via-parm; RFC
// 3581). The zero Via is invalid. It may be copied freely; it and everything
// it returns are valid as long as the bytes it was parsed from are.
//
// Whitespace and folds may stand around every separator. The values of
// received, rport, ttl and maddr are not judged by parsing, for each of them
// also is a via-extension; their accessors are not ok when they are malformed.
// Of a parameter given twice the first counts; [ParamList.Duplicate] tells.
type Via struct {
	b []byte

	all, transport, sentBy, host, branch part
	paramLo                              uint32

	port    uint16
	id      Transport
	hasPort bool
}

// A part is an extent of the bytes a value was parsed from. Nothing that is
// there ends at 0, so that the zero part stands for what is not there.
type part struct{ lo, hi uint32 }

// noValue stands for a parameter that is there and has no value.
var noValue = part{lo: 1}

func makePart(lo, hi int) part { return part{uint32(lo), uint32(hi)} }

// of returns the part of b, cut so that an append can not reach what follows,
// and nil for the zero part and noValue.
func (p part) of(b []byte) []byte {
	if p.hi == 0 {
		return nil
	}
	return b[p.lo:p.hi:p.hi]
}

// Parse reads b, the whole of which must be one Via value. Without an error n
// is len(b), with one the offset of the byte that is wrong; the error is a
// [Code] and v is invalid.
func (v *Via) Parse(b []byte) (n int, err error) {
	if scan.HasMasks() && v.plain(b) {
		return len(b), nil
	}
	n, code := v.parse(b, 0)
	if code == 0 && n < len(b) {
		code = sipwire.ErrTrailing
	}
	return n, v.result(code)
}

// ParseFrom reads the value that begins at b[i] in a whole field and ends
// before the next comma that separates two values. Without an error n is the
// index of that comma, or len(b) after the last value; the next one begins at
// n+1. With an error it is as for [Via.Parse].
func (v *Via) ParseFrom(b []byte, i int) (n int, err error) {
	if scan.HasMasks() && i == 0 && v.plain(b) {
		return len(b), nil
	}
	n, code := v.parse(b, i)
	return n, v.result(code)
}

func (v *Via) result(code sipwire.Code) error {
	if code != 0 {
		*v = Via{}
		return code
	}
	return nil
}

func (v *Via) parse(b []byte, i int) (n int, code sipwire.Code) {
	if tooLong(b) {
		return i, sipwire.ErrRange
	}
	*v = Via{b: b}
	if i = skipLWS(b, i); i >= len(b) {
		return len(b), sipwire.ErrEmpty
	}
	if b[i] == ',' {
		return i, sipwire.ErrList
	}
	lo := i
	if len(b)-i >= 8 && abnf.Load64(b[i:]) == sip20 {
		i = skipLWS(b, i+8)
	} else if i, code = consumeProtocol(b, i); code != 0 {
		return i, code
	}
	j := span(b, i, inToken)
	if j == i {
		return i, sipwire.ErrProtocol
	}
	v.transport, v.id = makePart(i, j), LookupTransport(b[i:j])
	if i = skipLWS(b, j); i == j {
		return i, sipwire.ErrProtocol
	}
	if i, code = v.parseSentBy(b, i); code != 0 {
		return i, code
	}
	hi, n, code := v.parseParams(b, i)
	v.paramLo = uint32(min(skipLWS(b, i), hi))
	v.all = makePart(lo, hi)
	return n, code
}

// consumeProtocol reads protocol-name SLASH protocol-version SLASH at i, up to
// the transport.
func consumeProtocol(b []byte, i int) (int, sipwire.Code) {
	for range 2 {
		j := span(b, i, inToken)
		if j == i {
			return i, sipwire.ErrProtocol
		}
		if i = skipLWS(b, j); i >= len(b) || b[i] != '/' {
			return i, sipwire.ErrProtocol
		}
		i = skipLWS(b, i+1)
	}
	return i, 0
}

// parseSentBy reads host [ COLON port ] at i.
func (v *Via) parseSentBy(b []byte, i int) (int, sipwire.Code) {
	j, code := uri.ConsumeHost(b, i)
	if code != 0 {
		return j, code
	}
	v.host = makePart(i, j)
	v.sentBy = v.host
	k := skipLWS(b, j)
	if k >= len(b) {
		return j, 0
	}
	switch b[k] {
	case ':':
		if v.port, j, code = uri.ConsumePort(b, skipLWS(b, k+1)); code != 0 {
			return j, code
		}
		v.hasPort = true
		v.sentBy.hi = uint32(j)
	case ';', ',':
	default:
		return k, sipwire.ErrHost
	}
	return j, 0
}

// parseParams is consumeParams that keeps the branch.
func (v *Via) parseParams(b []byte, i int) (hi, n int, code sipwire.Code) {
	var a param
	for {
		hi = i
		if i = skipLWS(b, i); i >= len(b) || b[i] == ',' {
			return hi, i, 0
		}
		if b[i] != ';' {
			return i, i, sipwire.ErrParam
		}
		if i, code = consumeParam(b, skipLWS(b, i+1), &a); code != 0 {
			return i, i, code
		}
		if v.branch == (part{}) && a.isBranch(b) {
			a.keep(&v.branch)
		}
	}
}

// keep stores the extent of the value in p.
func (a *param) keep(p *part) {
	if *p = noValue; a.valueLo >= 0 {
		*p = makePart(a.valueLo, a.valueHi)
	}
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *Via) IsValid() bool { return v.all.hi != 0 }

// Bytes returns the whole value as it came, without whitespace around it.
func (v *Via) Bytes() []byte { return v.all.of(v.b) }

// Extent returns where the value stands in the bytes that were parsed:
// b[lo:hi].
func (v *Via) Extent() (lo, hi int) { return int(v.all.lo), int(v.all.hi) }

// AppendTo appends the value as it came, folds included.
func (v *Via) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// Protocol returns the protocol-name, "SIP" unless it came from elsewhere.
func (v *Via) Protocol() []byte {
	lo := int(v.all.lo)
	return makePart(lo, span(v.b, lo, inToken)).of(v.b)
}

// Version returns the protocol-version, "2.0" unless it came from elsewhere.
func (v *Via) Version() []byte {
	if !v.IsValid() {
		return nil
	}
	lo := skipLWS(v.b, span(v.b, int(v.all.lo), inToken)) // the first slash
	lo = skipLWS(v.b, lo+1)
	return makePart(lo, span(v.b, lo, inToken)).of(v.b)
}

// Transport returns the transport; [Via.TransportBytes] has the token.
func (v *Via) Transport() Transport { return v.id }

// TransportBytes returns the transport as it came.
func (v *Via) TransportBytes() []byte { return v.transport.of(v.b) }

// SentBy returns host and port as they came.
func (v *Via) SentBy() []byte { return v.sentBy.of(v.b) }

// Host returns the host of sent-by as it came, an IPv6 address with its
// brackets.
func (v *Via) Host() []byte { return v.host.of(v.b) }

// HostKind returns the form of the host.
func (v *Via) HostKind() uri.HostKind { return uri.KindOfHost(v.Host()) }

// HostAddr returns the host of sent-by as an address. It is not ok when it is
// a name.
func (v *Via) HostAddr() (addr netip.Addr, ok bool) {
	return uri.ParseAddr(v.Host())
}

// Port returns the port of sent-by. It is not ok when there is none, in which
// case [Transport.DefaultPort] applies (RFC 3261, 18.2.2).
func (v *Via) Port() (port uint16, ok bool) { return v.port, v.hasPort }

// Params returns all parameters in their order, those with accessors of their
// own included.
func (v *Via) Params() ParamList {
	return ParamList{part{v.paramLo, v.all.hi}.of(v.b)}
}

// ParamExtent returns where the first parameter with the name stands in the
// bytes that were parsed, from its name to the end of its value.
func (v *Via) ParamExtent(name string) (lo, hi int, ok bool) {
	p := v.Params().b
	var a param
	for i := 0; a.next(p, &i); {
		if a.is(p, name) {
			return int(v.paramLo) + a.nameLo, int(v.paramLo) + max(a.nameHi, a.valueHi), true
		}
	}
	return 0, 0, false
}

// Branch returns the branch parameter, nil when there is none (RFC 3261,
// 8.1.1.7).
func (v *Via) Branch() []byte { return v.branch.of(v.b) }

// HasMagicCookie reports whether the branch begins with "z9hG4bK", so that it
// identifies a transaction by itself (RFC 3261, 17.2.3). The case of the
// cookie does not matter (7.3.1).
func (v *Via) HasMagicCookie() bool {
	const cookie = "z9hg4bk"
	b := v.Branch()
	return len(b) >= len(cookie) && abnf.EqualFold(b[:len(cookie)], cookie)
}

// Received returns the received parameter as it came, nil when there is none
// (RFC 3261, 18.2.1).
func (v *Via) Received() []byte { value, _ := v.Params().Get("received"); return value }

// ReceivedAddr returns the received parameter as an address, of an IPv6
// address with or without brackets (RFC 5118, 4.5). It is not ok when there
// is none or it is no address.
func (v *Via) ReceivedAddr() (addr netip.Addr, ok bool) { return uri.ParseAddr(v.Received()) }

// HasRPort reports whether the rport parameter stands, with or without a value
// (RFC 3581, 3).
func (v *Via) HasRPort() bool { return v.Params().Has("rport") }

// RPort returns the value of the rport parameter. It is not ok when there is
// none or it is no port.
func (v *Via) RPort() (port uint16, ok bool) {
	value, _ := v.Params().Get("rport")
	port, n, code := uri.ConsumePort(value, 0)
	return port, code == 0 && n == len(value)
}

// TTL returns the ttl parameter. A value that is not a number up to 255 is not
// ok (RFC 3261, 25.1: ttl).
func (v *Via) TTL() (ttl uint8, ok bool) {
	value, _ := v.Params().Get("ttl")
	n, j, code := abnf.ConsumeUint(value, 0, 255)
	if code != 0 || j != len(value) || j > 3 {
		return 0, false
	}
	return uint8(n), true
}

// Maddr returns the maddr parameter, a host (RFC 3261, 18.1.1 and 25.1), nil
// when there is none. [uri.ParseAddr] reads it as an address.
func (v *Via) Maddr() []byte { value, _ := v.Params().Get("maddr"); return value }

// Hidden reports whether the hidden parameter of RFC 2543, 6.40 stands,
// which today's elements neither write nor act on.
func (v *Via) Hidden() bool { return v.Params().Has("hidden") }
