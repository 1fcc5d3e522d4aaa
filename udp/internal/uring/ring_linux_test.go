package uring

import (
	"bytes"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pair returns two connected sockets.
func pair(t *testing.T) (a, b int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return fds[0], fds[1]
}

func open(t *testing.T, sq, cq int) *Ring {
	t.Helper()
	r, err := New(sq, cq)
	if err != nil {
		t.Skipf("NOT RUN: this machine lacks io_uring: %v", err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// Packets go into the buffers that were lent, in order, and a buffer that is
// lent again is filled again.
func TestRecvmsg(t *testing.T) {
	r := open(t, 8, 16)
	a, b := pair(t)
	const n, size = 4, 256
	var bufs Buffers
	if err := bufs.Init(r, n); err != nil {
		t.Skipf("NOT RUN: this machine lacks provided buffers: %v", err)
	}
	defer bufs.Unmap()
	mem := make([][]byte, n)
	for i := range mem {
		mem[i] = make([]byte, size)
		bufs.Add(mem[i], uint16(i))
	}
	bufs.Publish()
	var msg unix.Msghdr
	r.Recvmsg(a, &msg)
	if e := r.Enter(); e != 0 {
		t.Fatal(e)
	}
	// More packets than the ring has buffers, so that its numbers wrap.
	for i := range 3 * n {
		want := bytes.Repeat([]byte{byte('a' + i)}, 1+i)
		if _, err := unix.Write(b, want); err != nil {
			t.Fatal(err)
		}
		if e := r.Wait(1); e != 0 {
			t.Fatal(e)
		}
		c, ok := r.Next()
		id, filled := c.Buffer()
		if !ok || !filled || c.Res < 0 {
			t.Fatalf("packet %d: %v %v %d", i, ok, filled, c.Res)
		}
		out := (*Received)(unsafe.Pointer(&mem[id][0]))
		got := mem[id][unsafe.Sizeof(*out):][:out.PayloadLen]
		if id != i%n || !bytes.Equal(got, want) || !c.More() {
			t.Fatalf("packet %d: %q in buffer %d, want %q; more %v", i, got, id, want, c.More())
		}
		bufs.Add(mem[id], uint16(id))
		bufs.Publish()
	}
	if _, ok := r.Next(); ok {
		t.Error("a completion too many")
	}
	if err := r.Cancel(); err != nil {
		t.Fatal(err)
	}
	if c, ok := r.Next(); !ok || c.Res != -int32(unix.ECANCELED) || c.More() {
		t.Errorf("after Cancel: %v %d", ok, c.Res)
	}
	if err := r.Cancel(); err != nil {
		t.Errorf("nothing to cancel: %v", err)
	}
}

// Each message sent has a completion of its own with the number it was given.
func TestSendmsg(t *testing.T) {
	r := open(t, 4, 8)
	a, b := pair(t)
	text := []byte("OPTIONS")
	iov := unix.Iovec{Base: &text[0]}
	iov.SetLen(len(text))
	msg := unix.Msghdr{Iov: &iov}
	msg.SetIovlen(1)
	for round := range 5 { // the queues wrap
		for i := range 4 {
			fd := a
			if i == 2 {
				fd = -1
			}
			r.Sendmsg(fd, &msg, uint64(10*round+i))
		}
		if e := r.Enter(); e != 0 {
			t.Fatal(e)
		}
		if e := r.Wait(4); e != 0 {
			t.Fatal(e)
		}
		seen := map[uint64]int32{}
		for range 4 {
			c, ok := r.Next()
			if !ok {
				t.Fatal("a completion is missing")
			}
			seen[c.ID] = c.Res
		}
		for i := range 4 {
			want := int32(len(text))
			if i == 2 {
				want = -int32(unix.EBADF)
			}
			if got, ok := seen[uint64(10*round+i)]; !ok || got != want {
				t.Errorf("round %d, message %d: %d, want %d", round, i, got, want)
			}
		}
		in := make([]byte, 64)
		for range 3 {
			if n, err := unix.Read(b, in); err != nil || string(in[:n]) != string(text) {
				t.Fatalf("%q %v", in[:n], err)
			}
		}
	}
}
