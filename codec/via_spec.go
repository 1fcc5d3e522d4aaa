package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
)

// A ViaSpec says what a Via value to be written holds (RFC 3261, 20.42);
// [header.Via] is one that was read. Its slices are read during the call that
// it is given to, and not kept.
type ViaSpec struct {
	Transport header.Transport // not header.TransportOther
	Host      []byte           // of sent-by: a name, an IPv4 address or an IPv6 address in brackets
	Port      uint16           // of sent-by; 0 leaves it out
	Branch    []byte           // begins with the magic cookie z9hG4bK; compose.AppendBranch makes one
	RPort     bool             // asks for the response at the port this is sent from (RFC 3581, 3)
}

// AppendTo appends the value, without a line end. A transport without a name
// is ErrProtocol, a host that is none ErrHost, a branch without the magic
// cookie ErrParam; dst is then as it was.
func (v *ViaSpec) AppendTo(dst []byte) ([]byte, error) {
	code := v.checkStart()
	if code == 0 {
		code = check.Branch(v.Branch)
	}
	if code != 0 {
		return dst, code
	}
	return v.appendTo(dst), nil
}

// checkStart checks everything but the branch.
func (v *ViaSpec) checkStart() sipwire.Code {
	if v.Transport.String() == "" {
		return sipwire.ErrProtocol
	}
	return check.Host(v.Host)
}

// appendTo appends v, which has been checked.
func (v *ViaSpec) appendTo(dst []byte) []byte {
	return append(v.appendStart(dst), v.Branch...)
}

// appendStart is appendTo without the branch.
func (v *ViaSpec) appendStart(dst []byte) []byte {
	dst = append(dst, "SIP/2.0/"...)
	dst = append(dst, v.Transport.String()...)
	dst = append(dst, ' ')
	dst = append(dst, v.Host...)
	if v.Port != 0 {
		dst = abnf.AppendUint(append(dst, ':'), uint64(v.Port))
	}
	if v.RPort {
		dst = append(dst, ";rport"...)
	}
	return append(dst, ";branch="...)
}
