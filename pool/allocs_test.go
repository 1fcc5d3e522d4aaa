package pool

import (
	"testing"

	"github.com/sipwire/sipwire/internal/poison"
)

func TestAllocs(t *testing.T) {
	var p Buffers
	s := NewSlab(4, 64)
	text := []byte("Via: SIP/2.0/UDP 192.0.2.1\r\n")
	warm := p.Get()
	warm.B = append(warm.B, text...)
	p.Put(&warm)
	for name, f := range map[string]func(){
		"Get, Put": func() {
			b := p.Get()
			b.B = append(b.B[:0], text[:8]...)
			p.Put(&b)
		},
		"double Put": func() { var b Buffer; p.Put(&b) },
		"Take, Keep, Drop": func() {
			i, _ := s.Take()
			s.Keep(i)
			s.Drop(i)
			s.Drop(i)
		},
		"double Drop": func() { s.Drop(Slot{}) },
	} {
		if poison.Enabled && name == "Get, Put" {
			continue // sync.Pool drops at random under the race detector
		}
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
