package scan

import (
	"strings"
	"testing"
)

// BenchmarkSDPLines is the cost over one description.
func BenchmarkSDPLines(b *testing.B) {
	src := []byte("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 101\r\n" + strings.Repeat("a=rtpmap:101 telephone-event/8000\r\n", 12))
	out := sdpTables(200)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		SDPLines(src, out[0], out[1])
	}
}
