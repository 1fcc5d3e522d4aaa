package codec

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/wire"
)

// A ViaSpec says what a Via value to be written holds (RFC 3261, 20.42);
// [header.Via] is one that was read. Its slices are read during the call that
// it is given to, and not kept.
type ViaSpec struct {
	Transport header.Transport // not header.TransportOther
	Host      []byte           // of sent-by: a name, an IPv4 address or an IPv6 address in brackets
	Addr      netip.Addr       // of sent-by, instead of Host; without a zone
	Port      uint16           // of sent-by; 0 leaves it out
	Branch    []byte           // begins with the magic cookie z9hG4bK; compose.AppendBranch makes one
	RPort     bool             // asks for the response at the port this is sent from (RFC 3581, 3)
	// Params are further parameters, such as alias (RFC 5923), keep (RFC 6223),
	// maddr and ttl. Branch and RPort have fields of their own, and received is
	// for who gets the request.
	Params []Param
}

// AppendTo appends the value, without a line end. A transport without a name
// is ErrProtocol, a host that is none, two hosts or an address with a zone
// ErrHost, a branch without the magic cookie ErrParam, a parameter what
// [AppendParams] says, and ErrParam when it is not for Params or its value not
// what RFC 3261 asks for; dst is then as it was.
func (v *ViaSpec) AppendTo(dst []byte) ([]byte, error) {
	code := v.checkStart()
	if code == 0 {
		code = check.Branch(v.Branch)
	}
	if code == 0 {
		code = v.checkParams()
	}
	if code != 0 {
		return dst, code
	}
	out, err := AppendParams(v.appendTo(dst), v.Params)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// AppendTransactionKey appends what [Message.AppendTransactionKey] does for a request
// with this top Via, which [ViaSpec.AppendTo] can write, and for the responses to it.
// method is that of the request, INVITE for an ACK.
func (v *ViaSpec) AppendTransactionKey(dst, method []byte) []byte {
	host, port := v.Host, v.Port
	if v.Addr.IsValid() {
		var buf [maxAddr]byte
		host, _ = wire.AppendHost(buf[:0], v.Addr)
	}
	if port == 0 {
		port = v.Transport.DefaultPort()
	}
	return appendBranchKey(dst, port, host, method, v.Branch)
}

// checkStart checks what is in front of the branch.
func (v *ViaSpec) checkStart() sipwire.Code {
	switch {
	case v.Transport.String() == "":
		return sipwire.ErrProtocol
	case !v.Addr.IsValid():
		return check.Host(v.Host)
	case len(v.Host) > 0 || v.Addr.Zone() != "":
		return sipwire.ErrHost
	}
	return 0
}

// checkParams checks those parameters that a Via knows. AppendParams checks the
// rest.
func (v *ViaSpec) checkParams() sipwire.Code {
	for i := range v.Params {
		p := &v.Params[i]
		switch {
		case abnf.EqualFold(p.Name, "branch"), abnf.EqualFold(p.Name, "rport"), abnf.EqualFold(p.Name, "received"):
			return sipwire.ErrParam
		case abnf.EqualFold(p.Name, "maddr"):
			if p.Quoted || check.Host(p.Value) != 0 {
				return sipwire.ErrParam
			}
		case abnf.EqualFold(p.Name, "ttl"):
			if p.Quoted || !isTTL(p.Value) {
				return sipwire.ErrParam
			}
		}
	}
	return 0
}

// isTTL reports whether b is a number of one to three digits up to 255.
func isTTL(b []byte) bool {
	n := 0
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return len(b) <= 3 && abnf.All(b, abnf.Digit) && n <= 255
}

// appendTo appends v without Params. It has been checked.
func (v *ViaSpec) appendTo(dst []byte) []byte {
	return append(v.appendStart(dst), v.Branch...)
}

// appendStart is appendTo without the branch.
func (v *ViaSpec) appendStart(dst []byte) []byte {
	dst = append(dst, "SIP/2.0/"...)
	dst = append(dst, v.Transport.String()...)
	dst = append(dst, ' ')
	if v.Addr.IsValid() {
		dst, _ = wire.AppendHost(dst, v.Addr)
	} else {
		dst = append(dst, v.Host...)
	}
	if v.Port != 0 {
		dst = abnf.AppendUint(append(dst, ':'), uint64(v.Port))
	}
	if v.RPort {
		dst = append(dst, ";rport"...)
	}
	return append(dst, ";branch="...)
}
