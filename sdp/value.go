package sdp

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// An Origin is the value of the o= line (RFC 8866, 5.2). Two descriptions
// belong to one session when all but SessionVersion is equal.
//
// Beyond the grammar, the user name may have spaces, and the two numbers may
// be any text.
type Origin struct {
	Username, SessionID, SessionVersion []byte
	NetType, AddrType, Address          []byte
}

// Parse reads b, the whole of which must be the value of an o= line. Without
// an error n is len(b), else the offset of what is wrong.
func (v *Origin) Parse(b []byte) (n int, err error) {
	// From the end on, since the user name may have spaces.
	hi := len(b)
	for hi > 0 && isSpace(b[hi-1]) {
		hi--
	}
	parts := [...]*[]byte{&v.Address, &v.AddrType, &v.NetType, &v.SessionVersion, &v.SessionID}
	for _, part := range parts {
		lo := hi
		for lo > 0 && !isSpace(b[lo-1]) {
			lo--
		}
		*part = b[lo:hi:hi]
		hi = lo
		for hi > 0 && isSpace(b[hi-1]) {
			hi--
		}
		if hi == 0 {
			*v = Origin{}
			return len(b), sipwire.ErrValue
		}
	}
	v.Username = b[:hi:hi]
	return len(b), nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// Addr returns the address as a number; a host name is not ok.
func (v *Origin) Addr() (netip.Addr, bool) { return parseAddr(v.Address) }

// Origin returns the o= line, ErrMissing when there is none.
func (d *Description) Origin() (Origin, error) {
	var v Origin
	// It is the second line, behind that of the version (RFC 8866, 5), but for what is
	// not in order.
	i := 1
	if d.sessionEnd() < 2 || d.b[d.ends[1]+1] != 'o' || d.b[d.ends[0]+1] != 'v' {
		if i = d.lineOf('o', 0, d.sessionEnd()); i < 0 {
			return v, d.missing('o', 0)
		}
	}
	if n, err := v.Parse(d.value(i)); err != nil {
		return v, d.fail(err.(sipwire.Code), i, d.offset(i)+2+n)
	}
	return v, nil
}

// A Connection is the value of a c= line (RFC 8866, 5.7).
type Connection struct {
	NetType, AddrType []byte // "IN"; "IP4" or "IP6"
	Address           []byte // a host name or an address, without what follows a "/"
	TTL               int    // of a multicast address of IP4, else 0
	Count             int    // of addresses, 1 unless more are given

	suffix []byte // from the "/" on
}

// Parse reads b, the whole of which must be the value of a c= line. Without an
// error n is len(b), else the offset of what is wrong.
func (v *Connection) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b)
	if code != 0 {
		*v = Connection{}
		return n, code
	}
	return n, nil
}

func (v *Connection) parse(b []byte) (int, sipwire.Code) {
	if fastConnection(b) {
		v.NetType, v.AddrType, v.Address = b[:2:2], b[3:6:6], b[7:]
		v.TTL, v.Count, v.suffix = 0, 1, nil
		return len(b), 0
	}
	c := cursor{b: b}
	v.NetType, v.AddrType = c.field(), c.field()
	lo, hi := c.next()
	switch {
	case len(v.NetType) == 0:
		return 0, sipwire.ErrEmpty
	case lo == hi:
		return lo, sipwire.ErrHost
	}
	v.Address, v.Count, v.TTL, v.suffix = b[lo:hi:hi], 1, 0, nil
	if j, _ := c.next(); j < len(b) {
		return j, sipwire.ErrTrailing
	}
	for i := lo; i < hi; i++ {
		if b[i] == '/' {
			v.Address, v.suffix = b[lo:i:i], b[i:hi:hi]
			return v.multicast(b, i, hi)
		}
	}
	return len(b), 0
}

// multicast reads "/" ttl ["/" number] for IP4, "/" number for IP6.
func (v *Connection) multicast(b []byte, i, hi int) (int, sipwire.Code) {
	var numbers [2]int
	n := 0
	for ; i < hi && n < len(numbers); n++ {
		if b[i] != '/' {
			return i, sipwire.ErrTrailing
		}
		x, j, code := abnf.ConsumeUint(b[:hi], i+1, 1<<31-1)
		if code != 0 {
			return i + 1, code
		}
		numbers[n], i = int(x), j
	}
	if i < hi {
		return i, sipwire.ErrTrailing
	}
	switch {
	case string(v.AddrType) == "IP6":
		v.Count = numbers[0]
	case n == 2:
		v.TTL, v.Count = numbers[0], numbers[1]
	default:
		v.TTL = numbers[0]
	}
	return len(b), 0
}

// Addr returns the address as a number; a host name is not ok.
func (v *Connection) Addr() (netip.Addr, bool) { return parseAddr(v.Address) }

// isUnspecified reports whether the address is 0.0.0.0 or ::.
func (v *Connection) isUnspecified() bool {
	if len(v.Address) == 0 || v.Address[0] != '0' && v.Address[0] != ':' {
		return false
	}
	a, ok := v.Addr()
	return ok && a.IsUnspecified()
}

// parseAddr reads the whole of b as an address.
func parseAddr(b []byte) (netip.Addr, bool) {
	for _, c := range b {
		if c == ':' {
			a, n, ok := abnf.ConsumeIPv6(b, 0)
			return netip.AddrFrom16(a), ok && n == len(b)
		}
		if c == '.' {
			break
		}
	}
	a, n, ok := abnf.ConsumeIPv4(b, 0)
	if !ok || n != len(b) {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4(a), true
}

// connectionOf reads line i, a c= line; -1 is ErrMissing for the section at lo.
func (d *Description) connectionOf(i, lo int) (Connection, error) {
	var v Connection
	if i < 0 {
		return v, d.missing('c', lo)
	}
	if n, code := v.parse(d.value(i)); code != 0 {
		return Connection{}, d.fail(code, i, d.offset(i)+2+n)
	}
	return v, nil
}

// Timing is the value of a t= line in seconds since 1900 (RFC 8866, 5.9).
// Zero is: no bound.
type Timing struct{ Start, Stop uint64 }

// Parse reads b, the whole of which must be the value of a t= line. Without an
// error n is len(b), else the offset of what is wrong.
func (v *Timing) Parse(b []byte) (n int, err error) {
	*v = Timing{}
	c := cursor{b: b}
	for _, to := range []*uint64{&v.Start, &v.Stop} {
		lo, hi := c.next()
		x, j, code := abnf.ConsumeUint(b[:hi], lo, 1<<63)
		if code == 0 && j != hi {
			code = sipwire.ErrNumber
		}
		if code != 0 {
			return j, code
		}
		*to = x
	}
	if j, hi := c.next(); j < hi {
		return j, sipwire.ErrTrailing
	}
	return len(b), nil
}

// Timing returns the first t= line, ErrMissing when there is none.
func (d *Description) Timing() (Timing, error) {
	var v Timing
	i := d.lineOf('t', 0, d.sessionEnd())
	if i < 0 {
		return v, d.missing('t', 0)
	}
	if n, err := v.Parse(d.value(i)); err != nil {
		return Timing{}, d.fail(err.(sipwire.Code), i, d.offset(i)+2+n)
	}
	return v, nil
}
