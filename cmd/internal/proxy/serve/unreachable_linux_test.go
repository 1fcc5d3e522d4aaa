package serve

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// TestICMPError: of ICMP errors, one that the time to live is over is ignored.
func TestICMPError(t *testing.T) {
	for _, c := range []struct {
		level, option int
		origin, kind  byte
		want          unix.Errno
	}{
		{unix.IPPROTO_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ICMP, 3, unix.EHOSTUNREACH},
		{unix.IPPROTO_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ICMP, timeExceeded, 0},
		{unix.IPPROTO_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_LOCAL, 3, 0},
		{unix.IPPROTO_IPV6, unix.IPV6_RECVERR, unix.SO_EE_ORIGIN_ICMP6, 1, unix.EHOSTUNREACH},
		{unix.IPPROTO_IPV6, unix.IPV6_RECVERR, unix.SO_EE_ORIGIN_ICMP6, timeExceeded6, 0},
		{unix.IPPROTO_IPV6, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ICMP, 3, 0},
	} {
		oob := make([]byte, unix.CmsgSpace(16))
		var h unix.Cmsghdr
		h.SetLen(unix.CmsgLen(16))
		if unix.SizeofCmsghdr == 16 {
			binary.NativeEndian.PutUint64(oob, uint64(h.Len))
		} else {
			binary.NativeEndian.PutUint32(oob, uint32(h.Len))
		}
		binary.NativeEndian.PutUint32(oob[unix.SizeofCmsghdr-8:], uint32(c.level))
		binary.NativeEndian.PutUint32(oob[unix.SizeofCmsghdr-4:], uint32(c.option))
		data := oob[unix.CmsgLen(0):]
		binary.NativeEndian.PutUint32(data, uint32(unix.EHOSTUNREACH))
		data[4], data[5] = c.origin, c.kind
		if got := icmpError(oob); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
		for n := range oob { // no panic on a part of it
			icmpError(oob[:n])
		}
	}
}
