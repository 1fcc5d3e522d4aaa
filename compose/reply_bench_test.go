package compose

import (
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// BenchmarkReply parses requests that no predictor learns and answers them.
func BenchmarkReply(b *testing.B) {
	all, total := testfiles.Requests(2000), 0
	for _, s := range all {
		total += len(s)
	}
	m, dst := new(codec.Message), make([]byte, 0, 1<<16)
	reply := &Reply{Status: 200, Tag: []byte("314159"), Fields: []HeaderField{{ID: header.IDAllow, Value: []byte("INVITE, ACK, BYE")}}}
	b.SetBytes(int64(total / len(all)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		_ = m.Parse(all[i])
		if _, err := AppendReply(dst, m, reply); err != nil {
			b.Fatalf("%q: %v", all[i], err)
		}
		if i++; i == len(all) {
			i = 0
		}
	}
}
