package forward

import (
	"strings"
	"testing"
)

// BenchmarkDatagram is what a message costs without the system calls: one that
// is forwarded, a request that is refused, and the ACK for that. SIPp writes the Vias of a
// response as a list.
func BenchmarkDatagram(b *testing.B) {
	more := []string{"Contact: <sip:a@192.0.2.1>", "User-Agent: x", "X-Filler: " + strings.Repeat("x", 200)}
	refuse := func(c *Config) { c.Gate = fixedGate(Refuse) }
	invite := request(inviteLine, more...)
	r := testForwarder(b, refuse).Datagram(nil, []byte(invite), udpSide)
	_, tagged, _ := strings.Cut(string(r.Data), "To: ")
	tagged, _, _ = strings.Cut(tagged, "\r\n")
	for _, c := range []struct {
		name, text string
		change     func(*Config)
	}{
		{"request", invite, nil},
		{"refused", invite, refuse},
		{"its-ack", strings.Replace(request("ACK sip:b@b.example"), "To: <sip:b@b.example>", "To: "+tagged, 1), refuse},
		{"response", "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nFrom: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>;tag=2\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n", nil},
		{"response-list", "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nFrom: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>;tag=2\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n", nil},
	} {
		b.Run("msg="+c.name, func(b *testing.B) {
			f, in, out := testForwarder(b, c.change), []byte(c.text), make([]byte, 0, 4096)
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				f.Datagram(out, in, udpSide)
			}
		})
	}
}
