package compose

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
)

// TestReplyMalformedLine asks that a request gets its 400 whatever is wrong
// with its request line (RFC 4475, 3.1.2.7; RFC 3261, 21.4.1), and that what is
// no request gets nothing.
func TestReplyMalformedLine(t *testing.T) {
	const fields = "Via: SIP/2.0/UDP h;rport;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
	key := NewKey()
	for line, answered := range map[string]bool{
		"INVITE <sip:b@h> SIP/2.0":   true,
		"INVITE sip:b @h SIP/2.0":    true,
		"INVITE sip:b@h; lr SIP/2.0": true,
		"INVITE  sip:b@h SIP/2.0":    true,
		"INVITE sip:b@h  SIP/2.0":    true,
		"INVITE sip:b@h SIP/2.0 ":    true,
		"INVITE sip:b@h SIP/2.0\t ":  true,
		"INVITE sip:b@h SIP/7.0 ":    true,
		"INVITE \"a b\" SIP/2.0":     true,
		"INVITE sip:b@h\tSIP/2.0":    true,
		"INVITE SIP/2.0":             true,
		"INVITE 1 SIP/2.0":           true,
		"FUBAR sip:b@h\x7f SIP/2.0":  true,
		"ACK <sip:b@h> SIP/2.0":      false,
		"INVITE sip:b@h HTTP/1.1":    false,
		"GET / HTTP/1.1":             false,
		"INVITE sip:b@h":             false,
		"INVITE sip:b@hSIP/2.0":      false,
		"INVITE sip:b@h XSIP/2.0":    false,
		"SIP/2.0 20 OK":              false,
		"SIP/2.0 x SIP/2.0":          false,
		"SIP/2.0 200 OK":             false,
	} {
		m := new(codec.Message)
		err := m.Parse([]byte(line + "\r\n" + fields))
		if err == nil && answered {
			t.Fatalf("%q parses", line)
		}
		status := 400
		if err != nil {
			status = m.Fault().Code.Status()
		}
		if m.IsAnswerable() != answered {
			t.Errorf("%q: answerable %t", line, m.IsAnswerable())
		}
		tag, _ := key.AppendTag(nil, m)
		out, err := AppendReply(nil, m, &Reply{Status: status, Tag: tag, Source: netip.MustParseAddrPort("192.0.2.1:5")})
		if !answered {
			if err == nil || out != nil {
				t.Errorf("%q is answered: %q", line, out)
			}
			continue
		}
		want := fmt.Sprintf("SIP/2.0 %d ", status)
		if err != nil || !strings.HasPrefix(string(out), want) || !strings.Contains(string(out), "Via: SIP/2.0/UDP h;rport=5;branch=z9hG4bK1;received=192.0.2.1\r\n") ||
			!strings.Contains(string(out), "\r\nTo: <sip:b>;tag="+string(tag)+"\r\n") {
			t.Errorf("%q: %v, %q", line, err, out)
		}
		if again := new(codec.Message); again.Parse(out) != nil {
			t.Errorf("%q: the answer %q does not parse", line, out)
		}
		// What is missing is still missing.
		if err := m.Parse([]byte(line + "\r\n" + strings.Replace(fields, "Call-ID: c\r\n", "", 1))); err == nil {
			t.Errorf("%q parses", line)
		}
		if _, err := AppendReply(nil, m, &Reply{Status: 400, Tag: []byte("t")}); !errors.Is(err, sipwire.ErrMissing) {
			t.Errorf("%q without a Call-ID: %v", line, err)
		}
	}
}
