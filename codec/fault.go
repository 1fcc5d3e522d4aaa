package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A Fault says what is wrong and where. It is no error: calls return its Code,
// and the Fault is asked of what failed, such as [Message.Fault].
type Fault struct {
	Code   sipwire.Code // what is wrong, 0 for nothing
	Header header.ID    // the header field concerned; IDOther for none, or one outside the table
	Offset int          // in bytes, from the start of what was given to the call; see the Fault method
}

// AppendText appends the fault as one line for a log, such as "sip: malformed
// host in Via at offset 61". The error is always nil.
func (f Fault) AppendText(dst []byte) ([]byte, error) {
	dst = append(dst, f.Code.Error()...)
	if f.Code == 0 {
		return dst, nil
	}
	if name := f.Header.String(); name != "" {
		dst = append(append(dst, " in "...), name...)
	}
	dst = append(dst, " at offset "...)
	return abnf.AppendUint(dst, uint64(max(f.Offset, 0))), nil
}

// String returns the text that AppendText appends. It allocates.
func (f Fault) String() string {
	b, _ := f.AppendText(nil)
	return string(b)
}
