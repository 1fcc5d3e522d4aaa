package fastpath

import (
	"math/bits"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"github.com/sipwire/sipwire/internal/abnf"
)

// mask returns the bits of the bytes of b that in is true for.
func mask(b []byte, in func(c byte) bool) (m uint64) {
	for i, c := range b {
		if in(c) {
			m |= 1 << i
		}
	}
	return m
}

// What HostPort takes, which ends where nothing of a host or port goes on. An
// IPv6 address is asked about by itself.
var hostPort = regexp.MustCompile(`^(\w+(?:[-.]\w+)*|\[[0-9A-Fa-f:.]+\])(?::(\d+))?`)

// wantHostPort is HostPort for the value that begins with its host.
func wantHostPort(b []byte) (host, port int, number uint16, ok bool) {
	at := hostPort.FindSubmatchIndex(b)
	if at == nil {
		return 0, 0, 0, false
	}
	host, port = at[3], at[1]
	if b[0] == '[' {
		if _, n, ok := abnf.ConsumeIPv6(b, 1); !ok || n != host-1 {
			return 0, 0, 0, false
		}
	}
	if at[5] > 0 {
		n, err := strconv.ParseUint(string(b[at[4]:at[5]]), 10, 16)
		if err != nil || at[5]-at[4] > 5 {
			return 0, 0, 0, false
		}
		number = uint16(n)
	}
	rest := string(b[port:]) + ";"
	if port < 8 || abnf.IsLabel(rest[0]) || abnf.IsHostPunct(rest[0]) || at[5] < 0 && rest[0] == ':' {
		return 0, 0, 0, false
	}
	return host, port, number, true
}

func checkHostPort(t *testing.T, b []byte) bool {
	t.Helper()
	hostEnd, portEnd, port := HostPort(b, mask(b, abnf.IsLabel), mask(b, abnf.IsHostPunct), 1)
	host, end, number, ok := wantHostPort(b)
	if !ok {
		// Punctuation behind a port or an address is left to the caller.
		if hostEnd != 0 && !abnf.IsHostPunct((string(b) + ";")[bits.TrailingZeros64(portEnd)]) {
			t.Fatalf("%q is taken", b)
		}
		return false
	}
	if hostEnd != 1<<host || portEnd != 1<<end || port != number {
		t.Fatalf("%q: %#x %#x %d, want %d %d %d", b, hostEnd, portEnd, port, host, end, number)
	}
	return true
}

func TestHostPort(t *testing.T) {
	for s, want := range map[string]bool{
		"example.com": true, "example.com:5060": true, "192.0.2.1:65535;x": true, "a.bcdefg": true, "a_b.example": true,
		"[2001:db8::1]:5060": true, "[2001:db8::1]": true, "[::1]:5060;a": true,
		"example.com:65536": false, "example.com:": false, "example.com:000001": false, "example.com:5a": false,
		"example..com": false, "example.-com": false, "-example.com": false, "example.com-": false, "example.com.": false,
		"[2001:db8::1": false, "[2001:db8::g]": false, "[2001:db8::1]9": false, "": false, ";": false, "short": false,
		"abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz.abcdefghi": true,
	} {
		if got := checkHostPort(t, []byte(s)); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 200000 {
		b := []byte("pc33.example.com:5060;x=y")
		if r.IntN(4) == 0 {
			b = []byte("[2001:db8::a]:5060;x=y")
		}
		for range r.IntN(4) {
			b[r.IntN(len(b))] = ".-:;[]09aF_"[r.IntN(11)]
		}
		if checkHostPort(t, b[:r.IntN(len(b)+1)]) {
			taken++
		}
	}
	if taken < 20000 {
		t.Errorf("only %d of 200000 are taken", taken)
	}
}

// TestParams holds Params to a regular expression, for every place where the
// parameters may begin.
func TestParams(t *testing.T) {
	grammar := regexp.MustCompile(`^(?:;[a-z]+(?:=[a-z]*)?)*$`)
	names := regexp.MustCompile(`;[a-z]+`)
	r := rand.New(rand.NewPCG(3, 4))
	taken := 0
	for range 200000 {
		b := make([]byte, r.IntN(24))
		for i := range b {
			b[i] = "abcdeab;;= "[r.IntN(11)]
		}
		from := r.IntN(len(b) + 1)
		nameEnds, ok := Params(
			mask(b, func(c byte) bool { return c >= 'a' }), mask(b, func(c byte) bool { return c == ';' }),
			mask(b, func(c byte) bool { return c == '=' }), 1<<from, 1<<len(b))
		if ok != grammar.Match(b[from:]) {
			t.Fatalf("%q from %d: %v", b, from, ok)
		}
		if !ok {
			continue
		}
		taken++
		var want uint64
		for _, at := range names.FindAllIndex(b[from:], -1) {
			want |= 1 << (from + at[1])
		}
		if nameEnds != want {
			t.Fatalf("%q from %d: names end at %#x, want %#x", b, from, nameEnds, want)
		}
	}
	if taken < 10000 {
		t.Errorf("only %d of 200000 are taken", taken)
	}
}
