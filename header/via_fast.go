package header

import "github.com/sipwire/sipwire/internal/abnf"

// sip20 is what nearly all values begin with, compared as a whole.
const sip20 = 'S' | 'I'<<8 | 'P'<<16 | '/'<<24 | '2'<<32 | '.'<<40 | '0'<<48 | '/'<<56

// fastTransports are the transports that the fast path of [Via.ParseFrom] knows, with
// the space behind them, each at the sum of its first two letters.
var fastTransports = func() (all [8]struct {
	word uint32
	id   Transport
}) {
	for _, id := range []Transport{TransportUDP, TransportTCP, TransportTLS, TransportWSS} {
		name := id.String() + " "
		t := &all[(name[0]+name[1])&7]
		t.word, t.id = abnf.Load32([]byte(name)), id
	}
	return all
}()
