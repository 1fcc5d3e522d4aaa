package forward

import "github.com/sipwire/sipwire/codec"

// Last returns the message of the last Datagram. It is valid until the next one.
// One that could not be parsed has what was found before the defect.
func (f *Forwarder) Last() *codec.Message { return &f.message }
