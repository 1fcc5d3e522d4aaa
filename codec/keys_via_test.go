package codec

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// keyOf returns the transaction key of a message made of a start line, a top Via
// and a CSeq, and checks that its hash agrees.
func keyOf(t *testing.T, start, via, cseq string) (string, error) {
	t.Helper()
	var m Message
	_ = m.Parse([]byte(start + "\r\nVia: " + via + "\r\nFrom: <sip:a@example.org>;tag=1\r\n" +
		"To: <sip:b@example.org>\r\nCall-ID: k1\r\nCSeq: " + cseq + "\r\n\r\n"))
	key, err := m.AppendTransactionKey(nil)
	_, hashErr := m.TransactionHash(7)
	if err != hashErr {
		t.Errorf("%q: %v for the key, %v for the hash", via, err, hashErr)
	}
	return string(key), err
}

// TestKeyIgnoresDefects: what a key does not need costs a response nothing (RFC
// 3261, 17.1.3).
func TestKeyIgnoresDefects(t *testing.T) {
	const via = "SIP/2.0/UDP pc.example.org;branch=z9hG4bKq7"
	want, err := keyOf(t, "MESSAGE sip:b@example.org SIP/2.0", via, "7 MESSAGE")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ via, cseq string }{
		{via, "2147483648 MESSAGE"},
		{via, "99999999999999999999 MESSAGE"},
		{via, "-1 MESSAGE"},
		{via, "x  MESSAGE"},
		{via + ";received=a b", "7 MESSAGE"},
		{via + ";=x", "7 MESSAGE"},
		{"SIP/2.0/UDP pc.example.org;rport=,;branch=nothing", ""}, // a list: the first value has no branch
		{"SIP/2.0/UDP pc.example.org;;branch=z9hG4bKq7", "7 MESSAGE"},
		{"SIP/2.0/UDP pc.example.org;x=\"a;branch=z9hG4bKno\" y;branch=z9hG4bKq7", "7 MESSAGE"},
	} {
		got, err := keyOf(t, "SIP/2.0 200 OK", tt.via, tt.cseq)
		if tt.cseq == "" {
			if err == nil {
				t.Errorf("%q has a key", tt.via)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("Via %q, CSeq %q: key %q, %v, want %q", tt.via, tt.cseq, got, err, want)
		}
	}
	for _, cseq := range []string{"MESSAGE", "7", "7 MESS@GE", "7 MESSAGE x", " ", "7 "} {
		if got, err := keyOf(t, "SIP/2.0 200 OK", via, cseq); err == nil {
			t.Errorf("CSeq %q: key %q", cseq, got)
		}
	}
	// Even sent-by may be malformed, as long as it is the same everywhere.
	const bad = "SIP/2.0/UDP pc.example.org:x;branch=z9hG4bKq7"
	a, errA := keyOf(t, "MESSAGE sip:b@example.org SIP/2.0", bad, "7 MESSAGE")
	b, errB := keyOf(t, "SIP/2.0 200 OK", bad, "2147483648 MESSAGE")
	if errA != nil || errB != nil || a != b || a == want {
		t.Errorf("%q, %v and %q, %v", a, errA, b, errB)
	}
	strict := Parser{Strictness: Strict}
	var m Message
	_ = strict.Parse(&m, []byte("SIP/2.0 200 OK\r\nVia: "+via+"\r\nCSeq: 2147483648 MESSAGE\r\n\r\n"))
	if _, err := m.AppendTransactionKey(nil); err != sipwire.ErrRange {
		t.Errorf("strict: %v", err)
	}
}

// TestOldKeyParts compares top Vias without the cookie part by part (RFC 3261,
// 17.2.3 and 20.42).
func TestOldKeyParts(t *testing.T) {
	key := func(via string) string {
		t.Helper()
		k, err := keyOf(t, "INVITE sip:b@example.org SIP/2.0", via, "1 INVITE")
		if err != nil {
			t.Fatalf("%q: %v", via, err)
		}
		return k
	}
	many := strings.Repeat(";p=1", maxKeyParams)
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"SIP/2.0/UDP h.example;branch=1;ttl=3", "SIP/2.0/udp H.Example;TTL=3 ;\r\n Branch=1", true},
		{"SIP/2.0/UDP h.example;branch=1", "SIP / 2.0 / UDP\r\n h.example:5060 ; branch = 1", true},
		{"SIP/2.0/UDP h.example;a;b=1;a", "SIP/2.0/UDP h.example;a;a;b=1;", true},
		{"SIP/2.0/UDP h.example;a=x;a=y", "SIP/2.0/UDP h.example;a=Y;a=X", true},
		{"SIP/2.0/UDP h.example;q=\"a b\"", "SIP/2.0/UDP h.example;q=\"a\r\n  b\"", true},
		{"SIP/2.0/UDP h.example;q=\"a b\"", "SIP/2.0/UDP h.example;q=\"a B\"", false},
		{"SIP/2.0/UDP h.example;q=\"a b\"", "SIP/2.0/UDP h.example;q=\"ab\"", false},
		{"SIP/2.0/UDP h.example;a", "SIP/2.0/UDP h.example;a=", false},
		{"SIP/2.0/UDP h.example;a=1", "SIP/2.0/UDP h.example;a=1;b=2", false},
		{"SIP/2.0/UDP h.example;a=b;c=d", "SIP/2.0/UDP h.example;a=d;c=b", false},
		{"SIP/2.0/UDP h.example;a=^", "SIP/2.0/UDP h.example;a=~", false},
		{"SIP/2.0/UDP h.example", "SIP/2.0/TCP h.example", false},
		{"SIP/2.0/UDP h.example:5061", "SIP/2.0/UDP h.example", false},
		{"SIP/2.0/UDP h.example" + many + ";x;y", "SIP/2.0/UDP h.example" + many + ";x;y", true},
		{"SIP/2.0/UDP h.example" + many + ";x;y", "SIP/2.0/UDP h.example" + many + ";y;x", false},
	} {
		if got := key(tt.a) == key(tt.b); got != tt.same {
			t.Errorf("%q and %q: same is %t", tt.a, tt.b, got)
		}
	}
	// Hashes are those of the same parts.
	var hashes [2]uint64
	for i, via := range []string{"SIP/2.0/UDP h.example;abcdefghij=klmnopqrstu;z", "SIP/2.0/UDP h.example;Z;ABCDEFGHIJ=KLMNOPQRSTU"} {
		var m Message
		_ = m.Parse([]byte("INVITE sip:b SIP/2.0\r\nVia: " + via + "\r\nFrom: sip:a\r\nTo: sip:b\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n"))
		hashes[i], _ = m.TransactionHash(1)
	}
	if hashes[0] != hashes[1] || hashes[0] == 0 {
		t.Errorf("hashes %x", hashes)
	}
}

// TestViaSpecKey: the key of a request that is to be sent is that of the request, and of
// its response.
func TestViaSpecKey(t *testing.T) {
	branch := []byte("z9hG4bKq7")
	for _, spec := range []ViaSpec{
		{Transport: header.TransportUDP, Host: []byte("192.0.2.1"), Port: 5062},
		{Transport: header.TransportTLS, Host: []byte("PC33.Example.org")},
		{Transport: header.TransportUDP, Host: []byte("[2001:DB8::1]"), RPort: true},
		{Transport: header.TransportTCP, Addr: netip.MustParseAddr("2001:db8::9"), Port: 1},
		{Transport: header.TransportTCP, Addr: netip.MustParseAddr("192.0.2.9")},
	} {
		spec.Branch = branch
		via, err := spec.AppendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{"INVITE", "CANCEL", "X-other"} {
			got := string(spec.AppendTransactionKey(nil, []byte(method)))
			for _, start := range []string{method + " sip:b@example.org SIP/2.0", "SIP/2.0 200 OK"} {
				if want, err := keyOf(t, start, string(via), "7 "+method); err != nil || got != want {
					t.Errorf("%s, %s: key %q, %v, want %q", via, start, got, err, want)
				}
			}
		}
	}
	spec := ViaSpec{Transport: header.TransportUDP, Addr: netip.MustParseAddr("2001:db8::9"), Branch: branch}
	method, buf := []byte("INVITE"), make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { buf = spec.AppendTransactionKey(buf[:0], method) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
