package serve

import (
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
)

// TestFlowSerial: a connection that comes from the address and port of an
// earlier one is another flow (RFC 5626, 5.3).
func TestFlowSerial(t *testing.T) {
	s := new(Server)
	s.config.setDefaults()
	s.conns.init(s)
	from := netip.MustParseAddrPort("192.0.2.1:40000")
	open := func() *conn {
		s.conns.mu.Lock()
		defer s.conns.mu.Unlock()
		return s.conns.add(connKey{header.TransportTCP, from}, 0)
	}
	first := open()
	to := forward.Peer{Transport: header.TransportTCP, Flow: from, Serial: first.serial}
	if c, _ := s.conns.find(0, &to); c != first {
		t.Error("the connection is not found")
	}
	s.conns.remove(first)
	second := open()
	if c, _ := s.conns.find(0, &to); c != nil {
		t.Error("a later connection is taken for it")
	}
	to.Serial = 0
	if c, _ := s.conns.find(0, &to); c != second {
		t.Error("a response does not find the connection")
	}
}
