package ext

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Reason is a view of one value of Reason (RFC 3326, 2). The zero Reason is
// invalid. It and everything it returns are valid as long as the bytes it was
// parsed from are.
type Reason struct{ header.Item }

// Protocol returns the protocol, such as "SIP" or "Q.850", which is compared
// without case, as Is does.
func (v Reason) Protocol() []byte { return v.Value() }

// Cause returns the cause parameter. It is not ok when it is missing or not a
// number below 2^31.
func (v Reason) Cause() (cause int, ok bool) {
	c, _ := v.Params().Get("cause")
	n, j, code := abnf.ConsumeUint(c, 0, 1<<31-1)
	return int(n), code == 0 && j == len(c)
}

// Text returns the text parameter as received, with its quotes
// ([header.AppendUnquoted] removes them), nil when it is missing.
func (v Reason) Text() []byte {
	t, _ := v.Params().Get("text")
	return t
}
