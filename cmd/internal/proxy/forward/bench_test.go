package forward

import (
	"strings"
	"testing"
)

// BenchmarkDatagram is what forwarding costs without the system calls.
func BenchmarkDatagram(b *testing.B) {
	for name, text := range map[string]string{
		"request":  request(inviteLine, "Contact: <sip:a@192.0.2.1>", "User-Agent: x", "X-Filler: "+strings.Repeat("x", 200)),
		"response": "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nFrom: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>;tag=2\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
	} {
		b.Run("msg="+name, func(b *testing.B) {
			f, in, out := testForwarder(b, nil), []byte(text), make([]byte, 0, 4096)
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				f.Datagram(out, in, udpSide)
			}
		})
	}
}
