package scan

import "github.com/sipwire/sipwire/internal/abnf"

// The shortest and the longest value that [ReadAddr] reads.
const (
	minAddr = 8
	maxAddr = 126
)

// Addr is where the parts of a name-addr are, as [ReadAddr] finds them. The URI
// has "<" and ">" around it; the tag is all that follows.
type Addr struct {
	Display     uint32 // length of the display name, with its quotes
	URI, URIEnd uint32
	Tag, TagEnd uint32 // of the value of the tag, both 0 when there is none
}

// addrClasses are the classes of bytes that [ReadAddr] asks for. The kernels know
// which is which.
var addrClasses = Classes{
	Sets: [...]Set{
		NewSet(func(c byte) bool { return c == '<' || c == '>' }),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Control) }),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Token) }),
	},
	Bytes: [...]byte{' ', '"', '\\'},
}
