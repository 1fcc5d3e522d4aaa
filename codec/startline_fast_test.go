package codec

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/internal/scan"
)

// TestStartFast changes start lines: what startFast takes, parseStartLine reads in
// the same way and without an error.
func TestStartFast(t *testing.T) {
	lines := []string{
		"INVITE sip:bob@biloxi.example.com SIP/2.0", "SUBSCRIBE sips:a@[2001:db8::1]:5061;transport=tcp sip/2.0",
		"A b:c SIP/2.0", "UNKNOWN-METHOD tel:+1-201-555-0123 SIP/2.0", "OPTIONS sip:a SIP/2.0",
		"SIP/2.0 200 OK", "sip/2.0 486 Busy Here", "SIP/2.0 100 ", "SIP/2.0 699 Ein Grund, und noch einer",
	}
	r := rand.New(rand.NewPCG(5, 6))
	taken := 0
	for range 60000 {
		b := []byte(lines[r.IntN(len(lines))] + "\r\nVia: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bKnashds8\r\n\r\n")
		for range r.IntN(3) {
			const odd = "\r\n\t :/@AZaz0179.SIPsip2\x00\x7f\xc3"
			i := r.IntN(bytes.IndexByte(b, '\n') + 1)
			switch r.IntN(3) {
			case 0:
				b[i] = odd[r.IntN(len(odd))]
			case 1:
				b = append(b[:i], append([]byte{odd[r.IntN(len(odd))]}, b[i:]...)...)
			default:
				b = append(b[:i], b[i+1:]...)
			}
		}
		p := &Parser{MaxStartLine: []int{0, 30}[r.IntN(2)], Strictness: Strictness(r.IntN(3))}
		var fast, full Message
		fast.buf, full.buf = b, b
		n, _, clean := scan.Lines(b, 0, fast.lines[:])
		if n == 0 || !clean {
			continue
		}
		full.lines = fast.lines
		if !fast.startFast(p, 0) {
			continue
		}
		taken++
		if !full.parseStartLine(p, 0, full.lines[0], clean) || full.fault.Code != 0 || fast.fault.Code != 0 ||
			fast.startLine != full.startLine || fast.parsed != full.parsed {
			t.Fatalf("%q: %+v, not %+v, %v", b, fast.startLine, full.startLine, full.fault)
		}
	}
	if taken < 15000 {
		t.Errorf("the fast path was taken %d times only", taken)
	}
}
