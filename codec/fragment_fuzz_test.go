package codec

import "testing"

// FuzzFragment parses anything as a fragment that must be complete.
func FuzzFragment(f *testing.F) {
	f.Add([]byte("SIP/2.0 603 Declined"))
	f.Add([]byte("a:b\r\nc"))
	f.Add([]byte("BYE sip:a SIP/2.0\r\n x\r"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := Parser{Fragment: true, Complete: true}
		var m, again Message
		err := p.Parse(&m, b)
		for i := range m.Len() {
			_ = m.At(i)
		}
		_, _ = m.From()
		_, _ = m.TransactionHash(1)
		if f := m.ParseFault(); err != nil && (f.Offset < 0 || f.Offset > len(b)+4) {
			t.Fatalf("%q: %v at %d", b, err, f.Offset)
		}
		// A message is a fragment of itself.
		if again.Parse(b) == nil && (m.Len() != again.Len() || string(m.Bytes()) != string(b)) {
			t.Fatalf("%q: %d header fields, %d as a message", b, m.Len(), again.Len())
		}
	})
}
