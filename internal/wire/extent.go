package wire

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// A view does not say where it is in the field that it was parsed from. These
// functions find that for the first value of a field.

// viaParam returns the offsets in a Via value of the first parameter with the
// name, from its name to the end of its value.
func viaParam(via *header.Via, name string) (lo, hi int, ok bool) {
	list := via.Params().Bytes()
	if lo, hi, ok = value.FindParam(list, name); !ok {
		return 0, 0, false
	}
	base := len(via.Bytes()) - len(list)
	return base + lo, base + hi, true
}

// ViaExtent returns the offsets in field of its first Via value.
func ViaExtent(field []byte, via *header.Via) (lo, hi int) {
	lo = abnf.SkipLWS(field, 0)
	return lo, lo + len(via.Bytes())
}

// URIOffset returns the offset in field of the URI of its first value.
func URIOffset(field []byte, v *header.NameAddr) int {
	i := abnf.SkipLWS(field, 0)
	if v.HasAngle() {
		i = abnf.SkipLWS(field, i+len(v.Display())) + len("<")
	}
	return i
}

// TagExtent returns the offsets in field of the tag parameter of its only value,
// from the name to the end of its value, and the end of the whole value. Without
// such a parameter lo and hi are that end.
func TagExtent(field []byte, v *header.NameAddr) (lo, hi, end int) {
	end = abnf.SkipLWS(field, 0) + len(v.Bytes())
	list := v.Params().Bytes()
	if len(list) > 0 {
		if lo, hi, ok := value.FindParam(list, "tag"); ok {
			return end - len(list) + lo, end - len(list) + hi, end
		}
	}
	return end, end, end
}
