package udp

import (
	"testing"
	"time"
)

// ReadNow does not wait for what is not there, takes what is, and leaves Read
// as it was.
func TestReadNow(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl})
		c := dial(t, s.LocalAddr())
		for range 3 {
			if ps, err := s.R.ReadNow(); len(ps) != 0 || err != nil {
				t.Fatalf("%d packets, %v", len(ps), err)
			}
		}
		send(t, c, []byte("one"))
		for end := time.Now().Add(10 * time.Second); ; {
			ps, err := s.R.ReadNow()
			if err != nil || time.Now().After(end) {
				t.Fatalf("%d packets, %v", len(ps), err)
			}
			if len(ps) > 0 {
				if string(ps[0].Data) != "one" {
					t.Errorf("%q", ps[0].Data)
				}
				break
			}
		}
		s.R.SetReadDeadline(time.Now().Add(20 * time.Second))
		go func() {
			time.Sleep(20 * time.Millisecond)
			c.Write([]byte("two"))
		}()
		if ps, err := s.R.Read(); err != nil || string(ps[0].Data) != "two" {
			t.Errorf("Read after ReadNow: %v", err)
		}
	})
}
