package scan

import "testing"

// FuzzSDPLines holds every tier to the specification.
func FuzzSDPLines(f *testing.F) {
	f.Add([]byte("v=0\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP4 1.1.1.1\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		eachTier(t, func(t *testing.T) { compareSDPLines(t, b, sdpTables(len(b)+SDPRoom)) })
	})
}
