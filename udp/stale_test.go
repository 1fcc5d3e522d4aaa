package udp

import (
	"testing"

	"github.com/sipwire/sipwire/internal/poison"
)

// panics reports with what f panics, nil if it does not.
func panics(f func()) (with any) {
	defer func() { with = recover() }()
	f()
	return nil
}

// A Hold that comes after the next Read is refused: the bytes are another
// packet's by then.
func TestHoldTooLate(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl})
		c := dial(t, s.LocalAddr())
		var early Packet
		send(t, c, []byte("early"))
		collect(t, s.R, 1, func(p *Packet) { early = *p })
		send(t, c, []byte("later"))
		collect(t, s.R, 1, func(p *Packet) {
			var held bool
			with := panics(func() { held = early.Hold() })
			if held || (with != nil) != poison.Enabled || s.R.Held() != 0 {
				t.Errorf("held %v, panic %v, %d out", held, with, s.R.Held())
			}
			if !p.Hold() || string(p.Data) != "later" {
				t.Errorf("the packet at hand: %q", p.Data)
			}
			copied := *p
			if !p.Release() || copied.Release() || p.Release() {
				t.Error("released other than once")
			}
		})
	})
}
