package ext

import "github.com/sipwire/sipwire/header"

// InfoPackage is a view of the value of Info-Package and of one value of Recv-Info
// (RFC 6086, 9.2). Names are compared with case (RFC 6086, 7.2). The zero
// InfoPackage is invalid. It and everything it returns are valid as long as the
// bytes it was parsed from are.
type InfoPackage struct{ header.Item }

// Name returns the name of the package.
func (v InfoPackage) Name() []byte { return v.Value() }
