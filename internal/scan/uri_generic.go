package scan

import "github.com/sipwire/sipwire/internal/abnf"

// uriTable has the classes of bytes in a URI: those that may be both in the user and in
// a parameter with bit Z, those of hosts with one more, and what separates the parts
// without it.
var uriTable = newClassTable(func(c byte) int {
	switch {
	case abnf.IsLabel(c):
		return bitZ | bitX
	case abnf.IsHostPunct(c):
		return bitZ | bitY
	case abnf.Is(c, abnf.User) && abnf.Is(c, abnf.URIParam):
		return bitZ
	case c == ';':
		return bitX
	case c == '=':
		return bitY
	case c == '@':
		return bitX | bitY
	}
	return 0
})

// ReadURIGeneric is [ReadURI] for tiers without a kernel for it, and what specifies
// it. It is not ok in the others.
func ReadURIGeneric(b []byte, out *URI) (ok bool) { return !hasValueKernels() && readURI(b, out) }

func readURI(b []byte, out *URI) bool {
	const (
		sip     = 's' | 'i'<<8 | 'p'<<16 | ':'<<24
		letters = 0x202020 // of small letters, which they make of large ones
		first   = len("sip:")
	)
	if len(b) < 8 || len(b) > maxWindow || abnf.Load32(b)|letters != sip {
		return false
	}
	x, y, chars := uriTable.masks(b)
	semis, equals := x&^y&^chars, y&^x&^chars

	// The user ends at the first "@", and the host is behind it; or there is no user.
	at := lowest(x & y &^ chars)
	start, hasUser := at<<1, URIHasUser
	if at == 0 {
		start, hasUser = 1<<first, 0
	}
	user := (start - 1<<first) &^ at
	if at == 1<<first { // an empty one
		return false
	}
	if others := user &^ (chars | semis | equals); others != 0 && !areEscapes(b, others) {
		return false
	}
	h, ok := readHostPort(b, 0, x&chars, y&chars, start)
	if !ok {
		return false
	}

	// The parameters are all that is left.
	end := uint64(1) << len(b)
	all := end - h.next
	semis &= all
	equals &= all
	names := semis << 1 // their first characters
	nameEnds := (chars + names) &^ chars
	if bad := all&^(chars|semis|equals) | // of no class
		names&^chars | // an empty name
		h.next&^(semis|end) | // bytes in front of the first parameter
		equals&^nameEnds; // a second "="
	bad != 0 {
		return false
	}
	hostLo := index(start)
	*out = URI{
		Colon: uint32(first - 1), UserHi: uint32(hostLo) - uint32(hasUser), HostLo: uint32(hostLo),
		HostHi: uint32(h.hostEnd), ParamLo: uint32(h.end), ParamHi: uint32(len(b)),
		Port: h.port, Flags: hasUser | URIFlags(h.hasPort)*URIHasPort,
	}
	return true
}

// areEscapes reports whether an escape begins at each bit of set, the bytes of a user
// that need one.
func areEscapes(b []byte, set uint64) bool {
	for ; set != 0; set &= set - 1 {
		if i := index(lowest(set)); b[i] != '%' || i+2 >= len(b) || !abnf.Is(b[i+1], abnf.Hex) || !abnf.Is(b[i+2], abnf.Hex) {
			return false
		}
	}
	return true
}
