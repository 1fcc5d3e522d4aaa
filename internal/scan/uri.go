package scan

// URI is where the parts of a URI are, as package uri keeps and explains them, so
// that [ReadURI] can write it in place: the kernels know its layout.
type URI struct {
	Colon, UserHi, HostLo, HostHi, ParamLo, ParamHi uint32

	Port  uint16
	Flags URIFlags
	_     uint8
}

// URIFlags say which parts a URI has.
type URIFlags uint8

// The parts.
const (
	URIHasUser URIFlags = 1 << iota
	URIHasPassword
	URIHasPort
)
