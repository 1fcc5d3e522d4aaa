//go:build linux

package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func forwardRaw(name string, to netip.AddrPort) {
	fd, _ := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, recvBuffer)
	sa, _ := unix.Getsockname(fd)
	fmt.Printf("127.0.0.1:%d\n", sa.(*unix.SockaddrInet4).Port)
	const N = 32
	bufs := make([]byte, N*2048)
	hdrs := make([]unix.Mmsghdr, N)
	iovs := make([]unix.Iovec, N)
	outs := make([]unix.Mmsghdr, N)
	oiov := make([]unix.Iovec, N)
	var dst unix.RawSockaddrInet4
	dst.Family = unix.AF_INET
	dst.Addr = [4]byte{127, 0, 0, 1}
	p := to.Port()
	dst.Port = p>>8 | p<<8
	names := make([]unix.RawSockaddrInet4, N)
	for i := range hdrs {
		iovs[i].Base = &bufs[i*2048]
		iovs[i].SetLen(2048)
		hdrs[i].Hdr.Iov = &iovs[i]
		hdrs[i].Hdr.SetIovlen(1)
		hdrs[i].Hdr.Name = (*byte)(unsafe.Pointer(&names[i]))
		hdrs[i].Hdr.Namelen = 16
		outs[i].Hdr.Iov = &oiov[i]
		outs[i].Hdr.SetIovlen(1)
		outs[i].Hdr.Name = (*byte)(unsafe.Pointer(&dst))
		outs[i].Hdr.Namelen = 16
	}
	var st step
	f := strings.Fields(name)
	win := 0
	if len(f) > 2 {
		win, _ = strconv.Atoi(f[2])
	}
	out := make([]byte, 0, 65536)
	ts := unix.NsecToTimespec(int64(win) * 1000)
	sysc := f[1]
	short := false
	for {
		var n uintptr
		var e syscall.Errno
		if win > 0 && short {
			unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), 0, 0)
		}
		want := uintptr(N)
		if sysc == "one" {
			want = 1
		}
		if sysc == "sys" {
			n, _, e = unix.Syscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&hdrs[0])), want, unix.MSG_WAITFORONE, 0, 0)
		} else {
			n, _, e = unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&hdrs[0])), want, unix.MSG_WAITFORONE, 0, 0)
		}
		if e != 0 {
			continue
		}
		short = n < N
		out = out[:0]
		for j := range int(n) {
			lo := len(out)
			var err error
			if out, err = st.forward(out, bufs[j*2048:j*2048+int(hdrs[j].Len)]); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
			oiov[j].Base = &out[lo]
			oiov[j].SetLen(len(out) - lo)
		}
		unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&outs[0])), n, unix.MSG_DONTWAIT, 0, 0)
	}
}

func singlyMain(args []string) {
	o, err := newOffer()
	if err != nil {
		panic(err)
	}
	rounds, _ := strconv.Atoi(args[0])
	procs, _ := strconv.Atoi(args[1])
	var fs []*forwarderProcess
	if k, ok, err := kamailio(o.sink); err != nil {
		panic(err)
	} else if ok {
		defer k.stop()
		fs = append(fs, k)
	}
	for _, w := range strings.Split(args[2], ",") {
		f, err := startForwarder(w, o.sink, procs)
		if err != nil {
			panic(err)
		}
		defer f.stop()
		fs = append(fs, f)
	}
	for _, l := range singlyLoads {
		if len(args) > 3 && !strings.Contains(","+args[3]+",", fmt.Sprintf(",%d/%d,", l.rate, l.burst)) {
			continue
		}
		res := make([][]float64, len(fs))
		lost := make([]int, len(fs))
		for r := range rounds + 1 {
			for i, f := range fs {
				before := f.cpu()
				sent, got, _, err := o.round(f.to, 600, l)
				if err != nil {
					panic(err)
				}
				if r > 0 {
					res[i] = append(res[i], (f.cpu()-before)/float64(sent))
					lost[i] += sent - got
				}
				time.Sleep(time.Millisecond)
			}
		}
		base := median(res[0])
		for i, f := range fs {
			fmt.Printf("%6d/%-2d %-24s %7.0f  %.2f  lost %d\n", l.rate, l.burst, f.name, median(res[i]), median(res[i])/base, lost[i])
		}
	}
}
