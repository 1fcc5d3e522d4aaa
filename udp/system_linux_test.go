package udp

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/udp/internal/uring"
)

const onLinux = true

// The environment refuses, the reason is told, and what is left works.
func TestRefusedByEnvironment(t *testing.T) {
	for _, tt := range []struct {
		env     string
		ask     Impl
		refused []Impl
	}{
		{"portable", IOUring, []Impl{IOUring, Mmsg}},
		{"portable", Auto, []Impl{Mmsg}},
		{"mmsg", IOUring, []Impl{IOUring}},
		{"mmsg", Portable, nil},
		{"nonsense", Auto, nil},
	} {
		t.Setenv(EnvImpl, tt.env)
		s := open2(t, Config{Impl: tt.ask})
		if len(s.Refusals()) != len(tt.refused) {
			t.Fatalf("%+v: %v", tt, s.Refusals())
		}
		for i, r := range s.Refusals() {
			if r.Impl != tt.refused[i] || r.Cause != Override || !strings.Contains(r.Error(), EnvImpl) {
				t.Errorf("%+v: %v", tt, r)
			}
		}
		exchange(t, s)
	}
	t.Setenv(EnvImpl, "io_uring")
	s := open2(t, Config{})
	if len(s.Refusals()) == 0 && s.Impl() != IOUring {
		t.Errorf("io_uring asked for by the environment: %v", s.Impl())
	}
}

func open2(t *testing.T, cfg Config) *Socket {
	t.Helper()
	s, err := Listen(context.Background(), "udp4", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// exchange sends a packet to itself and reads it.
func exchange(t *testing.T, s *Socket) {
	t.Helper()
	s.R.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := s.W.Write([]Datagram{{Data: []byte("self"), Dst: s.LocalAddr()}}); n != 1 {
		t.Fatal(err)
	}
	collect(t, s.R, 1, func(p *Packet) {
		if string(p.Data) != "self" || p.Src != s.LocalAddr() {
			t.Errorf("%q from %v", p.Data, p.Src)
		}
	})
}

// A child process forbids itself the system calls, as a container would, and
// must get along.
func TestRefusedBySeccomp(t *testing.T) {
	if calls := os.Getenv("SIPWIRE_TEST_SECCOMP"); calls != "" {
		seccompChild(t, calls)
		return
	}
	for _, tt := range []struct{ calls, want string }{
		{"io_uring", "io_uring>mmsg "},
		{"io_uring mmsg", "io_uring>mmsg>portable "},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestRefusedBySeccomp$", "-test.v")
		cmd.Env = append(os.Environ(), "SIPWIRE_TEST_SECCOMP="+tt.calls, EnvImpl+"=")
		out, err := cmd.CombinedOutput()
		if bytes.Contains(out, []byte("no seccomp here")) {
			t.Skipf("NOT RUN: this machine lacks seccomp: %s", out)
		}
		if err != nil || !bytes.Contains(out, []byte("went "+tt.want+"\n")) {
			t.Errorf("without %s: %v\n%s", tt.calls, err, out)
		}
	}
}

func seccompChild(t *testing.T, calls string) {
	deny := []uint32{unix.SYS_IO_URING_SETUP}
	if strings.Contains(calls, "mmsg") {
		deny = append(deny, unix.SYS_RECVMMSG, unix.SYS_SENDMMSG)
	}
	if err := forbid(deny); err != nil {
		t.Fatalf("no seccomp here: %v", err)
	}
	way := ""
	s := open2(t, Config{Impl: IOUring})
	for _, r := range s.Refusals() {
		way += r.Impl.String() + ">"
		if r.Cause != Forbidden {
			t.Errorf("cause %v: %v", r.Cause, r)
		}
	}
	exchange(t, s)
	way += s.Impl().String() + " "
	fmt.Printf("went %s\n", way)
}

// forbid makes the system calls fail with EPERM in all threads.
func forbid(calls []uint32) error {
	const load, jump, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	prog := []unix.SockFilter{{Code: load, K: 0}} // the number of the call
	for i, n := range calls {
		prog = append(prog, unix.SockFilter{Code: jump, K: n, Jt: uint8(len(calls) - i)})
	}
	prog = append(prog,
		unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)})
	p := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	_, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&p)))
	if e != 0 {
		return e
	}
	return nil
}

func TestRefusedCauses(t *testing.T) {
	for _, tt := range []struct {
		impl Impl
		err  error
		want Cause
	}{
		{Mmsg, syscall.EPERM, Forbidden},
		{Mmsg, syscall.ENOSYS, Forbidden}, // Go itself needs a kernel that has it
		{IOUring, syscall.EINVAL, OldKernel},
		{IOUring, syscall.ENOMEM, Failed},
		{IOUring, uring.ErrFeatures, Failed},
	} {
		if r := refused(tt.impl, tt.err); r.Cause != tt.want || r.Err != tt.err {
			t.Errorf("%v %v: %v", tt.impl, tt.err, r)
		}
	}
}

// A device without checksums refuses runs for good: they are not tried again.
func TestGSOOffAfterEIO(t *testing.T) {
	s := open2(t, Config{Impl: Mmsg})
	o := &s.W.send.(*mmsgSender).out
	ds := make([]Datagram, 4)
	for i := range ds {
		ds[i] = Datagram{Data: []byte("same"), Dst: s.LocalAddr()}
	}
	if err := o.prepare(s.W, ds); err != nil || o.n != 1 || o.count[0] != 4 {
		t.Fatalf("%v: %d messages", err, o.n)
	}
	if n, again := o.fail(s.W, ds, unix.EIO); n != 0 || !again {
		t.Fatal("a refused run was not sent again")
	}
	if err := o.prepare(s.W, ds); err != nil || o.n != 4 {
		t.Fatalf("%v: %d messages after EIO", err, o.n)
	}
	// One that is too long for the way only stops runs of that length.
	o.gso = true
	o.prepare(s.W, ds)
	if _, again := o.fail(s.W, ds, unix.EMSGSIZE); !again {
		t.Fatal("a refused run was not sent again")
	}
	o.prepare(s.W, ds)
	if o.n != 4 || o.settle(s.W, ds, 4) != 4 || o.gsoMax != 3 || o.single != 0 {
		t.Fatalf("%d messages, runs up to %d", o.n, o.gsoMax)
	}
}

func TestGRO(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		in := open(t, "udp4", "0.0.0.0:0", Config{Impl: impl, GRO: true, MaxSize: 1000, Held: 40, RecvBuffer: 1 << 20})
		if !in.R.cfg.GRO {
			t.Skip("NOT RUN: this machine lacks UDP_GRO")
		}
		out := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg})
		to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), in.LocalAddr().Port())
		var ds []Datagram
		for i := range 100 {
			ds = append(ds, Datagram{Data: fmt.Appendf(nil, "%-600d", i), Dst: to})
		}
		ds = append(ds, Datagram{Data: []byte("100 end"), Dst: to})
		for range 5 { // longer than MaxSize: each is cut on its own
			ds = append(ds, Datagram{Data: fmt.Appendf(nil, "%-1200d", len(ds)), Dst: to})
		}
		if n, err := out.W.Write(ds); n != len(ds) {
			t.Fatal(err)
		}
		var held []Packet
		at := 0
		collect(t, in.R, len(ds), func(p *Packet) {
			want := ds[at].Data
			if p.Len != len(want) || !bytes.Equal(p.Data, want[:min(len(want), 1000)]) || cap(p.Data) != len(p.Data) {
				t.Fatalf("packet %d: %.10q, %d of %d", at, p.Data, len(p.Data), p.Len)
			}
			if p.Src != out.LocalAddr() || p.Dst != to {
				t.Errorf("packet %d: %v to %v", at, p.Src, p.Dst)
			}
			if at%3 == 0 && p.Hold() {
				held = append(held, *p)
			}
			at++
		})
		st := in.R.Stats()
		if st.Packets != uint64(len(ds)) || st.Truncated != 5 {
			t.Errorf("%+v", st)
		}
		t.Logf("%v: %d packets in %d batches", impl, st.Packets, st.Batches)
		for range 3 {
			out.W.Write(ds[:50])
			collect(t, in.R, 50, func(*Packet) {})
		}
		for i := range held {
			if want := ds[3*i].Data; !bytes.Equal(held[i].Data, want[:min(len(want), 1000)]) {
				t.Fatalf("held packet %d is %.10q", 3*i, held[i].Data)
			}
			if !held[i].Release() {
				t.Error("not held")
			}
		}
		if in.R.Held() != 0 || in.R.slab.Doubles() != 0 {
			t.Errorf("%d held, %d doubles", in.R.Held(), in.R.slab.Doubles())
		}
	})
}

// What Buffers says a receive buffer holds is what it holds.
func TestBufferPackets(t *testing.T) {
	for _, size := range []int{1, 100, 300, 600, 1200, 1400, 1800, 9000} {
		s := open2(t, Config{RecvBuffer: 150000})
		recv, _, err := s.Buffers()
		if err != nil {
			t.Fatal(err)
		}
		c := dial(t, s.LocalAddr())
		const sent = 2000
		for range sent {
			send(t, c, make([]byte, size))
		}
		holds := sent - int(s.R.Stats().Drops)
		v, _ := memInfo(s.conn)
		t.Logf("%d bytes: %d packets in %d bytes, %d charged, %d said", size, holds, recv.Granted, v[skMemInfoRmemAlloc], recv.Packets(size))
		// Kernels differ a little in what they charge for.
		if said := recv.Packets(size); holds < said*9/10 || holds > said*11/10 {
			t.Errorf("%d packets of %d bytes in %d, said %d", holds, size, recv.Granted, said)
		}
	}
}

// Hostile control bytes are read no further than they go.
func TestControlParse(t *testing.T) {
	good := make([]byte, 64)
	putCmsg(good, unix.IPPROTO_IP, unix.IP_PKTINFO, unix.SizeofInet4Pktinfo)
	copy(good[unix.CmsgLen(8):], []byte{192, 0, 2, 1})
	var c control
	c.parse(good[:unix.CmsgSpace(unix.SizeofInet4Pktinfo)])
	if c.dst != netip.MustParseAddr("192.0.2.1") {
		t.Fatalf("%v", c.dst)
	}
	for n := range good {
		for _, l := range []int{-1 << 31, -1, 0, 1, unix.SizeofCmsghdr, n, n + 1, 1 << 30} {
			b := make([]byte, n)
			copy(b, good)
			if n >= unix.SizeofCmsghdr {
				(*unix.Cmsghdr)(unsafe.Pointer(&b[0])).SetLen(l)
			}
			var c control
			c.parse(b[:n:n])
		}
	}
}

func TestSockaddr(t *testing.T) {
	var z zones
	for _, tt := range []struct {
		in     string
		family int
		size   uint32
		out    string
	}{
		{"192.0.2.1:5060", unix.AF_INET, 16, "192.0.2.1:5060"},
		{"[::ffff:192.0.2.1]:5060", unix.AF_INET, 16, "192.0.2.1:5060"},
		{"192.0.2.1:5060", unix.AF_INET6, 28, "192.0.2.1:5060"},
		{"[2001:db8::1]:65535", unix.AF_INET6, 28, "[2001:db8::1]:65535"},
		{"[fe80::1%lo]:5060", unix.AF_INET6, 28, "[fe80::1%lo]:5060"},
		{"[fe80::1%1]:5060", unix.AF_INET6, 28, "[fe80::1%lo]:5060"},
		{"[fe80::1]:5060", unix.AF_INET6, 28, "[fe80::1]:5060"},
		{"[2001:db8::1]:5060", unix.AF_INET, 0, ""},
	} {
		s := sockaddr(bytes.Repeat([]byte{0xff}, 32))
		n := s.set(netip.MustParseAddrPort(tt.in), tt.family, &z)
		if n != tt.size {
			t.Errorf("%s: %d bytes, want %d", tt.in, n, tt.size)
		}
		if n > 0 && s.addrPort(&z).String() != tt.out {
			t.Errorf("%s: %v, want %s", tt.in, s.addrPort(&z), tt.out)
		}
	}
	var zero sockaddr
	if zero.addrPort(&z).IsValid() {
		t.Error("no family, but an address")
	}
	if zero.set(netip.AddrPort{}, unix.AF_INET, &z) != 0 || zero.set(netip.AddrPort{}, unix.AF_INET6, &z) != 0 {
		t.Error("the zero address was encoded")
	}
}

// An address that the socket is bound to is not asked for: it is the only one.
func TestSourceAskedFor(t *testing.T) {
	for _, tt := range []struct {
		listen, src string
		asks        bool
	}{
		{"127.0.0.1:0", "127.0.0.1", false},
		{"127.0.0.1:0", "127.0.0.5", true},
		{"0.0.0.0:0", "127.0.0.1", true},
		{"127.0.0.1:0", "", false},
	} {
		s := open(t, "udp4", tt.listen, Config{Impl: Mmsg})
		d := []Datagram{{Data: []byte("x"), Dst: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.LocalAddr().Port())}}
		if tt.src != "" {
			d[0].Src = netip.MustParseAddr(tt.src)
		}
		o := &s.W.send.(*mmsgSender).out
		if err := o.prepare(s.W, d); err != nil {
			t.Fatal(err)
		}
		if asks := o.hdrs[0].Hdr.Control != nil; asks != tt.asks {
			t.Errorf("bound to %s, from %q: asked for %v", tt.listen, tt.src, asks)
		}
	}
}

// Packets that come alone are asked for alone, which must not be how many are
// read when many come.
func TestSingles(t *testing.T) {
	s := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg, Window: -1})
	m := s.R.recv.(*mmsgReceiver)
	c := dial(t, s.LocalAddr())
	for i := range 2 * aloneProbe {
		want := DefaultBatch
		if i >= aloneAfter && i%aloneProbe != 0 {
			want = 1
		}
		if got := m.wanted(); got != want {
			t.Fatalf("%d are asked for after %d single ones, want %d", got, i, want)
		}
		send(t, c, []byte("x"))
		collect(t, s.R, 1, func(*Packet) {})
	}
	send(t, c, []byte("x"))
	collect(t, s.R, 1, func(*Packet) {})
	before := s.R.Stats().Batches
	for range 60 {
		send(t, c, []byte("x"))
	}
	collect(t, s.R, 60, func(*Packet) {})
	if n := s.R.Stats().Batches - before; n > aloneProbe+2 {
		t.Errorf("%d batches for 60 packets that waited", n)
	}
}
