package scan

import "github.com/sipwire/sipwire/internal/abnf"

// The shortest and the longest value that [ReadVia] reads, its front aside.
const (
	minVia = 4
	maxVia = 126
)

// Via is where the parts of a Via are, as [ReadVia] finds them, from sent-by on.
type Via struct {
	HostEnd           uint32 // where a colon and the port follow, or the parameters
	Params            uint32
	Port              uint32 // 0 without one
	Branch, BranchEnd uint32 // of its value, both 0 when there is none
	_                 uint32

	// Where the parameters begin with a ";", bit 0 is the byte at Params; 0 when
	// there are too many bytes for a word.
	Semicolons uint64
}

// viaClasses are the classes of bytes that [ReadVia] asks for. The kernels know
// which is which.
var viaClasses = Classes{
	Sets: [...]Set{
		NewSet(abnf.IsLabel),
		NewSet(abnf.IsHostPunct),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Token) }),
	},
	Bytes: [...]byte{';', '=', ']'},
}
