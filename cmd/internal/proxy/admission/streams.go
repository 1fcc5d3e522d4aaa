package admission

import (
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
)

// Streams decides for connections and for transactions: as all gates together
// do, but without knowing what was admitted. Nothing is sent again over a
// connection, and transactions know what is. All goroutines may use it at the
// same time.
type Streams struct {
	Config Config
	Gates  []*Gate
}

// Admit implements forward.Gate.
func (s *Streams) Admit(m *codec.Message, src forward.Source) (forward.Verdict, int) {
	if s.Config.Sources != nil && !s.Config.Sources.take(src.Addr.Addr(), time.Now()) && ClassOf(m) != Emergency {
		return forward.Limit, 0
	}
	level := uint32(0)
	for _, g := range s.Gates {
		level = max(level, g.level.Load())
	}
	if level == 0 {
		return forward.Admit, 0
	}
	if h := s.Config.hash(m); s.Config.refuses(m, level, h) {
		return forward.Refuse, s.Config.retry(h)
	}
	return forward.Admit, 0
}

// refuses reports whether a request is refused at a level. h is its hash.
func (c *Config) refuses(m *codec.Message, level, h uint32) bool {
	switch ClassOf(m) {
	case Initial:
	case InDialog:
		level -= min(level, full)
	default:
		return false
	}
	return h>>16 < level
}

// retry returns the Retry-After for a request, in seconds. Clients that are refused at
// the same time must not come back at the same time: with a spread of a half instead
// of three quarters, the simulated proxy of TestRetryAfter, with 300 clients instead of
// its 3000, forwards 0.84 of its peak at four times the capacity, and now 0.92 (27
// November 2026). One digit, as the default gives, leaves the 503s equally long, which
// go out in one send.
func (c *Config) retry(h uint32) int {
	after := c.RetryAfter
	if after <= 0 {
		after = defaultRetryAfter
	}
	after += time.Duration(h%16) * after / 20
	return int((after + time.Second - 1) / time.Second)
}
