//go:build linux

package proxies

import (
	"bufio"
	"bytes"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// Drops returns how many datagrams the kernel has thrown away because the
// receive buffer of the socket at an IPv4 address was full, also of another
// process. It is not ok where no socket is bound to the port.
func Drops(addr netip.AddrPort) (drops int, ok bool) {
	b, _ := os.ReadFile("/proc/net/udp")
	return dropsIn(b, addr.Port())
}

// dropsIn looks in the text of /proc/net/udp: the local address, with the port in
// hexadecimal digits, is the second word of a line, the drops are the last one.
func dropsIn(text []byte, port uint16) (drops int, ok bool) {
	for in := bufio.NewScanner(bytes.NewReader(text)); in.Scan(); {
		words := strings.Fields(in.Text())
		if len(words) < 13 {
			continue
		}
		_, hex, _ := strings.Cut(words[1], ":")
		if n, err := strconv.ParseUint(hex, 16, 16); err != nil || uint16(n) != port {
			continue
		}
		n, err := strconv.Atoi(words[len(words)-1])
		drops, ok = drops+n, ok || err == nil
	}
	return drops, ok
}

// FreePort returns an address of loopback that was free a moment ago.
func FreePort() (netip.AddrPort, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return netip.AddrPort{}, err
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort(), nil
}
