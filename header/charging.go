package header

import (
	"iter"

	"github.com/sipwire/sipwire/internal/abnf"
)

// ChargingVector is a view of the value of P-Charging-Vector (RFC 7315, 4.6
// and 5.6). [ParamList.Parse] reads it. Accessors return values as they came,
// nil for those that are missing. The zero ChargingVector is empty; it and
// everything it returns are valid as long as the bytes it was parsed from are.
type ChargingVector struct{ ParamList }

// ICID returns the IMS charging identity, icid-value.
func (v *ChargingVector) ICID() []byte { return v.param("icid-value") }

// GeneratedAt returns the host that made the ICID, icid-generated-at.
func (v *ChargingVector) GeneratedAt() []byte { return v.param("icid-generated-at") }

// OrigIOI returns the originating inter-operator identifier, orig-ioi.
func (v *ChargingVector) OrigIOI() []byte { return v.param("orig-ioi") }

// TermIOI returns the terminating inter-operator identifier, term-ioi.
func (v *ChargingVector) TermIOI() []byte { return v.param("term-ioi") }

// TransitIOI returns the transit inter-operator identifiers, transit-ioi.
func (v *ChargingVector) TransitIOI() []byte { return v.param("transit-ioi") }

// RelatedICID returns the ICID of the related leg, related-icid.
func (v *ChargingVector) RelatedICID() []byte { return v.param("related-icid") }

func (v *ChargingVector) param(name string) []byte {
	p, _ := v.Get(name)
	return p
}

// ChargingAddresses is a view of the value of P-Charging-Function-Addresses
// (RFC 7315, 4.5 and 5.5). [ParamList.Parse] reads it. The zero
// ChargingAddresses is empty; it and everything it returns are valid as long
// as the bytes it was parsed from are.
type ChargingAddresses struct{ ParamList }

// CCF ranges over the charging collection functions as they came.
func (v ChargingAddresses) CCF() iter.Seq[[]byte] { return v.each("ccf") }

// ECF ranges over the event charging functions as they came.
func (v ChargingAddresses) ECF() iter.Seq[[]byte] { return v.each("ecf") }

func (v ChargingAddresses) each(name string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		eachParam(v.Bytes(), func(n, value []byte) bool {
			return !abnf.EqualFold(n, name) || yield(value)
		})
	}
}

// AccessNetwork is a view of one value of P-Access-Network-Info (RFC 7315, 4.4
// and 5.4). The zero AccessNetwork is invalid; it and everything it returns
// are valid as long as the bytes it was parsed from are.
type AccessNetwork struct{ Item }

// Type returns the access type, such as "3GPP-E-UTRAN-FDD", or class.
func (v *AccessNetwork) Type() []byte { return v.Value() }

// CellID returns the cell as it came: the parameter utran-cell-id-3gpp (which
// LTE and NR use as well), cgi-3gpp or ci-3gpp2, nil when there is none of
// them.
func (v *AccessNetwork) CellID() []byte {
	for _, name := range [...]string{"utran-cell-id-3gpp", "cgi-3gpp", "ci-3gpp2"} {
		if id, ok := v.Params().Get(name); ok {
			return id
		}
	}
	return nil
}

// IsNetworkProvided reports whether the network, not the phone, has given the
// value: the parameter "network-provided" (RFC 7315, 5.4).
func (v *AccessNetwork) IsNetworkProvided() bool { return v.Params().Has("network-provided") }
