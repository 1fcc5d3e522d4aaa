package header

import (
	"bytes"
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/value"
	"github.com/sipwire/sipwire/uri"
)

// Via is a view of one Via value (RFC 3261, 20.42 and 25.1: via-parm; RFC 3581).
// The zero Via is invalid. It may be copied freely. It and everything it returns
// are valid as long as the bytes it was parsed from are.
//
// Whitespace and folds may surround every separator. Parsing does not check the
// values of received, rport, ttl and maddr, since each of them is a via-extension
// as well; their accessors are not ok when they are malformed. When a parameter
// is given twice, the first one is used; [ParamList.Duplicate] finds the second.
//
// Package codec returns pointers to a Via inside its message, so the accessors
// have pointer receivers.
type Via struct {
	b  []byte
	at scan.Via // offsets into b
}

// Parse reads b, the whole of which must be one Via value. Without an error n is
// len(b). With one n is the offset of the byte that is wrong, the error is a
// sipwire.Code and v is invalid.
func (v *Via) Parse(b []byte) (n int, err error) {
	n, err = v.ParseFrom(b, 0)
	if err == nil && n < len(b) {
		return n, v.result(sipwire.ErrTrailing)
	}
	return n, err
}

// ParseFrom reads the value that begins at b[i] in a whole field and ends
// before the next comma that separates two values. Without an error n is the
// index of that comma, or len(b) after the last value; the next one begins at
// n+1. With an error it is as for [Via.Parse].
func (v *Via) ParseFrom(b []byte, i int) (n int, err error) {
	// Nearly all values are as ReadVia reads them, with a transport of three capital
	// letters, and [Via.parse] would have read these alike.
	if i == 0 && scan.ReadVia(b, &v.at) && v.knowsTransport(b) {
		v.b = b
		return len(b), nil
	}
	return v.parseGeneric(b, i)
}

// parseGeneric is [Via.ParseFrom] for a value that no kernel reads. It is a function of
// its own so that the tiers with kernels do not pay for it.
func (v *Via) parseGeneric(b []byte, i int) (n int, err error) {
	if i == 0 && scan.ReadViaGeneric(b, &v.at) && v.knowsTransport(b) {
		v.b = b
		return len(b), nil
	}
	if n, ok := v.parseOne(b, i); ok {
		return n, nil
	}
	return v.parseOther(b, i)
}

// parseOne is [Via.ParseFrom] for a value that others stand beside, as SIPp's responses
// have all on one line. What reads a whole field reads the part up to the comma, and
// takes no quotes, so that the comma is one that separates values.
func (v *Via) parseOne(b []byte, i int) (n int, ok bool) {
	if n = bytes.IndexByte(b[i:], ','); n >= 0 {
		n += i
	} else if n = len(b); i == 0 {
		return 0, false // it was read as a whole field before
	}
	if i < n && b[i] == ' ' {
		i++
	}
	one := b[i:n:n]
	if !scan.ReadVia(one, &v.at) && !scan.ReadViaGeneric(one, &v.at) || !v.knowsTransport(one) {
		return 0, false
	}
	v.b = one
	return n, true
}

// knowsTransport sets the ID of the transport of b, which begins as all values do that
// ReadVia reads. It reports whether it is one of those with three capital letters.
func (v *Via) knowsTransport(b []byte) bool {
	const transport = len("SIP/2.0/")
	if len(b) <= transport+4 {
		return false
	}
	// Which transport it is cannot be predicted, so there is no branch for each.
	t := &fastTransports[(b[transport]+b[transport+1])&7]
	v.at.ID = uint8(t.id)
	return abnf.Load32(b[transport:]) == t.word
}

// parseOther is [Via.ParseFrom] for any value.
func (v *Via) parseOther(b []byte, i int) (n int, err error) {
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
	if value.TooLong(b) {
		return i, sipwire.ErrRange
	}
	*v = Via{b: b}
	if i = value.SkipLWS(b, i); i >= len(b) {
		return len(b), sipwire.ErrEmpty
	}
	if b[i] == ',' {
		return i, sipwire.ErrList
	}
	lo := i
	if len(b)-i >= 8 && abnf.Load64(b[i:]) == sip20 {
		i = value.SkipLWS(b, i+8)
	} else if i, code = consumeProtocol(b, i); code != 0 {
		return i, code
	}
	j := value.Span(b, i, value.Token)
	if j == i {
		return i, sipwire.ErrProtocol
	}
	v.at.Transport, v.at.ID = value.MakePart(i, j), uint8(LookupTransport(b[i:j]))
	if i = value.SkipLWS(b, j); i == j {
		return i, sipwire.ErrProtocol
	}
	if i, code = v.parseSentBy(b, i); code != 0 {
		return i, code
	}
	hi, n, code := v.parseParams(b, i)
	v.at.ParamLo = uint32(min(value.SkipLWS(b, i), hi))
	v.at.All = value.MakePart(lo, hi)
	return n, code
}

// consumeProtocol reads protocol-name SLASH protocol-version SLASH at i, up to
// the transport.
func consumeProtocol(b []byte, i int) (int, sipwire.Code) {
	for range 2 {
		j := value.Span(b, i, value.Token)
		if j == i {
			return i, sipwire.ErrProtocol
		}
		if i = value.SkipLWS(b, j); i >= len(b) || b[i] != '/' {
			return i, sipwire.ErrProtocol
		}
		i = value.SkipLWS(b, i+1)
	}
	return i, 0
}

// parseSentBy reads host [ COLON port ] at i.
func (v *Via) parseSentBy(b []byte, i int) (int, sipwire.Code) {
	j, code := abnf.ConsumeHost(b, i)
	if code != 0 {
		return j, code
	}
	v.at.Host = value.MakePart(i, j)
	v.at.SentBy = v.at.Host
	k := value.SkipLWS(b, j)
	if k >= len(b) {
		return j, 0
	}
	switch b[k] {
	case ':':
		if v.at.Port, j, code = abnf.ConsumePort(b, value.SkipLWS(b, k+1)); code != 0 {
			return j, code
		}
		if j < len(b) && b[j] > ' ' && b[j] != ';' && b[j] != ',' {
			return j, sipwire.ErrPort
		}
		v.at.HasPort = true
		v.at.SentBy.Hi = uint32(j)
	case ';', ',':
	default:
		return k, sipwire.ErrHost
	}
	return j, 0
}

// parseParams is [value.ConsumeParams] that keeps the branch.
func (v *Via) parseParams(b []byte, i int) (hi, n int, code sipwire.Code) {
	var a value.Param
	for {
		hi = i
		if i = value.SkipLWS(b, i); i >= len(b) || b[i] == ',' {
			return hi, i, 0
		}
		if b[i] != ';' {
			return i, i, sipwire.ErrParam
		}
		if i = value.SkipLWS(b, i+1); value.AtValueEnd(b, i) {
			return hi, i, 0
		}
		if i, code = value.ConsumeParam(b, i, &a); code != 0 {
			return i, i, code
		}
		if v.at.Branch == (value.Part{}) && a.IsBranch(b) {
			a.Keep(&v.at.Branch)
		}
	}
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *Via) IsValid() bool { return v.at.All.Hi != 0 }

// Bytes returns the whole value as received, without whitespace around it and
// without a ";" that has nothing behind it.
func (v *Via) Bytes() []byte { return v.at.All.Of(v.b) }

// AppendTo appends the value as received, folds included.
func (v *Via) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v Via) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v Via) String() string { return string(v.AppendTo(nil)) }

// Protocol returns the protocol-name, normally "SIP".
func (v *Via) Protocol() []byte {
	lo := int(v.at.All.Lo)
	return value.MakePart(lo, value.Span(v.b, lo, value.Token)).Of(v.b)
}

// Version returns the protocol-version, normally "2.0".
func (v *Via) Version() []byte {
	if !v.IsValid() {
		return nil
	}
	lo := value.SkipLWS(v.b, value.Span(v.b, int(v.at.All.Lo), value.Token)) // the first slash
	lo = value.SkipLWS(v.b, lo+1)
	return value.MakePart(lo, value.Span(v.b, lo, value.Token)).Of(v.b)
}

// Transport returns the transport. [Via.TransportBytes] returns its token.
func (v *Via) Transport() Transport { return Transport(v.at.ID) }

// TransportBytes returns the transport as received.
func (v *Via) TransportBytes() []byte { return v.at.Transport.Of(v.b) }

// SentBy returns host and port as received.
func (v *Via) SentBy() []byte { return v.at.SentBy.Of(v.b) }

// Host returns the host of sent-by as received, an IPv6 address with its
// brackets.
func (v *Via) Host() []byte { return v.at.Host.Of(v.b) }

// HostKind returns the form of the host.
func (v *Via) HostKind() uri.HostKind { return uri.KindOfHost(v.Host()) }

// HostAddr returns the host of sent-by as an address. It is not ok when it is
// a name.
func (v *Via) HostAddr() (addr netip.Addr, ok bool) {
	return uri.ParseAddr(v.Host())
}

// Port returns the port of sent-by. It is not ok when it is missing;
// [Transport.DefaultPort] applies then (RFC 3261, 18.2.2).
func (v *Via) Port() (port uint16, ok bool) { return v.at.Port, v.at.HasPort }

// Params returns all parameters in their order, those with accessors of their
// own included.
func (v *Via) Params() ParamList {
	return ParamList{value.Part{Lo: v.at.ParamLo, Hi: v.at.All.Hi}.Of(v.b)}
}

// Branch returns the branch parameter, nil when it is missing (RFC 3261,
// 8.1.1.7).
func (v *Via) Branch() []byte { return v.at.Branch.Of(v.b) }

// HasMagicCookie reports whether the branch is "z9hG4bK" with more behind it, so
// that it identifies a transaction by itself (RFC 3261, 17.2.3). The cookie
// alone says nothing: such a branch is one of RFC 2543 (RFC 4475, 3.2.1). The
// case of the cookie is ignored (7.3.1).
func (v *Via) HasMagicCookie() bool {
	const cookie = "z9hg4bk"
	b := v.Branch()
	return len(b) > len(cookie) && abnf.EqualFold(b[:len(cookie)], cookie)
}

// Received returns the received parameter, nil when it is missing
// (RFC 3261, 18.2.1).
func (v *Via) Received() []byte {
	if v.at.Semicolons != 0 {
		received, _, _ := v.ReceivedParts()
		return v.plainValue(received, len("received"))
	}
	p, _ := v.Params().Get("received")
	return p
}

// ReceivedAddr returns the received parameter as an address, of an IPv6
// address with or without brackets (RFC 5118, 4.5). It is not ok when
// it is missing or not an address.
func (v *Via) ReceivedAddr() (addr netip.Addr, ok bool) { return uri.ParseAddr(v.Received()) }

// HasRPort reports whether there is an rport parameter, with or without a value
// (RFC 3581, 3).
func (v *Via) HasRPort() bool {
	if v.at.Semicolons != 0 {
		_, rport, _ := v.ReceivedParts()
		return rport.Hi != 0
	}
	b := v.Params().Bytes()
	// Outside of quotes a semicolon begins a parameter, so that most need not
	// be read one by one: 25 ns in place of 73 (CPU profiles of a transaction
	// layer, 27 November 2026).
	const name = ";rport"
	if at := bytes.Index(b, []byte(name)); at >= 0 && bytes.IndexByte(b, '"') < 0 {
		if at += len(name); at == len(b) || b[at] == ';' || b[at] == '=' {
			return true
		}
	}
	return v.Params().Has("rport")
}

// RPort returns the value of the rport parameter. It is not ok when it is
// missing or not a port.
func (v *Via) RPort() (port uint16, ok bool) {
	var p []byte
	if v.at.Semicolons != 0 {
		_, rport, _ := v.ReceivedParts()
		p = v.plainValue(rport, len("rport"))
	} else {
		p, _ = v.Params().Get("rport")
	}
	port, n, code := abnf.ConsumePort(p, 0)
	return port, code == 0 && n == len(p)
}

// TTL returns the ttl parameter. A value that is not a number up to 255 is not
// ok (RFC 3261, 25.1: ttl).
func (v *Via) TTL() (ttl uint8, ok bool) {
	p, _ := v.Params().Get("ttl")
	n, j, code := abnf.ConsumeUint(p, 0, 255)
	if code != 0 || j != len(p) || j > 3 {
		return 0, false
	}
	return uint8(n), true
}

// Maddr returns the maddr parameter, a host (RFC 3261, 18.1.1 and 25.1), nil
// when there is none. [uri.ParseAddr] reads it as an address.
func (v *Via) Maddr() []byte {
	if v.at.Semicolons != 0 && !v.hasParam('m') {
		return nil
	}
	p, _ := v.Params().Get("maddr")
	return p
}

// Hidden reports whether there is a hidden parameter (RFC 2543, 6.40), which
// today's elements neither write nor use.
func (v *Via) Hidden() bool { return v.Params().Has("hidden") }
