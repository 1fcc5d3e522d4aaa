package scan

import "github.com/sipwire/sipwire/internal/abnf"

// Via is where the parts of a Via value are. It is what package header keeps of
// one, so that [ReadVia] can write it in place: the kernels know its layout.
type Via struct {
	All, Transport, SentBy, Host abnf.Part

	Branch  abnf.Part // the value of the parameter
	ParamLo uint32    // where the parameters begin; they end with All

	Port    uint16
	ID      uint8 // of the transport, for package header to set
	HasPort bool

	// Where the parameters begin with a ";", bit 0 is the byte at ParamLo; 0 for
	// unknown. Then no whitespace and no quote is between ParamLo and the end.
	Semicolons uint64

	// Those of Semicolons with an "r" behind them, as received and rport have; anything
	// when that is unknown.
	RParams uint64
}
