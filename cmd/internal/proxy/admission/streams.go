package admission

import (
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// Streams decides for connections: as all gates together do, but with a 503 for
// each refused request, since nobody sends it again. All goroutines may use it
// at the same time.
type Streams struct {
	Config Config
	Gates  []*Gate
}

// Admit implements forward.Gate.
func (s *Streams) Admit(m *codec.Message, src forward.Source) (forward.Verdict, int) {
	class := ClassOf(m)
	if class == Emergency {
		return forward.Admit, 0
	}
	if s.Config.Sources != nil && !s.Config.Sources.take(src.Addr.Addr(), time.Now()) {
		return forward.Limit, 0
	}
	level := uint32(0)
	for _, g := range s.Gates {
		level = max(level, g.level.Load())
	}
	if class == InDialog {
		level -= min(level, full)
	}
	if h := hash(m.Value(header.IDCallID), uint32(m.Method())); class < Ending && h>>16 < level {
		return forward.Refuse, s.Config.retry(h)
	}
	return forward.Admit, 0
}

// retry returns the Retry-After for a request, in seconds.
func (c *Config) retry(h uint32) int {
	after := c.RetryAfter
	if after <= 0 {
		after = defaultRetryAfter
	}
	after += time.Duration(h%16) * after / 32
	return int((after + time.Second - 1) / time.Second)
}
