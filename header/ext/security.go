package ext

import "github.com/sipwire/sipwire/header"

// SecurityMechanism is a view of one value of Security-Client, Security-Server
// and Security-Verify (RFC 3329, 2.2). The zero SecurityMechanism is invalid.
// It and everything it returns are valid as long as the bytes it was parsed
// from are.
type SecurityMechanism struct{ header.Item }

// Mechanism returns the name of the mechanism, such as "tls", "digest" or
// "ipsec-3gpp".
func (v SecurityMechanism) Mechanism() []byte { return v.Value() }

// Algorithm returns the parameter d-alg of digest or alg of ipsec-3gpp, nil
// when both are missing.
func (v SecurityMechanism) Algorithm() []byte {
	if a, ok := v.Params().Get("d-alg"); ok {
		return a
	}
	a, _ := v.Params().Get("alg")
	return a
}

// Verify returns the parameter d-ver, the quoted digest that guards against
// bidding down (RFC 3329, 2.4), nil when it is missing.
func (v SecurityMechanism) Verify() []byte {
	d, _ := v.Params().Get("d-ver")
	return d
}
