package udp

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestJoins: datagrams one behind the other in a buffer are one iovec, others are not.
func TestJoins(t *testing.T) {
	buf := make([]byte, 700)
	ds := []Datagram{{Data: buf[:100]}, {Data: buf[100:200]}, {Data: buf[200:300]}, {Data: buf[301:401]}, {Data: buf[401:441]}, {Data: buf[441:541]}}
	o := outgoing{iovs: make([]unix.Iovec, 16), gsoMax: MaxDatagram}
	o.pieces(&ds[0])
	if n := o.run(ds, 100); n != 5 || o.iovn != 2 || o.iovs[0].Len != 300 || o.iovs[1].Len != 140 {
		t.Errorf("%d datagrams in %d iovecs", n, o.iovn)
	}
}
