package serve

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
)

// TestKeepAlive: an edge proxy answers STUN over UDP and CRLF CRLF over a
// connection (RFC 5626, 5.4), and no other proxy answers STUN.
func TestKeepAlive(t *testing.T) {
	const id = "abcdefghijkl"
	request := "\x00\x01\x00\x00\x21\x12\xa4\x42" + id
	for _, change := range []func(*Config){func(*Config) {}, stateful} {
		s := start(t, forward.Target{Addr: loopback}, func(c *Config) { c.Forward.Outbound = true; change(c) })
		udp := dial(t, "udp", s.Locals()[0])
		_ = udp.SetDeadline(time.Now().Add(20 * time.Second))
		fmt.Fprint(udp, "\r\n\r\n")
		fmt.Fprint(udp, "\x00\x11"+request[2:]) // an indication
		fmt.Fprint(udp, "\x01\x01"+request[2:]) // a response
		fmt.Fprint(udp, request)
		b := make([]byte, 100)
		n, err := udp.Read(b)
		port := netip.MustParseAddrPort(udp.LocalAddr().String()).Port() ^ 0x2112
		want := "\x01\x01\x00\x0c" + request[4:] + "\x00\x20\x00\x08\x00\x01" + string([]byte{byte(port >> 8), byte(port)}) + "\x5e\x12\xa4\x43"
		if err != nil || string(b[:n]) != want {
			t.Errorf("%v, %s, want %s", err, hex.EncodeToString(b[:n]), hex.EncodeToString([]byte(want)))
		}
		tcp := dial(t, "tcp", s.Locals()[1])
		_ = tcp.SetDeadline(time.Now().Add(20 * time.Second))
		fmt.Fprint(tcp, "\r\n\r\n")
		if n, err := tcp.Read(b); err != nil || string(b[:n]) != "\r\n" {
			t.Errorf("%v, %q", err, b[:n])
		}
		var counted Counts
		counted.Received, counted.Kinds[forward.Answered], counted.Kinds[forward.Absorbed] = 4, 1, 2
		counted.Kinds[forward.Dropped], counted.Dropped[forward.Malformed] = 1, 1
		end(t, s, counted)
	}
	s := start(t, forward.Target{Addr: loopback}, nil)
	fmt.Fprint(dial(t, "udp", s.Locals()[0]), request)
	await(t, func() bool { c := s.Counts(); return c.Sum() == 1 })
	end(t, s, Counts{Received: 1, Kinds: [forward.Kinds]uint64{forward.Dropped: 1}, Dropped: [forward.Causes]uint64{forward.Malformed: 1}})
}

// TestNamedContact: a request to a contact that is a host name waits for DNS, apart
// from all others, and comes there.
func TestNamedContact(t *testing.T) {
	phone, addr := listenUDP(t)
	names := &slowNames{addr: addr, let: make(chan struct{})}
	s := start(t, forward.Target{Transport: header.TransportUDP, Addr: addr}, func(c *Config) { stateful(c); c.Names = names })
	c := dial(t, "udp", s.Locals()[0])
	register := strings.Replace(message("REGISTER", "UDP", "h.example"), "sip:b@b.example SIP", "sip:b.example SIP", 1)
	fmt.Fprint(c, strings.Replace(register, "Content-Length", "Contact: <sip:b@phone.example>\r\nContent-Length", 1))
	if m := readMessage(t, c); m.Status() != 200 {
		t.Fatalf("%s", m)
	}
	fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
	fmt.Fprint(c, strings.NewReplacer("CSeq: 1", "CSeq: 2", "z9hG4bKa", "z9hG4bKb").Replace(register))
	if m := readMessage(t, c); m.Status() != 200 {
		t.Fatalf("%s", m)
	}
	close(names.let)
	answerUDP(t, phone)
	expect200(t, c)
	end(t, s, Counts{Received: 4, Kinds: [forward.Kinds]uint64{forward.Answered: 2, forward.Forwarded: 2}})
}
