package ext

import "github.com/sipwire/sipwire/header"

// AccessNetwork is a view of one value of P-Access-Network-Info (RFC 7315, 4.4
// and 5.4). The zero AccessNetwork is invalid. It and everything it returns
// are valid as long as the bytes it was parsed from are.
type AccessNetwork struct{ header.Item }

// Type returns the access type, such as "3GPP-E-UTRAN-FDD", or class.
func (v AccessNetwork) Type() []byte { return v.Value() }

// CellID returns the cell: the parameter utran-cell-id-3gpp (which
// LTE and NR use as well), cgi-3gpp or ci-3gpp2, nil when all are
// missing.
func (v AccessNetwork) CellID() []byte {
	for _, name := range [...]string{"utran-cell-id-3gpp", "cgi-3gpp", "ci-3gpp2"} {
		if id, ok := v.Params().Get(name); ok {
			return id
		}
	}
	return nil
}

// IsNetworkProvided reports whether the network, not the phone, has given the
// value: the parameter "network-provided" (RFC 7315, 5.4).
func (v AccessNetwork) IsNetworkProvided() bool { return v.Params().Has("network-provided") }
