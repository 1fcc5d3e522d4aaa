package serve

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/udp"
	"golang.org/x/sys/unix"
)

// TestStamp: a packet is as old as the time that it has waited in the socket.
func TestStamp(t *testing.T) {
	socket, peer := listen(t, udp.Config{}), listen(t, udp.Config{})
	a := newStamp(socket)
	if a.age(time.Now()); a.err != 0 && a.err != unix.ENOENT { // it has that when no packet has come
		t.Logf("NOT RUN: the system does not know when packets came: %v", a.err)
		return
	}
	const wait = 20 * time.Millisecond
	// The system may take some time until it notes when packets come.
	for end := time.Now().Add(20 * time.Second); ; {
		begin := time.Now()
		if _, err := peer.W.Write([]udp.Datagram{{Data: []byte("x"), Dst: socket.LocalAddr()}}); err != nil {
			t.Fatal(err)
		}
		sent := time.Now()
		time.Sleep(wait)
		if _, err := socket.R.Read(); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		if age, ok := a.age(now); ok {
			// The clock of the system may be set by little while this runs.
			const slack = 5 * time.Millisecond
			if age < now.Sub(sent)-slack || age > now.Sub(begin)+slack {
				t.Errorf("the age is %v, and the packet was sent %v to %v ago", age, now.Sub(begin), now.Sub(sent))
			}
			break
		}
		if time.Now().After(end) {
			t.Fatal("the age of a packet is not known")
		}
	}
	// A packet that came before the first call has no age, and gets none: the system
	// answers with the time of that call, and again until another packet is read.
	late := listen(t, udp.Config{})
	if _, err := peer.W.Write([]udp.Datagram{{Data: []byte("x"), Dst: late.LocalAddr()}}); err != nil {
		t.Fatal(err)
	}
	if _, err := late.R.Read(); err != nil {
		t.Fatal(err)
	}
	b := newStamp(late)
	for range 3 {
		if age, ok := b.age(time.Now()); ok {
			t.Errorf("the age is %v of a packet that was read before the first call", age)
		}
		time.Sleep(time.Millisecond)
	}
	if n := testing.AllocsPerRun(100, func() { a.age(time.Now()) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
