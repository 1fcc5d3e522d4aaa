package ext

import (
	"iter"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// ChargingVector is a view of the value of P-Charging-Vector (RFC 7315, 4.6 and
// 5.6). Parse is that of [header.ParamList]. Accessors return nil for what is
// missing. The zero ChargingVector is empty. It and everything it returns are valid
// as long as the bytes it was parsed from are.
type ChargingVector struct{ header.ParamList }

// ICID returns the IMS charging identity, icid-value.
func (v ChargingVector) ICID() []byte { return v.param("icid-value") }

// GeneratedAt returns the host that made the ICID, icid-generated-at.
func (v ChargingVector) GeneratedAt() []byte { return v.param("icid-generated-at") }

// OrigIOI returns the originating inter-operator identifier, orig-ioi.
func (v ChargingVector) OrigIOI() []byte { return v.param("orig-ioi") }

// TermIOI returns the terminating inter-operator identifier, term-ioi.
func (v ChargingVector) TermIOI() []byte { return v.param("term-ioi") }

// TransitIOI returns the transit inter-operator identifiers, transit-ioi.
func (v ChargingVector) TransitIOI() []byte { return v.param("transit-ioi") }

// RelatedICID returns the ICID of the related leg, related-icid.
func (v ChargingVector) RelatedICID() []byte { return v.param("related-icid") }

func (v ChargingVector) param(name string) []byte {
	p, _ := v.Get(name)
	return p
}

// ChargingAddresses is a view of the value of P-Charging-Function-Addresses
// (RFC 7315, 4.5 and 5.5). Parse is that of [header.ParamList]. The zero
// ChargingAddresses is empty. It and everything it returns are valid as long as the
// bytes it was parsed from are.
type ChargingAddresses struct{ header.ParamList }

// CCF ranges over the charging collection functions.
func (v ChargingAddresses) CCF() iter.Seq[[]byte] { return v.each("ccf") }

// ECF ranges over the event charging functions.
func (v ChargingAddresses) ECF() iter.Seq[[]byte] { return v.each("ecf") }

func (v ChargingAddresses) each(name string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for n, value := range v.All() {
			if abnf.EqualFold(n, name) && !yield(value) {
				return
			}
		}
	}
}
