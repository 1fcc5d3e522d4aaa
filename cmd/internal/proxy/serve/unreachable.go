package serve

import (
	"bytes"
	"net/netip"
	"time"

	"github.com/sipwire/sipwire/codec"
)

// maxErrors bounds the ICMP errors that are read from a socket at a tick.
const maxErrors = 256

// unreachable takes an ICMP error: nobody is at an address, and quoted is the
// beginning of what was sent there. When a transaction has sent it, that fails
// at once (RFC 3261, 18.4), and no other begins with that next hop. Who has not
// seen the request cannot make up its branch: see state.Proxy.Unreachable.
func (s *Server) unreachable(quoted []byte, to netip.AddrPort, now time.Duration) {
	end := bytes.LastIndex(quoted, []byte("\r\n"))
	if end < 0 {
		return
	}
	var m codec.Message
	_ = m.Parse(append(quoted[:end:end], "\r\n\r\n"...)) // the rest of it is missing
	known := false
	for _, p := range s.states.parts { // the Call-ID may not be quoted
		if known = p.unreachable(&m, to, now); known {
			break
		}
	}
	if r, ok := s.config.Forward.Router.(interface{ Unreachable(netip.AddrPort) }); ok && known {
		r.Unreachable(to)
	}
}

func (p *part) unreachable(m *codec.Message, to netip.AddrPort, now time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.proxy.Unreachable(m, to, now)
	p.settle(now)
	return known
}
