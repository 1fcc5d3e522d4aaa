package scan

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
