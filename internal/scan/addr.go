package scan

import "github.com/sipwire/sipwire/internal/abnf"

// Addr is where the parts of a name-addr are. It is what package header keeps of
// one, so that [ReadAddr] can write it in place: the kernels know its layout.
type Addr struct {
	All     abnf.Part
	Display abnf.Part // with its quotes
	URI     abnf.Part // without "<>"
	Tag     abnf.Part // the value of the parameter
	ParamLo uint32    // where the parameters begin; they end with All
	Angle   bool      // whether the URI is in "<>"
	_       [3]byte
}
