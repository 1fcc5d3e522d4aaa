package serve

import (
	"sync/atomic"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
)

// Counts say what became of messages.
type Counts struct {
	Received uint64
	Kinds    [forward.Kinds]uint64
	Dropped  [forward.Causes]uint64
	// Undelivered are the requests that could not be sent on, and why: each was answered
	// instead, and is in Kinds or Dropped as what became of the answer.
	Undelivered [forward.Causes]uint64
}

// Sum returns the number of messages whose end is known.
func (c *Counts) Sum() (n uint64) {
	for _, k := range c.Kinds {
		n += k
	}
	return n
}

// counter is what one goroutine, or all connections, count. It fills its cache
// lines, so that workers do not slow each other down.
type counter struct {
	received atomic.Uint64
	kinds    [forward.Kinds]atomic.Uint64
	dropped  [forward.Causes]atomic.Uint64
	// undelivered is seldom counted.
	undelivered [forward.Causes]atomic.Uint64
	_           [128]byte
}

// end counts what became of one message.
func (c *counter) end(k forward.Kind, cause forward.Cause) {
	c.kinds[k].Add(1)
	if k == forward.Dropped {
		c.dropped[cause].Add(1)
	}
}

// addTo adds what was counted to sum. What was received is read last, so that
// a sum that is taken in between never has more ends than beginnings.
func (c *counter) addTo(sum *Counts) {
	for i := range c.kinds {
		sum.Kinds[i] += c.kinds[i].Load()
	}
	for i := range c.dropped {
		sum.Dropped[i] += c.dropped[i].Load()
		sum.Undelivered[i] += c.undelivered[i].Load()
	}
	sum.Received += c.received.Load()
}
