package compact_test

import (
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compact"
)

// BenchmarkRewrite writes the INVITE of RFC 3261, 24.2, in every way, and
// makes it as small as it gets. It is the same message again and again, which
// a processor learns by heart; memcpy is what any way of writing has to copy.
func BenchmarkRewrite(b *testing.B) {
	m := new(codec.Message)
	if err := m.Parse([]byte(invite)); err != nil {
		b.Fatal(err)
	}
	dst := make([]byte, 0, 2*len(invite))
	run := func(name string, f func() error) {
		b.Run("do="+name, func(b *testing.B) {
			b.SetBytes(int64(len(invite)))
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("memcpy", func() error { _ = append(dst, m.Bytes()...); return nil })
	for _, c := range []struct {
		name string
		o    compact.Options
	}{{"keep", compact.Options{}}, {"compact", short}, {"join", joined}, {"split", divided}} {
		run(c.name, func() error { _, err := compact.Append(dst, m, c.o); return err })
	}
	run("fit", func() error { _, _, err := compact.Fit(dst, m, len(inviteSmall)); return err })
}
